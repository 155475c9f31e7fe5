"""Tags of instances; other resources are left to the fall-back."""

from typing import Any

from rds_lab.rds import errors, names
from rds_lab.rds.cloud import Region
from rds_lab.rds.instance import Instance
from rds_lab.rds.validation import tags


def _instance(region: Region, request: dict[str, Any]) -> Instance:
    resource = request.get("ResourceName")
    if not resource:
        raise errors.missing("ResourceName")
    parsed = names.parse_arn(resource)
    if parsed is None:
        raise errors.invalid_value(f"Invalid resource name: {resource}")
    kind, name = parsed
    if kind != "db":
        # Not an instance: the dispatcher falls back to moto.
        raise NotImplementedError
    instance = region.instances.get(name.lower())
    if instance is None or instance.arn != resource:
        raise errors.instance_not_found(name)
    return instance


def add(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Over those of the same key; accepted in every state (rds-semantics §12)."""
    instance = _instance(region, request)
    if not request.get("Tags"):
        raise errors.missing("Tags")
    instance.tags = tags.tags(request["Tags"], instance.tags)
    return {}


def remove(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Keys that are not there are no error."""
    instance = _instance(region, request)
    if request.get("TagKeys") is None:
        raise errors.missing("TagKeys")
    for key in request["TagKeys"]:
        instance.tags.pop(tags.key(key), None)
    return {}


def listed(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """All of them."""
    instance = _instance(region, request)
    return {"TagList": [{"Key": key, "Value": value} for key, value in instance.tags.items()]}
