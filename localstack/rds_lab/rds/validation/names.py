"""Identifiers, user and database names, passwords (rds-semantics §2)."""

import re

from rds_lab.rds import errors
from rds_lab.rds.validation import reserved

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PASSWORD_LENGTHS = {"postgres": (8, 128), "mysql": (8, 41), "mariadb": (8, 41)}
_DATABASE_LENGTHS = {"postgres": 63, "mysql": 64, "mariadb": 64}


def identifier(value: str, parameter: str, longest: int = 63) -> str:
    """A DB instance or snapshot identifier, in the lower case in which RDS keeps it."""
    well_formed = _IDENTIFIER.fullmatch(value) and not value.endswith("-") and "--" not in value
    if not well_formed or len(value) > longest:
        raise errors.invalid_value(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; "
            "must "
            "contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two "
            "consecutive hyphens."
        )
    return value.lower()


def master_username(value: str, engine: str) -> str:
    """1 to 16 letters, digits and underscores, and no role the engine or RDS keeps."""
    if engine == "postgres" and value.lower().startswith("pg_"):
        raise errors.invalid_value(
            f'MasterUsername {value} cannot be used because role names starting with "pg_" are reserved by '
            "the PostgreSQL engine"
        )
    if reserved.for_user(value, engine):
        raise errors.invalid_value(
            f"MasterUsername {value} cannot be used as it is a reserved word used by the engine"
        )
    if not _NAME.fullmatch(value) or len(value) > 16:
        raise errors.invalid_value(
            "The parameter MasterUsername is not a valid identifier. It must begin with a letter, contain "
            "only alphanumeric characters and underscores, and have at most 16 characters."
        )
    return value


def master_password(value: str, engine: str) -> str:
    """Printable ASCII but for a few characters; the bounds are the engine's."""
    least, most = _PASSWORD_LENGTHS.get(engine, (8, 128))
    problem = "The parameter MasterUserPassword is not a valid password"
    if len(value) < least:
        raise errors.invalid_value(f"{problem} because it is shorter than {least} characters.")
    if len(value) > most:
        raise errors.invalid_value(f"{problem} because it is longer than {most} characters.")
    if any(character in "/@\" '" or not 0x20 < ord(character) < 0x7F for character in value):
        raise errors.invalid_value(
            f"{problem}. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
        )
    return value


def database(value: str, engine: str) -> str:
    """The initial database."""
    if not _NAME.fullmatch(value) or len(value) > _DATABASE_LENGTHS.get(engine, 63):
        raise errors.invalid_value(
            "DBName must begin with a letter and contain only alphanumeric characters."
        )
    if reserved.for_database(value, engine):
        raise errors.invalid_value(f"DBName {value} cannot be used. It is a reserved word for this engine")
    return value
