"""What happens to a server after it was made."""

import socket

import psycopg
import pytest

from rds_lab.engines.base import ServerError
from rds_lab.engines.sweep import processes


@pytest.fixture
def made(servers, spec):
    # Until 15, a role that may create roles may also take rights from itself.
    new = spec(version="15.18")
    address = servers.create(new)
    yield new, address
    servers.destroy(new.resource_id)


def data_of(run_time, new):
    return run_time / "servers-of-all-tests" / "servers" / new.resource_id


def test_a_new_password_replaces_the_old_one_and_gives_rights_back(servers, made, login, run_time):
    new, address = made
    with login(address) as connection:
        connection.execute("ALTER ROLE master NOCREATEDB")
    servers.set_master_password(new.resource_id, "n3w' password")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        login(address)
    with login(address, password="n3w' password") as connection:
        connection.execute("CREATE DATABASE again")
    log = (data_of(run_time, new) / "postgres.log").read_text()
    assert "n3w" not in log
    assert new.master_password not in log


def test_a_master_that_locked_itself_out_comes_back_with_the_next_password(servers, made, login):
    new, address = made
    with login(address) as connection:
        connection.execute("ALTER ROLE master NOLOGIN")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        login(address)
    servers.set_master_password(new.resource_id, "another-password")
    login(address, password="another-password").close()


def test_data_and_port_outlive_restart_stop_and_start(servers, made, login):
    new, address = made
    with login(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    servers.restart(new.resource_id)
    servers.stop(new.resource_id)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", address.port), 1)
    servers.stop(new.resource_id)
    servers.start(new.resource_id)
    servers.start(new.resource_id)
    with login(address) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


@pytest.mark.row("4.2", "Major upgrade of the data")
@pytest.mark.parametrize(("old", "new"), [("16.13", "16.14"), ("14.23", "18.4")])
def test_an_upgrade_keeps_data_roles_and_port(servers, spec, login, old, new):
    before = spec(version=old)
    address = servers.create(before)
    with login(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.execute("CREATE ROLE app_user LOGIN PASSWORD 'app-password'")
        connection.execute("GRANT SELECT ON kept TO app_user")
    servers.upgrade(before.resource_id, new)
    with login(address, user="app_user", password="app-password") as connection:
        assert connection.info.parameter_status("server_version").split(" ")[0] == new
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    with login(address, dbname="postgres") as connection:
        connection.execute("CREATE SCHEMA mine")
    servers.destroy(before.resource_id)


def test_destroy_leaves_no_process_and_no_data(servers, spec, run_time):
    new = spec()
    servers.create(new)
    directory = data_of(run_time, new)
    assert processes(directory)
    servers.destroy(new.resource_id)
    assert not processes(directory)
    assert not directory.exists()
    servers.destroy(new.resource_id)


def test_a_server_that_is_not_there_is_said(servers):
    for call in (servers.restart, servers.stop, servers.start):
        with pytest.raises(ServerError, match="There is no server"):
            call("db-NONE")
    with pytest.raises(ServerError, match="There is no server"):
        servers.set_parameters("db-NONE", {})
