"""A new server: who gets in, how, and as what."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from rds_lab.engines.base import ServerError
from rds_lab.engines.postgres.binaries import discover
from rds_lab.paths import binaries_directory

VERSIONS = list(discover(binaries_directory()))


def test_two_minors_of_one_major_are_offered(servers):
    majors = [version.split(".")[0] for version in servers.versions("postgres")]
    assert len(majors) > len(set(majors))
    assert servers.versions("oracle-ee") == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_offered_runs_and_is_what_it_says(servers, spec, login, version):
    new = spec(version=version)
    address = servers.create(new)
    with login(address) as connection:
        assert connection.info.parameter_status("server_version").split(" ")[0] == version
        owner = "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE NOT datistemplate ORDER BY 1"
        assert connection.execute(owner).fetchall() == [
            ("app", "master"),
            ("postgres", "master"),
            ("rdsadmin", "rdsadmin"),
        ]
        connection.execute("CREATE TABLE one (id int)")
        for extension in ("pg_stat_statements", "pgcrypto", "uuid-ossp", "citext", "postgres_fdw"):
            connection.execute(
                psycopg.sql.SQL("CREATE EXTENSION {}").format(psycopg.sql.Identifier(extension))
            )
        connection.execute("CREATE ROLE other LOGIN")
        connection.execute("GRANT rds_superuser, rds_iam, pg_monitor TO other")
        connection.execute("CREATE DATABASE another")
    servers.destroy(new.resource_id)


@pytest.mark.row("4.2", "rds.force_ssl")
def test_plain_tcp_is_refused_unless_the_parameter_group_allows_it(servers, spec, login):
    forced, free = spec(), spec(parameters={"rds.force_ssl": "0"})
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba.conf entry .* no encryption"):
        login(servers.create(forced), sslmode="disable")
    login(servers.create(free), sslmode="disable").close()
    for one in (forced, free):
        servers.destroy(one.resource_id)


@pytest.mark.row("4.2", "CA")
def test_the_certificate_names_the_host(servers, spec, login):
    new = spec()
    address = servers.create(new)
    login(address, host="127.0.0.1").close()
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        login(address, host="db.example.com", hostaddr="127.0.0.1")
    servers.destroy(new.resource_id)


@pytest.mark.row("4.2", "Master user's rights")
def test_the_master_is_no_superuser(servers, spec, login):
    new = spec()
    address = servers.create(new)
    with login(address) as connection:
        rights = (
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = 'master'"
        )
        assert connection.execute(rights).fetchone() == (False, True, True, False)
        for refused in (
            "SELECT pg_read_file('/etc/passwd')",
            "ALTER SYSTEM SET work_mem = '1GB'",
            "SET ROLE rdsadmin",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)
    with pytest.raises(psycopg.OperationalError):
        login(address, dbname="rdsadmin")
    with pytest.raises(psycopg.OperationalError):
        login(address, user="rdsadmin")
    servers.destroy(new.resource_id)


def test_a_wanted_port_is_a_wish(servers, spec):
    first, second = spec(), spec()
    port = servers.create(first).port
    assert servers.create(spec(resource_id=second.resource_id, port=port)).port != port
    for one in (first, second):
        servers.destroy(one.resource_id)


def test_many_at_once(servers, spec, login):
    wanted = [spec() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        addresses = list(pool.map(servers.create, wanted))
    assert len({address.port for address in addresses}) == len(wanted)
    for address in addresses:
        login(address).close()
    for one in wanted:
        servers.destroy(one.resource_id)


def test_what_cannot_be_made_leaves_nothing(servers, spec, run_time):
    for wrong in (spec(version="9.6"), spec(engine="mysql", version="16.14"), spec(resource_id="../outside")):
        with pytest.raises(ServerError):
            servers.create(wrong)
    existing = spec()
    servers.create(existing)
    with pytest.raises(ServerError, match="exists already"):
        servers.create(existing)
    servers.destroy(existing.resource_id)
    left = {entry.name for entry in (run_time / "servers-of-all-tests" / "servers").iterdir()}
    assert existing.resource_id not in left
    # Copies are other tests'.
    assert all(name == "copies" or name.startswith(("template-", "db-")) for name in left)
