"""What the catalogue says of parameters is true of the servers."""

import pytest

from rds_lab.engines.mariadb import sql
from rds_lab.rds.catalog.parameters import parameters

# MySQL's alone, or under another name here.
_NOT_MARIADBS = {"innodb_redo_log_capacity", "transaction_isolation"}
# Dynamic in MariaDB 10.11 although RDS and MySQL call it static.
_LOOSER = {"innodb_log_file_size"}


def apply_types(engine):
    return {name: row["apply_type"] for name, row in parameters(engine).items()}


@pytest.fixture
def admin(servers, spec, run_time):
    made = []

    def create(engine, version):
        new = spec(engine=engine, version=version)
        made.append(new.resource_id)
        port = servers.create(new).port
        sockets = (run_time / "servers-of-all-tests" / "sockets").read_text()
        return sockets, port

    yield create
    for resource_id in made:
        servers.destroy(resource_id)


@pytest.mark.parametrize(("engine", "version"), [("mysql", "8.4.7"), ("mariadb", "11.4.9")])
def test_mariadb_and_mysql(admin, engine, version):
    sockets, port = admin(engine, version)
    with sql.connect(f"{sockets}/.s.MARIADB.{port}") as connection:
        query = "SELECT LOWER(VARIABLE_NAME), READ_ONLY FROM information_schema.SYSTEM_VARIABLES"
        server = dict(sql.execute(connection, query))
    told = {name: kind for name, kind in apply_types(engine).items() if name not in _NOT_MARIADBS}
    really = {name: {"YES": "static", "NO": "dynamic"}[server[name]] for name in told}
    assert {name for name in told if told[name] != really[name]} <= _LOOSER


@pytest.mark.parametrize("version", ["14.23", "18.4"])
def test_postgres(servers, spec, login, version):
    new = spec(version=version)
    with login(servers.create(new)) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        rows = connection.execute("SELECT lower(name), context FROM pg_settings").fetchall()
    servers.destroy(new.resource_id)
    server = {name: "static" if context == "postmaster" else "dynamic" for name, context in rows}
    told = {name: kind for name, kind in apply_types("postgres").items() if not name.startswith("rds.")}
    # Needs no restart since 18, where RDS has another family.
    really = {name: server[name] for name in told} | {"autovacuum_max_workers": "static"}
    assert told == really
