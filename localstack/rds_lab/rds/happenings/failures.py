"""How RDS words that it gave up on a change it had accepted.

In the words that CloudFormation's handler looks for: an event is all that tells (rds-semantics §3).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rds_lab.rds.instance import Instance

STORAGE = ("AllocatedStorage", "StorageType", "Iops", "StorageThroughput")
_CATEGORIES = {"EngineVersion": ("maintenance", "failure"), "MasterUserPassword": ("failure",)}


def message(instance: "Instance", name: str, value: Any) -> str:
    """The event of a pending value that is given up; ``value`` is what was asked for."""
    if name == "EngineVersion":
        return _upgrade(instance, value)
    if name == "DBInstanceClass":
        return (
            f"Unable to modify database instance class to {value}: insufficient instance capacity. "
            "Try again later."
        )
    if name in STORAGE:
        return "Unable to modify the storage: the storage volume limitation was exceeded."
    if name == "MultiAZ":
        return "Unable to convert the DB instance to Multi-AZ: insufficient instance capacity."
    if name == "MasterUserPassword":
        return "Unable to reset your password. Error information: an internal error has occurred."
    return f"Unable to modify {name}: an internal error has occurred."


_ORDER = ("EngineVersion", "DBInstanceClass", *STORAGE, "MultiAZ")


def rank(name: str) -> int:
    """Which of several changes that are given up together the one event is about."""
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def categories(name: str) -> tuple[str, ...]:
    """The event's categories."""
    return _CATEGORIES.get(name, ("failure", "notification"))


def _upgrade(instance: "Instance", version: Any) -> str:
    if instance.engine == "postgres":
        return (
            f"Database instance {instance.identifier} could not be upgraded: it is in a state that the "
            "precheck refuses. The DB engine version upgrade failed; see pg_upgrade_precheck.log."
        )
    # RDS-EVENT-0188.
    return (
        f"Amazon RDS was unable to upgrade the DB instance from version {instance.engine_version} to version "
        f"{version}: the instance is in a state that cannot be upgraded, because of incompatibilities "
        f"related to the data dictionary. It was rolled back to version {instance.engine_version}."
    )
