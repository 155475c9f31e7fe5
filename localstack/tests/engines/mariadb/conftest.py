"""MariaDB servers, and ways to log in to them and to ask them."""

import ssl

import pymysql
import pytest

ENGINES = {"mysql": "8.4.7", "mariadb": "11.4.9"}


@pytest.fixture
def log_in(authority, password):
    """Log in as clients of the broker do."""

    def connect(address, **changes):
        settings = {
            "host": address.host,
            "port": address.port,
            "user": "master",
            "password": password,
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


@pytest.fixture
def ask():
    def answer(connection, query):
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    return answer
