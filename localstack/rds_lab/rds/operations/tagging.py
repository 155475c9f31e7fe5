"""Tags of instances, groups and snapshots; other resources are left to the fall-back."""

from collections.abc import Callable
from typing import Any

from rds_lab.rds import errors, names
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.happenings.happening import Kind
from rds_lab.rds.instance import Instance
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


def _find(region: Region, request: dict[str, Any]) -> tuple[Any, Callable[[Any], Any]]:
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
    return found, access


def _changing(
    cloud: Cloud, region: Region, request: dict[str, Any]
) -> tuple[Any, Tags, Callable[[Tags], None]]:
    """Accepted in every state, unless a happening says otherwise (rds-semantics §12)."""
    found, access = _find(region, request)
    if isinstance(found, Instance):
        refused = cloud.happenings.take(
            Kind.REFUSE_TAGS, found.identifier, lambda it: found.status in it.statuses
        )
        if refused:
            raise errors.invalid_state("Database instance is not in available state.")
    return found, *access(found)


def add(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Over those of the same key."""
    found, has, write = _changing(cloud, region, request)
    if not request.get("Tags"):
        raise errors.missing("Tags")
    wanted = tags.tags(request["Tags"], has)
    if isinstance(found, Instance):
        late = cloud.happenings.take(Kind.LATE_TAGS, found.identifier)
        until = cloud.now() + (late.seconds or 0) if late else None
        found.oddities.tagged(has, [tag["Key"] for tag in request["Tags"]], until)
    write(wanted)
    return {}


def remove(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Keys that are not there are no error."""
    found, has, write = _changing(cloud, region, request)
    if request.get("TagKeys") is None:
        raise errors.missing("TagKeys")
    gone = {tags.key(key) for key in request["TagKeys"]}
    if isinstance(found, Instance):
        found.oddities.tagged(has, gone, None)
    write({key: value for key, value in has.items() if key not in gone})
    return {}


def listed(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """All of them."""
    found, access = _find(region, request)
    has, _ = access(found)
    if isinstance(found, Instance):
        has = found.oddities.tags(has, cloud.now())
    return {"TagList": _shown(has)}
