"""DB subnet groups: as much as instances refer to."""

import re
from typing import Any

from rds_lab.rds import errors, placement
from rds_lab.rds.cloud import Region, SubnetGroup
from rds_lab.rds.describe import subnet_group
from rds_lab.rds.paging import page
from rds_lab.rds.validation import tags

_SUBNET_GROUP = re.compile(r"[a-z0-9._ -]{1,255}")


def describe_subnet_groups(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """One by name, or all."""
    name = request.get("DBSubnetGroupName")
    if name and name.lower() not in region.subnet_groups:
        raise errors.fault("DBSubnetGroupNotFoundFault", f"DBSubnetGroup '{name}' not found.")
    groups = [region.subnet_groups[name.lower()]] if name else list(region.subnet_groups.values())
    shown, marker = page(sorted(groups, key=lambda group: group.name), request, lambda group: group.name)
    return {"DBSubnetGroups": [subnet_group(region, group) for group in shown], "Marker": marker}


def create_subnet_group(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Of subnets that there are."""
    for required in ("DBSubnetGroupName", "DBSubnetGroupDescription", "SubnetIds"):
        if not request.get(required):
            raise errors.missing(required)
    name = request["DBSubnetGroupName"].lower()
    if not _SUBNET_GROUP.fullmatch(name) or name == "default":
        raise errors.invalid_value(f"The parameter DBSubnetGroupName is not a valid name: {name}")
    if name in region.subnet_groups:
        raise errors.fault("DBSubnetGroupAlreadyExistsFault", f"The DB subnet group '{name}' already exists.")
    tag_list = tags.tags(request.get("Tags"))
    subnets = placement.subnets(region, request["SubnetIds"])
    group = SubnetGroup(name, request["DBSubnetGroupDescription"], subnets, tags=tag_list)
    region.subnet_groups[name] = group
    return {"DBSubnetGroup": subnet_group(region, group)}


def delete_subnet_group(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Only one that no instance is in."""
    name = (request.get("DBSubnetGroupName") or "").lower()
    if name not in region.subnet_groups:
        raise errors.fault("DBSubnetGroupNotFoundFault", f"DBSubnetGroup '{name}' not found.")
    if name == "default" or any(instance.subnet_group == name for instance in region.instances.values()):
        raise errors.fault(
            "InvalidDBSubnetGroupStateFault", f"Cannot delete the subnet group '{name}' because it is in use."
        )
    del region.subnet_groups[name]
    return {}
