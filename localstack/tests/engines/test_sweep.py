"""What a killed lab leaves is removed; what another lab has stays."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rds_lab.engines import sockets
from rds_lab.engines.base import ServerError
from rds_lab.engines.sweep import processes, sweep
from rds_lab.paths import Paths

PROGRAM = """
import sys, time
from pathlib import Path
from rds_lab.engines.base import ServerSpec
from rds_lab.engines.servers import LocalServers
from rds_lab.paths import Paths

servers = LocalServers(Paths(Path(sys.argv[1])))
servers.create(ServerSpec("db-LEFT", "postgres", "16.14", "master", "a-password"))
servers.create(ServerSpec("db-MYSQL", "mysql", "8.4.7", "master", "a-password"))
print("ready", flush=True)
time.sleep(600)
"""


def test_a_killed_lab_is_swept_and_its_neighbour_is_not(run_time, servers, spec, python, login):
    neighbour = spec()
    address = servers.create(neighbour)
    paths = Paths(run_time / "killed")
    process = python(PROGRAM, str(paths.var))
    assert process.stdout.readline() == "ready\n"
    process.kill()
    process.wait()
    directory = paths.socket_record.read_text()
    for left in ("db-LEFT", "db-MYSQL"):
        assert processes(paths.servers / left)

    assert sweep(paths) > 0

    assert not processes(paths.servers)
    assert not paths.servers.exists()
    assert not paths.socket_record.exists()
    assert not [left for left in (paths.var.parent.glob("killed/*")) if left.name not in ("ca.pem", "ca.key")]
    assert not Path(directory).exists()
    assert sweep(paths) == 0
    login(address).close()
    servers.destroy(neighbour.resource_id)


def test_a_record_that_names_a_foreign_directory_is_not_believed(tmp_path):
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    record = tmp_path / "sockets"
    record.write_text(str(foreign))
    sockets.remove(record)
    assert foreign.is_dir()
    assert not record.exists()


def test_stopping_all_ends_servers_and_takes_no_more(make_servers, spec, run_time):
    servers = make_servers("stopped")
    with ThreadPoolExecutor() as pool:
        # Stopped while a create is under way: it may fail, but must not be forgotten.
        creating = pool.submit(servers.create, spec())
        servers.stop_all()
        creating.exception()
    servers.stop_all()
    paths = Paths(run_time / "stopped")
    assert not processes(paths.servers)
    assert not paths.servers.exists()
    with pytest.raises(ServerError, match="stopping"):
        servers.create(spec())
