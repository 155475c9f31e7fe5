"""Servers, and ways to log in to them."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from rds_lab.engines.base import Address, ServerSpec
from rds_lab.engines.servers import LocalServers

PASSWORD = 'it\'s "quoted" \\ $1'


@pytest.fixture(scope="session")
def servers(make_servers: Callable[[str], LocalServers]) -> LocalServers:
    return make_servers("servers-of-all-tests")


@pytest.fixture(scope="session")
def authority(servers: LocalServers, run_time: Path) -> Path:
    return run_time / "servers-of-all-tests" / "ca.pem"


@pytest.fixture
def password() -> str:
    """The master's, with all that has to be quoted somewhere."""
    return PASSWORD


@pytest.fixture
def login(authority: Path) -> Callable[..., psycopg.Connection]:
    """Log in as clients of the broker do."""

    def connect(address: Address, **changes: str | int) -> psycopg.Connection:
        settings: dict[str, str | int] = {
            "host": address.host,
            "port": address.port,
            "user": "master",
            "password": PASSWORD,
            "dbname": "app",
            "sslmode": "verify-full",
            "sslrootcert": str(authority),
            "connect_timeout": 10,
        }
        return psycopg.connect(**settings | changes, autocommit=True)

    return connect


@pytest.fixture
def spec() -> Callable[..., ServerSpec]:
    """A specification with defaults, under a name that no other test uses."""

    def make(**changes: object) -> ServerSpec:
        settings: dict[str, object] = {
            "resource_id": f"db-{uuid4().hex[:20].upper()}",
            "engine": "postgres",
            "version": "16.14",
            "master_username": "master",
            "master_password": PASSWORD,
            "database": "app",
        }
        return ServerSpec(**settings | changes)

    return make
