"""A copy of the data of a server that runs."""

from uuid import uuid4

import pytest

from rds_lab.engines.base import ServerSpec


@pytest.mark.parametrize(("engine", "version"), [("mysql", "8.4.7"), ("mariadb", "11.4.9")])
def test_another_server_goes_on_with_it(servers, make, log_in, ask, engine, version):
    resource_id, address = make(engine, version=version)
    name = f"copy-{uuid4().hex}"
    with log_in(address, database="app") as connection:
        ask(connection, "CREATE TABLE kept (answer int) ENGINE=InnoDB")
        ask(connection, "INSERT INTO kept VALUES (42)")
        connection.begin()
        ask(connection, "INSERT INTO kept VALUES (7)")
        servers.keep(resource_id, name)
        connection.commit()
    spec = ServerSpec(f"db-{uuid4().hex[:20].upper()}", engine, version, "master", "")
    there = servers.restore(spec, name)
    with log_in(there, database="app") as connection:
        assert ask(connection, "SELECT answer FROM kept") == ((42,),)
    with log_in(address, database="app") as connection:
        assert ask(connection, "SELECT answer FROM kept ORDER BY answer") == ((7,), (42,))
    servers.discard(name)
    servers.destroy(spec.resource_id)
