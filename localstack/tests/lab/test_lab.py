"""The script: start, stop, a killed LocalStack, neighbours, and a port that is taken."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import boto3
import pytest
from botocore.config import Config

from rds_lab.engines.sweep import processes

CHECKOUT = Path(__file__).resolve().parents[2]
DEADLINE = 60


def answers(lab):
    try:
        with build_opener(ProxyHandler({})).open(f"{lab.endpoint}/_localstack/health", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1] != "Z"
    except OSError:
        return False


def wait_for(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def book(lab, identifier):
    """An instance with a server behind it, and its processes."""
    rds = boto3.client(
        "rds",
        endpoint_url=lab.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(proxies={}),
    )
    made = rds.create_db_instance(
        DBInstanceIdentifier=identifier,
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="master",
        MasterUserPassword="a-long-password",
    )
    # Its own: what makes a template ends by itself when LocalStack does.
    wait_for(lambda: processes(lab.var / "servers" / made["DBInstance"]["DbiResourceId"]))


def left(lab):
    return {entry.name for entry in lab.var.iterdir()} - {"ca.pem", "ca.key", "localstack.log", "lock"}


def test_a_lab_starts_and_stops_and_leaves_nothing(make_lab):
    lab = make_lab()
    assert lab.run("status").returncode == 3
    started = lab.run("start")
    assert started.returncode == 0, started.stderr
    assert f"http://127.0.0.1:{lab.port}" in started.stdout
    assert lab.run("start").returncode == 0
    assert lab.run("status").returncode == 0
    assert answers(lab)
    with pytest.raises(OSError):
        # Another address of this machine: it listens on 127.0.0.1 only.
        socket.create_connection(("127.0.0.2", lab.port), 2)
    book(lab, "stopped")
    pid = lab.pid()
    authority = (lab.var / "ca.pem").read_bytes()

    assert lab.run("stop").returncode == 0

    assert not alive(pid)
    assert not processes(lab.var / "servers")
    assert left(lab) == set()
    assert lab.run("stop").returncode == 0
    assert lab.run("status").returncode == 3
    assert (lab.var / "ca.pem").read_bytes() == authority


def test_a_start_after_sigkill_sweeps_and_neighbours_are_left_alone(make_lab, lab):
    killed = make_lab()
    assert killed.run("start").returncode == 0
    book(killed, "orphan")
    pid = killed.pid()
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not alive(pid))
    orphans = set(processes(killed.var / "servers"))
    assert orphans

    assert killed.run("start").returncode == 0

    assert not any(alive(orphan) for orphan in orphans)
    assert killed.pid() != pid
    assert answers(killed)
    assert answers(lab)
    assert killed.run("stop").returncode == 0
    assert left(killed) == set()
    assert answers(lab)


def test_a_number_that_another_process_has_now_is_not_ours(make_lab):
    lab = make_lab()
    lab.var.mkdir()
    with subprocess.Popen(["sleep", "600"]) as innocent:
        (lab.var / "lab.pid").write_text(f"{innocent.pid} 1 {lab.port}\n")
        assert lab.run("stop").returncode == 0
        assert innocent.poll() is None
        innocent.kill()


def test_a_port_that_is_taken_is_said_in_a_sentence(make_lab):
    lab = make_lab()
    with socket.socket() as other:
        other.bind(("127.0.0.1", lab.port))
        other.listen()
        refused = lab.run("start")
    assert refused.returncode == 1
    assert f"port {lab.port} is taken" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert left(lab) == set()


def test_the_foreground_ends_with_its_signal(make_lab):
    lab = make_lab()
    settings = {"LOCALSTACK_PORT": str(lab.port), "LAB_VAR": str(lab.var)}
    process = subprocess.Popen(
        [str(CHECKOUT / "lab"), "run"], env=os.environ | settings, stdout=subprocess.DEVNULL
    )
    wait_for(lambda: (lab.var / "lab.pid").exists() and answers(lab))
    pid = lab.pid()
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) == 0
    assert not alive(pid)
    assert left(lab) == set()


def test_what_is_missing_is_said_one_sentence_each(tmp_path):
    for tool in ("bash", "dirname", "env"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    done = subprocess.run(
        [str(CHECKOUT / "lab"), "install"],
        env={"PATH": str(tmp_path), "RDS_LAB_MARIADBD": str(tmp_path / "mariadbd")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert [line.split(" is missing")[0] for line in done.stderr.splitlines()] == [
        "lab: Python",
        "lab: npm",
        "lab: unshare or flock",
        "lab: MariaDB",
    ]


def test_mariadb_is_installed_where_it_is_missing_and_can_be(tmp_path):
    # An apt-get that only notes what it was asked for, and a script that takes everyone for root and looks
    # for another program, as the right one may be installed here.
    noted, tool = tmp_path / "noted", tmp_path / "apt-get"
    tool.write_text(f'#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >>{noted}\n')
    tool.chmod(0o755)
    script = tmp_path / "lab"
    text = (CHECKOUT / "lab").read_text()
    assert '"$EUID" = 0' in text and ":-mariadbd}" in text
    script.write_text(text.replace('"$EUID" = 0', "0 = 0").replace(":-mariadbd}", ":-no-such-program}"))
    settings = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def run(command):
        return subprocess.run(["bash", str(script), command], env=settings, capture_output=True, text=True)

    assert run("check").returncode == 0
    assert not noted.exists()
    done = run("install")
    assert done.returncode == 1
    update, install = noted.read_text().splitlines()
    assert update.split()[:1] == ["update"]
    assert install.startswith("noninteractive install")
    assert "--no-install-recommends" in install
    assert install.endswith("mariadb-server-core mariadb-client-core")
    assert done.stderr.splitlines()[-1] == (
        "lab: apt-get could not install MariaDB: install mariadb-server-core mariadb-client-core."
    )


def test_the_script_is_clean():
    checker = CHECKOUT / ".venv" / "bin" / "shellcheck"
    done = subprocess.run([str(checker), str(CHECKOUT / "lab")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
