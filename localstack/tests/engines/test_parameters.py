"""Parameters of PostgreSQL: dynamic ones at once, static ones with the next start."""

import psycopg
import pytest

from rds_lab.engines.base import ServerError
from rds_lab.engines.postgres.parameters import settings


@pytest.fixture
def made(servers, spec):
    new = spec(parameters={"statement_timeout": "70000"})
    address = servers.create(new)
    yield new.resource_id, address
    servers.destroy(new.resource_id)


def shown(login, address, name):
    with login(address) as connection:
        query = psycopg.sql.SQL("SHOW {}").format(psycopg.sql.Identifier(name))
        return connection.execute(query).fetchone()[0]


def test_dynamic_ones_at_once_static_ones_with_the_next_start(servers, made, login):
    resource_id, address = made
    assert shown(login, address, "statement_timeout") == "70s"
    servers.set_parameters(resource_id, {"work_mem": "8192", "max_connections": "55", "rds.unknown": "1"})
    assert shown(login, address, "work_mem") == "8MB"
    # All of them are replaced.
    assert shown(login, address, "statement_timeout") == "0"
    assert shown(login, address, "max_connections") == "100"
    servers.restart(resource_id)
    assert shown(login, address, "max_connections") == "55"
    assert shown(login, address, "work_mem") == "8MB"


def test_a_value_that_the_running_server_refuses_is_told_and_the_others_take_effect(servers, made, login):
    resource_id, address = made
    wanted = {"work_mem": "8192", "timezone": "Mars/Phobos", "max_connections": "55"}
    with pytest.raises(ServerError, match="does not take the values of timezone"):
        servers.set_parameters(resource_id, wanted)
    assert shown(login, address, "work_mem") == "8MB"
    servers.set_parameters(resource_id, {**wanted, "timezone": "Europe/Berlin"})
    assert shown(login, address, "timezone") == "Europe/Berlin"


def test_force_ssl_changes_while_the_server_runs(servers, made, login):
    resource_id, address = made
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        login(address, sslmode="disable")
    servers.set_parameters(resource_id, {"rds.force_ssl": "0"})
    login(address, sslmode="disable").close()
    servers.set_parameters(resource_id, {})
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        login(address, sslmode="disable")


def test_a_server_that_cannot_start_says_so_and_comes_back(servers, made, login):
    resource_id, address = made
    servers.set_parameters(resource_id, {"shared_preload_libraries": "no_such_library"})
    with pytest.raises(ServerError, match="no_such_library"):
        servers.restart(resource_id)
    # The same while nothing runs.
    servers.set_parameters(resource_id, {"max_connections": "56"})
    servers.start(resource_id)
    assert shown(login, address, "max_connections") == "56"


@pytest.mark.parametrize(
    ("given", "handed"),
    [
        (
            {"shared_buffers": "1000000000", "wal_buffers": "-1"},
            {"shared_buffers": "4096", "wal_buffers": "-1"},
        ),
        ({"shared_buffers": "{DBInstanceClassMemory/32768}", "work_mem": "GREATEST({X},1)"}, {}),
        ({"shared_buffers": "64GB", "port": "1", "ssl": "0", "hba_file": "/x", "rds.force_ssl": "1"}, {}),
        ({"bad name = 1\nport": "1", "work_mem": ""}, {}),
        ({"max_wal_senders": "10"}, {"max_wal_senders": "10", "wal_level": "replica"}),
    ],
    ids=str,
)
def test_what_would_harm_this_machine_is_not_handed_on(given, handed):
    assert settings(given) == handed


def test_a_value_stays_one_value(servers, made, login):
    resource_id, address = made
    servers.set_parameters(resource_id, {"log_line_prefix": "a'\nport = 1 #\\"})
    assert shown(login, address, "log_line_prefix") == "a'\nport = 1 #\\"
    servers.restart(resource_id)
    login(address).close()
