"""Copies of the data of servers that run, and servers that are made of them."""

import threading
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from rds_lab.engines.base import ServerError


@pytest.fixture
def name():
    return f"copy-{uuid4().hex}"


@pytest.fixture
def busy(servers, spec, login):
    """A server into which rows are written, one transaction each, until the test is over."""
    new = spec()
    address = servers.create(new)
    with login(address) as connection:
        connection.execute("CREATE TABLE rows (number int PRIMARY KEY)")
    written, over = [], threading.Event()
    enough = threading.Event()

    def write():
        with login(address) as connection:
            while not over.is_set():
                connection.execute("INSERT INTO rows VALUES (%s)", (len(written),))
                written.append(len(written))
                if len(written) >= 100:
                    enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert enough.wait(30)
    yield new, address, written
    over.set()
    writer.join(30)
    servers.destroy(new.resource_id)


def rows(connection):
    return [number for (number,) in connection.execute("SELECT number FROM rows ORDER BY number").fetchall()]


def test_a_copy_has_every_transaction_up_to_one_moment(servers, spec, login, name, busy):
    source, address, written = busy
    before = len(written)
    servers.keep(source.resource_id, name)
    after = len(written)
    with login(address) as connection:
        connection.execute("ALTER ROLE master PASSWORD 'changed-since'")
    other = spec(database=None, master_password="")
    there = servers.restore(other, name)
    assert there != address
    with login(there) as connection:
        kept = rows(connection)
        connection.execute("INSERT INTO rows VALUES (-1)")
    assert kept == list(range(len(kept)))
    assert before <= len(kept) <= after + 1
    with login(address, password="changed-since") as connection:
        assert -1 not in rows(connection)
    servers.set_master_password(other.resource_id, "set-afterwards")
    login(there, password="set-afterwards").close()
    servers.destroy(other.resource_id)


def test_a_server_that_stands_still_is_copied_too_and_outlived(servers, spec, login, name):
    source = spec(version="15.18")
    with login(servers.create(source)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    servers.stop(source.resource_id)
    servers.keep(source.resource_id, name)
    servers.destroy(source.resource_id)
    first, second = spec(version="15.18"), spec(version="15.18")
    for other in (first, second):
        with login(servers.restore(other, name)) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    servers.restart(first.resource_id)
    servers.discard(name)
    servers.discard(name)
    with pytest.raises(ServerError, match="There is no copy"):
        servers.restore(spec(), name)
    for other in (first, second):
        servers.destroy(other.resource_id)


def test_a_copy_runs_with_the_parameters_it_is_given(servers, spec, login, name):
    source = spec(parameters={"work_mem": "4096"})
    servers.create(source)
    servers.keep(source.resource_id, name)
    other = replace(source, resource_id=f"db-{uuid4().hex[:20].upper()}", parameters={"work_mem": "8192"})
    with login(servers.restore(other, name)) as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("8MB",)
    with pytest.raises(psycopg.OperationalError):
        login(servers.restore(spec(), name), password="never-its-password")
    for each in (source, other):
        servers.destroy(each.resource_id)
