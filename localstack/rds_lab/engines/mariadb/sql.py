"""SQL as ``rdsadmin``, the account that RDS keeps for itself, over the private socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import ER

from rds_lab.engines.base import ServerError

ADMIN = "rdsadmin"
_TIMEOUT = 10

Connection = pymysql.connections.Connection


class LockedOut(ServerError):
    """The server does not know ``rdsadmin`` any more."""


@contextmanager
def connect(socket: Path) -> Iterator[Connection]:
    """A connection that commits each statement; what MariaDB refuses is a ServerError."""
    try:
        connection = pymysql.connect(
            unix_socket=str(socket),
            user=ADMIN,
            autocommit=True,
            connect_timeout=_TIMEOUT,
            read_timeout=_TIMEOUT,
            charset="utf8mb4",
        )
        with connection:
            yield connection
    except pymysql.MySQLError as error:
        raise _failure(error) from None


def answers(socket: Path) -> bool:
    """Whether a server takes connections there, and no lesser sign of life."""
    try:
        with connect(socket):
            return True
    except LockedOut:
        return True
    except ServerError:
        return False


def execute(connection: Connection, statement: str) -> tuple[tuple[Any, ...], ...]:
    """Run one statement, made with :func:`name` and :func:`text`."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return tuple(cursor.fetchall())


def name(identifier: str) -> str:
    """An identifier in quotes."""
    return "`" + identifier.replace("`", "``") + "`"


def text(value: str) -> str:
    """A literal in quotes, whatever ``sql_mode`` says of backslashes."""
    return f"CONVERT(X'{value.encode().hex()}' USING utf8mb4)"


def _failure(error: pymysql.MySQLError) -> ServerError:
    code = error.args[0] if error.args else 0
    if code in (ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR, ER.SPECIFIC_ACCESS_DENIED_ERROR):
        return LockedOut("MariaDB does not let its administrator in.")
    # A syntax error quotes the statement.
    said = "" if code == ER.PARSE_ERROR or len(error.args) < 2 else f": {error.args[1]}"
    return ServerError(f"MariaDB refused ({code or type(error).__name__}){said}")
