"""Tags of instances, groups and snapshots; other resources are left to the fall-back."""

from collections.abc import Callable
from typing import Any

from rds_lab.rds import errors, names
from rds_lab.rds.cloud import Region
from rds_lab.rds.validation import tags

Tags = dict[str, str]


def _attribute(it: Any) -> tuple[Tags, Callable[[Tags], None]]:
    return it.tags, lambda wanted: setattr(it, "tags", wanted)


def _snapshot(it: dict[str, Any]) -> tuple[Tags, Callable[[Tags], None]]:
    has = {tag["Key"]: tag["Value"] for tag in it["TagList"]}
    return has, lambda wanted: it.update(TagList=_shown(wanted))


def _shown(has: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in has.items()]


# Kind → where the region has them, what their absence is, and how their tags are read and written.
_KINDS: dict[str, tuple[str, str, str, Callable[[Any], tuple[Tags, Callable[[Tags], None]]]]] = {
    "db": ("instances", "DBInstanceNotFoundFault", "DBInstance {} not found.", _attribute),
    "pg": (
        "parameter_groups",
        "DBParameterGroupNotFoundFault",
        "DBParameterGroup not found: {}",
        _attribute,
    ),
    "subgrp": (
        "subnet_groups",
        "DBSubnetGroupNotFoundFault",
        "DBSubnetGroup '{}' not found.",
        _attribute,
    ),
    "snapshot": ("snapshots", "DBSnapshotNotFoundFault", "DBSnapshot {} not found.", _snapshot),
}


def _of(region: Region, request: dict[str, Any]) -> tuple[Tags, Callable[[Tags], None]]:
    resource = request.get("ResourceName")
    if not resource:
        raise errors.missing("ResourceName")
    parsed = names.parse_arn(resource)
    if parsed is None:
        raise errors.invalid_value(f"Invalid resource name: {resource}")
    kind, name = parsed
    if kind not in _KINDS:
        # The dispatcher falls back to moto.
        raise NotImplementedError
    where, fault, message, access = _KINDS[kind]
    found = getattr(region, where).get(name.lower())
    if found is None or region.arn(kind, name.lower()) != resource:
        raise errors.fault(fault, message.format(name))
    return access(found)


def add(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Over those of the same key; accepted in every state (rds-semantics §12)."""
    has, write = _of(region, request)
    if not request.get("Tags"):
        raise errors.missing("Tags")
    write(tags.tags(request["Tags"], has))
    return {}


def remove(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Keys that are not there are no error."""
    has, write = _of(region, request)
    if request.get("TagKeys") is None:
        raise errors.missing("TagKeys")
    gone = {tags.key(key) for key in request["TagKeys"]}
    write({key: value for key, value in has.items() if key not in gone})
    return {}


def listed(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """All of them."""
    has, _ = _of(region, request)
    return {"TagList": _shown(has)}
