"""Servers and labs that tests really start, each below a run-time directory of its own."""

import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rds_lab.engines.servers import LocalServers
from rds_lab.paths import Paths

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass
class Lab:
    """The ``lab`` script with settings of its own."""

    port: int
    var: Path

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Call it; a background process that kept its output open would hang here."""
        settings = {"LOCALSTACK_PORT": str(self.port), "LAB_VAR": str(self.var)}
        return subprocess.run(
            [str(CHECKOUT / "lab"), command],
            env=os.environ | settings,
            capture_output=True,
            text=True,
            timeout=150,
        )

    def pid(self) -> int:
        return int((self.var / "lab.pid").read_text().split()[0])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def run_time() -> Iterator[Path]:
    """Where this test run's files live: deep enough that a socket's path would be too long."""
    directory = CHECKOUT / "var" / f"test-{uuid.uuid4().hex[:8]}"
    directory.mkdir(parents=True)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def make_lab(run_time: Path) -> Iterator[Callable[[], Lab]]:
    """Labs that are stopped at the end, whatever happened to them."""
    made: list[Lab] = []

    def make() -> Lab:
        made.append(Lab(free_port(), run_time / f"lab-{len(made)}"))
        return made[-1]

    yield make
    for lab in made:
        lab.run("stop")


@pytest.fixture(scope="session")
def lab(make_lab: Callable[[], Lab]) -> Lab:
    """One running lab for all tests that only talk to it."""
    started = make_lab()
    done = started.run("start")
    assert done.returncode == 0, done.stderr
    return started


@pytest.fixture(scope="session")
def make_servers(run_time: Path) -> Iterator[Callable[[str], LocalServers]]:
    """Servers without LocalStack, below a directory of this name."""
    made: list[LocalServers] = []

    def make(name: str) -> LocalServers:
        made.append(LocalServers(Paths(run_time / name)))
        return made[-1]

    yield make
    for servers in made:
        servers.stop_all()


@pytest.fixture
def python() -> Callable[..., subprocess.Popen[str]]:
    """Start Python on a program that the test is to kill."""

    def start(program: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
        )

    return start
