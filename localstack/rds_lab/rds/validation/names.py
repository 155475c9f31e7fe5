"""Identifiers, group names, database and user names (rds-semantics §2)."""

import re

from rds_lab.rds import errors
from rds_lab.rds.catalog.engines import Engine

_IDENTIFIER = re.compile(r"[A-Za-z](?:-?[A-Za-z0-9])*")
_SUBNET_GROUP = re.compile(r"[A-Za-z0-9._\- ]{1,255}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def identifier(parameter: str, given: str | None, maximum: int) -> str:
    """The alphabet of ids; stored and answered in lower case."""
    if not given:
        raise errors.missing_parameter(parameter) if given is None else errors.blank_parameter(parameter)
    if not _IDENTIFIER.fullmatch(given):
        raise errors.not_an_identifier(parameter)
    if len(given) > maximum:
        raise errors.invalid_value(
            f"The parameter {parameter} is not a valid identifier because it is longer than "
            f"{maximum} characters."
        )
    return given.lower()


def instance(given: str | None, parameter: str = "DBInstanceIdentifier") -> str:
    """1 to 63 characters."""
    return identifier(parameter, given, 63)


def snapshot(given: str | None, parameter: str) -> str:
    """1 to 255 characters; the alphabet has no colon, so none begins with `rds:`."""
    return identifier(parameter, given, 255)


def parameter_group(given: str | None) -> str:
    """Names that begin with `default.` are refused by the alphabet, which has no dot."""
    return identifier("DBParameterGroupName", given, 255)


def subnet_group(given: str | None) -> str:
    """Letters, digits, dots, underscores, hyphens, spaces; not `default`."""
    if given is None:
        raise errors.missing_parameter("DBSubnetGroupName")
    if not _SUBNET_GROUP.fullmatch(given) or given.lower() == "default":
        raise errors.invalid_value(f"The parameter DBSubnetGroupName is not a valid identifier: {given}")
    return given.lower()


def database(given: str | None, engine: Engine) -> str | None:
    """The initial database; none is asked for by leaving it out."""
    if not given:
        return None
    if not _WORD.fullmatch(given):
        raise errors.invalid_value(
            "DBName must begin with a letter and contain only alphanumeric characters."
        )
    if len(given) > engine.database_maximum:
        raise errors.invalid_value(f"DBName must not exceed {engine.database_maximum} characters.")
    if given.lower() in engine.reserved_words:
        raise errors.invalid_value(f"DBName {given} cannot be used. It is a reserved word for this engine")
    return given


def master_user(given: str | None, engine: Engine) -> str:
    """The master user's name."""
    if not given:
        raise errors.blank_parameter("MasterUsername")
    if not _WORD.fullmatch(given):
        raise errors.invalid_value(
            "The parameter MasterUsername must begin with a letter and contain only alphanumeric characters."
        )
    if len(given) > 16:
        raise errors.invalid_value(
            "The parameter MasterUsername is not a valid identifier because it is longer than 16 characters."
        )
    lower = given.lower()
    if lower in engine.reserved_users or lower in engine.reserved_words:
        raise errors.invalid_value(
            f"MasterUsername {given} cannot be used as it is a reserved word used by the engine"
        )
    prefix = engine.reserved_prefix
    if prefix and lower.startswith(prefix):
        raise errors.invalid_value(
            f"MasterUsername {given} cannot be used because role names starting with "
            f'"{prefix}" are reserved by the {engine.description} engine'
        )
    return given
