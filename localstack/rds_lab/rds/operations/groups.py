"""DB subnet groups and DB parameter groups: as much as instances refer to."""

import re
from typing import Any

from rds_lab.rds import errors
from rds_lab.rds.catalog.parameters import parameters
from rds_lab.rds.cloud import Cloud, ParameterGroup, Region, SubnetGroup, is_group_name
from rds_lab.rds.describe import subnet_group
from rds_lab.rds.paging import page

_SUBNET_GROUP = re.compile(r"[a-z0-9._ -]{1,255}")
_MOST_PARAMETERS_PER_CALL = 20


def describe_subnet_groups(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """One by name, or all."""
    name = request.get("DBSubnetGroupName")
    if name and name.lower() not in region.subnet_groups:
        raise errors.fault("DBSubnetGroupNotFoundFault", f"DBSubnetGroup '{name}' not found.")
    groups = [region.subnet_groups[name.lower()]] if name else list(region.subnet_groups.values())
    shown, marker = page(sorted(groups, key=lambda group: group.name), request, lambda group: group.name)
    return {"DBSubnetGroups": [subnet_group(region, group) for group in shown], "Marker": marker}


def create_subnet_group(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """In two zones at least."""
    for required in ("DBSubnetGroupName", "DBSubnetGroupDescription", "SubnetIds"):
        if not request.get(required):
            raise errors.missing(required)
    name = request["DBSubnetGroupName"].lower()
    if not _SUBNET_GROUP.fullmatch(name) or name == "default":
        raise errors.invalid_value(f"The parameter DBSubnetGroupName is not a valid name: {name}")
    if name in region.subnet_groups:
        raise errors.fault("DBSubnetGroupAlreadyExistsFault", f"The DB subnet group '{name}' already exists.")
    if len(set(request["SubnetIds"])) < 2:
        raise errors.fault(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ "
            "coverage: 1. "
            "Add subnets to cover at least 2 AZs.",
        )
    group = SubnetGroup(name, request["DBSubnetGroupDescription"], list(request["SubnetIds"]))
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


def describe_parameter_groups(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """One by name, or all."""
    name = request.get("DBParameterGroupName")
    groups = [_parameter_group(region, name)] if name else list(region.parameter_groups.values())
    shown, marker = page(sorted(groups, key=lambda group: group.name), request, lambda group: group.name)
    return {"DBParameterGroups": [_described(region, group) for group in shown], "Marker": marker}


def create_parameter_group(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Of a family that is offered; `default.` is RDS's own."""
    for required in ("DBParameterGroupName", "DBParameterGroupFamily", "Description"):
        if not request.get(required):
            raise errors.missing(required)
    name, family = request["DBParameterGroupName"].lower(), request["DBParameterGroupFamily"]
    if not is_group_name(name):
        raise errors.invalid_value(f"The parameter DBParameterGroupName is not a valid identifier: {name}")
    if f"default.{family}" not in region.parameter_groups:
        raise errors.invalid_value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    if name in region.parameter_groups:
        raise errors.fault("DBParameterGroupAlreadyExistsFault", f"Parameter group {name} already exists")
    group = ParameterGroup(name, family, request["Description"])
    region.parameter_groups[name] = group
    return {"DBParameterGroup": _described(region, group)}


def delete_parameter_group(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Only one of one's own that no instance uses."""
    group = _parameter_group(region, request.get("DBParameterGroupName"))
    used = any(instance.parameter_group == group.name for instance in region.instances.values())
    if used or group.name.startswith("default."):
        raise errors.fault(
            "InvalidDBParameterGroupStateFault",
            "One or more database instances are still members of this parameter group"
            if used
            else f"The parameter group {group.name} cannot be deleted.",
        )
    del region.parameter_groups[group.name]
    return {}


def modify_parameter_group(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """At most 20 parameters in one call; they reach servers with their next start."""
    group = _parameter_group(region, request.get("DBParameterGroupName"))
    if group.name.startswith("default."):
        raise errors.fault(
            "InvalidDBParameterGroupStateFault", f"The parameter group {group.name} cannot be modified."
        )
    sent = request.get("Parameters") or []
    if not 1 <= len(sent) <= _MOST_PARAMETERS_PER_CALL:
        raise errors.invalid_value("Between 1 and 20 parameters can be modified in one request.")
    for parameter in sent:
        _check(group, parameter)
    for parameter in sent:
        group.parameters[parameter["ParameterName"]] = parameter
    waits = any(parameter["ApplyMethod"] == "pending-reboot" for parameter in sent)
    for instance in region.instances.values():
        if waits and instance.parameter_group == group.name:
            instance.parameter_status = "pending-reboot"
    return {"DBParameterGroupName": group.name}


def _check(group: ParameterGroup, parameter: dict[str, Any]) -> None:
    name, method = parameter.get("ParameterName") or "", parameter.get("ApplyMethod")
    known = _known(group).get(name)
    if known is None:
        raise errors.invalid_value(f"Could not find parameter with name: {name}")
    if method not in ("immediate", "pending-reboot"):
        raise errors.invalid_value(f"Invalid apply method: {method}")
    if known["apply_type"] == "static" and method == "immediate":
        raise errors.invalid_combination("cannot use immediate apply method for static parameter")
    if not known["modifiable"]:
        raise errors.invalid_value(f"The parameter {name} cannot be modified.")


def _known(group: ParameterGroup) -> dict[str, dict[str, Any]]:
    return parameters(group.family.rstrip("0123456789."))


def describe_parameters(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """The engine's defaults, and what was set in a group."""
    group = _parameter_group(region, request.get("DBParameterGroupName"))
    source = request.get("Source")
    rows = [_parameter(group, name, known) for name, known in sorted(_known(group).items())]
    rows = [row for row in rows if source in (None, row["Source"])]
    shown, marker = page(rows, request, lambda row: row["ParameterName"])
    return {"Parameters": shown, "Marker": marker}


def _parameter(group: ParameterGroup, name: str, known: dict[str, Any]) -> dict[str, Any]:
    own = group.parameters.get(name)
    value = own.get("ParameterValue") if own else known["value"]
    row = {
        "ParameterName": name,
        "ParameterValue": value,
        "Description": known["description"],
        "Source": "user" if own else "engine-default" if value is None else "system",
        "ApplyType": known["apply_type"],
        "DataType": known["data_type"],
        "AllowedValues": known["allowed"],
        "IsModifiable": known["modifiable"],
        "ApplyMethod": own["ApplyMethod"] if own else "pending-reboot",
    }
    return {field: value for field, value in row.items() if value is not None}


def _parameter_group(region: Region, name: str | None) -> ParameterGroup:
    if not name:
        raise errors.missing("DBParameterGroupName")
    group = region.parameter_groups.get(name.lower())
    if group is None:
        raise errors.fault("DBParameterGroupNotFoundFault", f"DBParameterGroup not found: {name}")
    return group


def _described(region: Region, group: ParameterGroup) -> dict[str, Any]:
    return {
        "DBParameterGroupName": group.name,
        "DBParameterGroupFamily": group.family,
        "Description": group.description,
        "DBParameterGroupArn": region.arn("pg", group.name),
    }
