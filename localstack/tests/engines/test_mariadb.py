"""MariaDB, as itself and in MySQL's place: who gets in, how, as what, and what lasts."""

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor

import pymysql
import pytest

from rds_lab.engines.base import ServerError
from rds_lab.engines.mariadb.labels import labels
from rds_lab.engines.mariadb.variables import variables
from rds_lab.engines.sweep import processes

PASSWORD = 'it\'s "quoted" \\ $1'
ENGINES = {"mysql": "8.4.7", "mariadb": "11.4.9"}


@pytest.fixture
def log_in(authority):
    """Log in as clients of the broker do."""

    def connect(address, **changes):
        settings = {
            "host": address.host,
            "port": address.port,
            "user": "master",
            "password": PASSWORD,
            "connect_timeout": 10,
            "autocommit": True,
            "ssl": ssl.create_default_context(cafile=authority),
        }
        return pymysql.connect(**settings | changes)

    return connect


@pytest.fixture
def make(servers, spec):
    """Make a server; it ends with the test."""
    made = []

    def create(engine="mariadb", **changes):
        new = spec(engine=engine, **{"version": ENGINES[engine], **changes})
        made.append(new.resource_id)
        return new.resource_id, servers.create(new)

    yield create
    for resource_id in made:
        servers.destroy(resource_id)


def ask(connection, query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def variable(connection, name):
    return ask(connection, f"SELECT @@GLOBAL.{name}")[0][0]


@pytest.mark.parametrize(
    ("engine", "version", "said"),
    [
        ("mysql", "8.0.42", "8.0.42"),
        ("mysql", "8.4.7", "8.4.7"),
        ("mariadb", "10.6.22", "10.6.22-MariaDB"),
        ("mariadb", "11.4.9", "11.4.9-MariaDB"),
    ],
)
def test_it_says_the_version_it_was_ordered_as(make, log_in, engine, version, said):
    _, address = make(engine, version=version)
    with log_in(address, database="app") as connection:
        assert connection.get_server_info() == said
        assert ask(connection, "SELECT VERSION(), CURRENT_USER(), DATABASE()") == ((said, "master@%", "app"),)
        assert ask(connection, "SHOW STATUS LIKE 'Ssl_version'")[0][1].startswith("TLSv1.")


def test_the_versions_are_the_labels(servers):
    for engine in ENGINES:
        assert servers.versions(engine) == labels(engine)


def test_a_new_server_holds_nothing_but_the_master_and_its_database(make, log_in):
    system = {"information_schema", "mysql", "performance_schema", "sys"}
    with log_in(make()[1]) as connection:
        assert {name for (name,) in ask(connection, "SHOW DATABASES")} == system | {"app"}
        users = ask(connection, "SELECT User, Host FROM mysql.user ORDER BY 1")
        assert users == (("mariadb.sys", "localhost"), ("master", "%"), ("rdsadmin", "localhost"))
    with log_in(make("mysql", database=None)[1]) as connection:
        assert {name for (name,) in ask(connection, "SHOW DATABASES")} == system


def test_the_certificate_is_verified_and_names_the_host(make, log_in):
    _, address = make()
    log_in(address, host="127.0.0.1").close()
    with pytest.raises(pymysql.OperationalError, match="CERTIFICATE_VERIFY_FAILED"):
        log_in(address, ssl=ssl.create_default_context())
    with pytest.raises((pymysql.OperationalError, OSError)):
        socket.create_connection(("127.0.0.2", address.port), 2)


def test_plain_tcp_is_taken_unless_the_parameter_group_forbids_it(servers, make, log_in):
    resource_id, address = make()
    log_in(address, ssl=None, ssl_disabled=True).close()
    servers.set_parameters(resource_id, {"require_secure_transport": "1"})
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        log_in(address, ssl=None, ssl_disabled=True)
    log_in(address).close()
    servers.set_parameters(resource_id, {})
    log_in(address, ssl=None, ssl_disabled=True).close()


def test_the_master_has_the_rights_of_rds_and_no_more(make, log_in):
    _, address = make("mysql")
    with log_in(address) as connection:
        for taken in (
            "CREATE DATABASE another",
            "CREATE USER 'other'@'%' IDENTIFIED BY 'other-password'",
            "GRANT SELECT, INSERT ON another.* TO 'other'@'%'",
            "CREATE TABLE another.one (id INT PRIMARY KEY)",
            "CREATE VIEW another.two AS SELECT * FROM another.one",
            "CREATE PROCEDURE another.three() SELECT 1",
            "FLUSH TABLES",
            "SHOW PROCESSLIST",
        ):
            ask(connection, taken)
        for refused in (
            "SET GLOBAL max_connections = 7",
            "SELECT 1 INTO OUTFILE '/tmp/rds-lab-outfile'",
            "GRANT SUPER ON *.* TO 'other'@'%'",
            "GRANT ALL PRIVILEGES ON *.* TO 'other'@'%'",
            "SHUTDOWN",
        ):
            with pytest.raises(pymysql.err.OperationalError, match="denied"):
                ask(connection, refused)
    for user in ("rdsadmin", "root", "", "mariadb.sys"):
        with pytest.raises(pymysql.OperationalError, match="Access denied"):
            log_in(address, user=user, password="")


def test_a_new_password_replaces_the_old_one_and_gives_rights_back(servers, make, log_in, run_time):
    resource_id, address = make()
    with log_in(address) as connection:
        ask(connection, "REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'master'@'%'")
    with log_in(address) as connection, pytest.raises(pymysql.OperationalError, match="denied"):
        ask(connection, "CREATE DATABASE again")
    servers.set_master_password(resource_id, "n3w' password")
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        log_in(address)
    with log_in(address, password="n3w' password") as connection:
        ask(connection, "CREATE DATABASE again")
        ask(connection, "CREATE USER other")
        ask(connection, "GRANT SELECT ON *.* TO other")
    home = run_time / "servers-of-all-tests" / "servers" / resource_id
    for file in ("mariadb.log", "my.cnf", "start.sql"):
        assert "n3w" not in (home / file).read_text()
        assert PASSWORD not in (home / file).read_text()


@pytest.mark.parametrize(
    "hostile",
    [
        "ALTER USER 'master'@'%' ACCOUNT LOCK",
        "DROP USER 'master'@'%'",
        "DROP USER 'rdsadmin'@'localhost'",
        "SET PASSWORD FOR 'rdsadmin'@'localhost' = PASSWORD('mine')",
        "DELETE FROM mysql.global_priv",
    ],
)
def test_a_master_that_locked_everybody_out_comes_back_with_the_next_password(servers, make, log_in, hostile):
    resource_id, address = make()
    with log_in(address, database="app") as connection:
        ask(connection, "CREATE TABLE kept (id INT)")
        ask(connection, hostile)
        ask(connection, "FLUSH PRIVILEGES")
    servers.set_master_password(resource_id, "another-password")
    with log_in(address, password="another-password", database="app") as connection:
        assert ask(connection, "SHOW TABLES") == (("kept",),)


def test_data_and_port_outlive_restart_stop_start_and_upgrade(servers, make, log_in):
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


def test_parameters_dynamic_ones_at_once_static_ones_with_the_next_start(servers, make, log_in):
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


def test_a_server_that_cannot_start_says_so_and_comes_back(servers, make, log_in):
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


def test_a_value_stays_one_value(servers, make, log_in):
    resource_id, address = make()
    value = "SET @a = 'b\"c\\\\d# ',\n@e = 1"
    servers.set_parameters(resource_id, {"init_connect": value})
    for _ in range(2):
        with log_in(address) as connection:
            assert variable(connection, "init_connect") == value
        servers.restart(resource_id)


def test_many_at_once_and_beside_postgres(servers, spec, log_in):
    wanted = [spec(engine=engine, version=version) for engine, version in [*ENGINES.items()] * 2] + [spec()]
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
