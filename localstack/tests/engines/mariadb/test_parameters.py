"""Parameters of MariaDB: dynamic ones at once, static ones with the next start."""

import pytest

from rds_lab.engines.base import ServerError
from rds_lab.engines.mariadb.variables import variables


@pytest.fixture
def variable(ask):
    return lambda connection, name: ask(connection, f"SELECT @@GLOBAL.{name}")[0][0]


def test_parameters_dynamic_ones_at_once_static_ones_with_the_next_start(servers, make, log_in, variable):
    resource_id, address = make(parameters={"wait_timeout": "77"})
    wanted = {
        "max_connections": "55",
        "sql_mode": "ANSI_QUOTES",
        "character_set_server": "utf8mb4",
        "collation_server": "utf8mb4_0900_ai_ci",
        "time_zone": "UTC",
        "performance_schema": "1",
        "a_variable_of_mysql_only": "5",
    }
    with log_in(address) as connection:
        assert variable(connection, "wait_timeout") == 77
    servers.set_parameters(resource_id, wanted)
    for restarted in (False, True):
        with log_in(address) as connection:
            assert variable(connection, "max_connections") == 55
            assert variable(connection, "sql_mode") == "ANSI_QUOTES"
            assert variable(connection, "collation_server") == "utf8mb4_unicode_520_ci"
            assert variable(connection, "time_zone") == "+00:00"
            assert variable(connection, "wait_timeout") == 28800
            assert variable(connection, "performance_schema") == int(restarted)
        servers.restart(resource_id)
    servers.set_parameters(resource_id, {})
    with log_in(address) as connection:
        # The lab's own value comes back, not MariaDB's.
        assert variable(connection, "max_connections") == 100


def test_a_server_that_cannot_start_says_so_and_comes_back(servers, make, log_in, variable):
    resource_id, address = make()
    servers.set_parameters(resource_id, {"collation_server": "no_such_collation"})
    log_in(address).close()
    with pytest.raises(ServerError, match=r"MariaDB did not start.*no_such_collation"):
        servers.restart(resource_id)
    servers.set_parameters(resource_id, {"max_connections": "56"})
    servers.start(resource_id)
    with log_in(address) as connection:
        assert variable(connection, "max_connections") == 56


@pytest.mark.parametrize(
    ("given", "handed"),
    [
        ({"innodb_buffer_pool_size": "1000000000000"}, {"innodb_buffer_pool_size": str(32 << 20)}),
        ({"innodb_buffer_pool_size": "1"}, {"innodb_buffer_pool_size": str(6 << 20)}),
        ({"max_connections": "{DBInstanceClassMemory/12582880}", "rds.x": "1"}, {}),
        (
            {
                "port": "1",
                "ssl_cert": "x",
                "init_file": "/x",
                "socket": "/x",
                "time_zone": "Mars",
            },
            {},
        ),
        ({"bad name = 1\nport": "1"}, {}),
    ],
    ids=str,
)
def test_what_would_harm_this_machine_is_not_handed_on(given, handed):
    assert variables(given) == handed


def test_a_value_stays_one_value(servers, make, log_in, variable):
    resource_id, address = make()
    value = "SET @a = 'b\"c\\\\d# ',\n@e = 1"
    servers.set_parameters(resource_id, {"init_connect": value})
    for _ in range(2):
        with log_in(address) as connection:
            assert variable(connection, "init_connect") == value
        servers.restart(resource_id)
