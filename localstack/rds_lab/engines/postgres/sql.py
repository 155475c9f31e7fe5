"""SQL as ``rdsadmin``, the superuser that RDS keeps for itself, over the private socket."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from rds_lab.engines.base import ServerError

ADMIN = "rdsadmin"
_CONNECT_TIMEOUT = 10
_RETRIES = 20
_RETRY_PAUSE = 0.05

Connection = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def connect(sockets: Path, port: int, database: str = "postgres") -> Iterator[Connection]:
    """A connection that commits each statement; what PostgreSQL refuses is a ServerError."""
    try:
        with psycopg.connect(
            host=str(sockets),
            port=port,
            user=ADMIN,
            dbname=database,
            autocommit=True,
            connect_timeout=_CONNECT_TIMEOUT,
            application_name="rds-lab",
        ) as connection:
            yield connection
    except psycopg.Error as error:
        # Only the primary message: the others can quote the statement.
        raise ServerError(
            f"PostgreSQL refused: {error.diag.message_primary or type(error).__name__}"
        ) from None


def execute(connection: Connection, statement: str, **names: str | sql.Composable) -> None:
    """Run a statement whose ``{placeholders}`` are identifiers, or literals given as such.

    Two sessions that change one role meet "tuple concurrently updated", and the master user may be
    changing itself at this moment; that passes.
    """
    parts = {key: sql.Identifier(name) if isinstance(name, str) else name for key, name in names.items()}
    composed = sql.SQL(statement).format(**parts)  # type: ignore[arg-type]
    for attempt in range(1, _RETRIES + 1):
        try:
            connection.execute(composed)
            return
        except psycopg.errors.InternalError_ as error:
            if "concurrently" not in str(error) or attempt == _RETRIES:
                raise
            time.sleep(_RETRY_PAUSE)


def exists(connection: Connection, catalogue: str, column: str, name: str) -> bool:
    """Whether a system catalogue has a row of that name."""
    query = sql.SQL("SELECT FROM {} WHERE {} = %s").format(sql.Identifier(catalogue), sql.Identifier(column))
    return connection.execute(query, [name]).rowcount > 0


def verifier(connection: Connection, user: str, password: str) -> sql.Literal:
    """What the server stores of a password.

    The password itself never reaches the server, so no log and no statistics view can hold it.
    """
    encrypted = connection.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256")
    return sql.Literal(encrypted.decode())
