"""Who gets in to MariaDB, as itself and in MySQL's place, how, and as what."""

import socket
import ssl

import pymysql
import pytest

from rds_lab.engines.mariadb.labels import labels


@pytest.mark.parametrize(
    ("engine", "version", "said"),
    [
        ("mysql", "8.0.42", "8.0.42"),
        ("mysql", "8.4.7", "8.4.7"),
        ("mariadb", "10.6.22", "10.6.22-MariaDB"),
        ("mariadb", "11.4.9", "11.4.9-MariaDB"),
    ],
)
def test_it_says_the_version_it_was_ordered_as(make, log_in, engine, version, said, ask):
    _, address = make(engine, version=version)
    with log_in(address, database="app") as connection:
        assert connection.get_server_info() == said
        assert ask(connection, "SELECT VERSION(), CURRENT_USER(), DATABASE()") == ((said, "master@%", "app"),)
        assert ask(connection, "SHOW STATUS LIKE 'Ssl_version'")[0][1].startswith("TLSv1.")


def test_the_versions_are_the_labels(servers):
    for engine in ("mysql", "mariadb"):
        assert servers.versions(engine) == labels(engine)


def test_a_new_server_holds_nothing_but_the_master_and_its_database(make, log_in, ask):
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


def test_the_master_has_the_rights_of_rds_and_no_more(make, log_in, ask):
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
