"""What lasts of a MariaDB server, and what goes."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rds_lab.engines.base import ServerError
from rds_lab.engines.sweep import processes


def test_data_and_port_outlive_restart_stop_start_and_upgrade(servers, make, log_in, ask):
    resource_id, address = make("mysql", version="8.0.43")
    with log_in(address, database="app") as connection:
        ask(connection, "CREATE TABLE kept ENGINE=InnoDB AS SELECT 42 AS answer")
    servers.restart(resource_id)
    servers.stop(resource_id)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", address.port), 1)
    servers.stop(resource_id)
    servers.start(resource_id)
    servers.start(resource_id)
    servers.upgrade(resource_id, "8.4.7")
    with log_in(address, database="app") as connection:
        assert ask(connection, "SELECT answer, VERSION() FROM kept") == ((42, "8.4.7"),)
    with pytest.raises(ServerError, match="cannot run here"):
        servers.upgrade(resource_id, "11.4.9")


def test_a_start_waits_for_its_port(servers, make, log_in, run_time):
    resource_id, address = make()
    log = run_time / "servers-of-all-tests" / "servers" / resource_id / "mariadb.log"
    servers.stop(resource_id)
    with ThreadPoolExecutor() as pool, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", address.port))
        other.listen()
        starting = pool.submit(servers.start, resource_id)
        deadline = time.monotonic() + 30
        while "Bind on TCP/IP port" not in log.read_text():
            assert time.monotonic() < deadline, "It did not try to start."
            time.sleep(0.02)
        other.close()
        starting.result()
    log_in(address).close()


def test_many_at_once_and_beside_postgres(servers, spec, log_in):
    wanted = [spec(engine="mysql", version="8.4.7") for _ in range(2)]
    wanted += [spec(engine="mariadb", version="11.4.9") for _ in range(2)]
    wanted += [spec()]
    with ThreadPoolExecutor(5) as pool:
        addresses = list(pool.map(servers.create, wanted))
    assert len({address.port for address in addresses}) == len(wanted)
    for address in addresses[:-1]:
        log_in(address).close()
    for one in wanted:
        servers.destroy(one.resource_id)


def test_destroy_leaves_no_process_and_no_data(servers, make, run_time):
    resource_id, _ = make()
    lab = run_time / "servers-of-all-tests"
    directory = lab / "servers" / resource_id
    assert len(processes(directory)) == 1
    servers.destroy(resource_id)
    assert not processes(directory)
    assert not directory.exists()
    servers.destroy(resource_id)
