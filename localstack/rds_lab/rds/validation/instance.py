"""Checks of single parameters that creating and modifying share (rds-semantics §2)."""

import re

from rds_lab.rds import errors
from rds_lab.rds.arn import Place
from rds_lab.rds.catalog.classes import classes
from rds_lab.rds.catalog.engines import Engine
from rds_lab.rds.network import Network

CERTIFICATES = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
_GROUP = re.compile(r"sg-[0-9a-f]{8,17}")
_KEY = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|mrk-[0-9a-f]{32}")


def instance_class(given: str | None, engine: Engine, version: str) -> str:
    """One that this engine version runs on."""
    if not given:
        raise errors.missing_parameter("DBInstanceClass")
    if given not in classes():
        raise errors.invalid_combination(
            "RDS does not support creating a DB instance with the following combination: "
            f"DBInstanceClass={given}, Engine={engine.name}, EngineVersion={version}, "
            f"LicenseModel={engine.license_model}. For supported combinations of instance class and "
            "database engine version, see the documentation."
        )
    return given


def number(parameter: str, given: int, low: int, high: int) -> int:
    """A number in a range."""
    if not low <= given <= high:
        raise errors.invalid_value(f"Invalid value {given} for {parameter}. Must be between {low} and {high}")
    return given


def retention(given: int) -> int:
    """Days; 0 turns automated backups off."""
    return number("BackupRetentionPeriod", given, 0, 35)


def port(given: int) -> int:
    """The port that clients connect to."""
    return number("Port", given, 1150, 65535)


def certificate(given: str) -> str:
    """A certificate authority that RDS has."""
    if given not in CERTIFICATES:
        raise errors.certificate_not_found(given)
    return given


def network_type(given: str) -> str:
    """How clients reach it."""
    if given not in ("IPV4", "DUAL"):
        raise errors.invalid_value(f"Invalid network type: {given}")
    return given


def license_model(given: str, engine: Engine) -> str:
    """Open-source engines have one each."""
    if given != engine.license_model:
        raise errors.invalid_combination(f"Invalid license model '{given}' for engine '{engine.name}'.")
    return given


def monitoring_interval(given: int, role: str | None) -> int:
    """Seconds between points of enhanced monitoring; 0 turns it off."""
    if given not in (0, 1, 5, 10, 15, 30, 60):
        raise errors.invalid_value(f"Invalid monitoring interval: {given}")
    if given and not role:
        raise errors.invalid_combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
        )
    return given


def security_groups(given: list[str], place: Place, network: Network) -> list[str]:
    """Groups that are there."""
    for group in given:
        if not _GROUP.fullmatch(group) or not network.has_security_group(place, group):
            raise errors.invalid_value(f"Invalid security group , groupId= {group}, groupName=.")
    return list(dict.fromkeys(given))


def zone(given: str, zones: list[str]) -> str:
    """One that the subnet group covers."""
    if given not in zones:
        raise errors.invalid_combination(
            f"The DB subnet group does not cover the Availability Zone {given}. It covers {', '.join(zones)}."
        )
    return given


def kms_key(given: str, place: Place) -> str:
    """Keys are told as ARNs, however they were given."""
    if given.startswith("arn:"):
        return given
    if given.startswith("alias/"):
        return f"arn:{place.partition}:kms:{place.region}:{place.account}:{given}"
    if not _KEY.fullmatch(given):
        raise errors.kms_key_not_accessible(given)
    return f"arn:{place.partition}:kms:{place.region}:{place.account}:key/{given}"
