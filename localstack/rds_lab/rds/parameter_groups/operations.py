"""The operations on DB parameter groups (rds-semantics §2, §5, §7)."""

from typing import Any

from rds_lab.rds import errors, names
from rds_lab.rds.cloud import Cloud, ParameterGroup, Region, is_group_name
from rds_lab.rds.events import Event
from rds_lab.rds.paging import page
from rds_lab.rds.parameter_groups import membership, values
from rds_lab.rds.validation import tags

_MOST_PER_CALL = 20
_SOURCES = ("user", "system", "engine-default")

Request = dict[str, Any]


def create(cloud: Cloud, region: Region, request: Request) -> Request:
    """Of a family that is offered; `default.` is RDS's own."""
    for required in ("DBParameterGroupName", "DBParameterGroupFamily", "Description"):
        if not request.get(required):
            raise errors.missing(required)
    name, family = request["DBParameterGroupName"], request["DBParameterGroupFamily"]
    if f"default.{family}" not in region.parameter_groups:
        raise errors.invalid_value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    group = ParameterGroup(name, family, request["Description"])
    return _add(cloud, region, "DBParameterGroupName", group, request)


def copy(cloud: Cloud, region: Region, request: Request) -> Request:
    """Another group of the same family, with what was set in the first."""
    source, target, description = (
        f"{which}DBParameterGroup{what}"
        for which, what in (("Source", "Identifier"), ("Target", "Identifier"), ("Target", "Description"))
    )
    for required in (source, target, description):
        if not request.get(required):
            raise errors.missing(required)
    arn = names.parse_arn(request[source])
    original = find(region, arn[1] if arn else request[source])
    parameters = {name: dict(entry) for name, entry in original.parameters.items()}
    group = ParameterGroup(request[target], original.family, request[description], parameters)
    return _add(cloud, region, target, group, request)


def _add(cloud: Cloud, region: Region, parameter: str, group: ParameterGroup, request: Request) -> Request:
    group.name = group.name.lower()
    if not is_group_name(group.name):
        raise errors.invalid_value(f"The parameter {parameter} is not a valid identifier: {group.name}")
    group.tags = tags.tags(request.get("Tags"))
    if group.name in region.parameter_groups:
        raise errors.fault(
            "DBParameterGroupAlreadyExistsFault", f"Parameter group {group.name} already exists"
        )
    if number(region) >= cloud.settings.quota("parameterGroupQuota"):
        raise errors.fault("DBParameterGroupQuotaExceededFault", "Parameter group quota exceeded")
    region.parameter_groups[group.name] = group
    return {"DBParameterGroup": _described(region, group)}


def number(region: Region) -> int:
    """How many count towards the quota: RDS's own do not."""
    return sum(not _is_default(group) for group in region.parameter_groups.values())


def describe(region: Region, request: Request) -> Request:
    """One by name, or all."""
    name = request.get("DBParameterGroupName")
    groups = [find(region, name)] if name else list(region.parameter_groups.values())
    shown, marker = page(sorted(groups, key=lambda group: group.name), request, lambda group: group.name)
    return {"DBParameterGroups": [_described(region, group) for group in shown], "Marker": marker}


def delete(region: Region, request: Request) -> Request:
    """Only one of one's own that no instance uses."""
    group = find(region, request.get("DBParameterGroupName"))
    _refuse_default(group, "deleted")
    if membership.is_used(region, group.name):
        raise errors.fault(
            "InvalidDBParameterGroupStateFault",
            "One or more database instances are still members of this parameter group "
            f"{group.name}, so the group cannot be deleted",
        )
    del region.parameter_groups[group.name]
    return {}


def modify(cloud: Cloud, region: Region, request: Request) -> Request:
    """All that was sent, or nothing."""
    group = _own_group(region, request)
    sent = _parameters(request)
    for each in sent:
        name = each.get("ParameterName") or ""
        found = values.of(group.family, name)
        values.check_method(found, each.get("ApplyMethod"))
        values.check(name, found, each.get("ParameterValue"))
    for each in sent:
        name, value, method = each["ParameterName"], each["ParameterValue"], each["ApplyMethod"]
        group.parameters[name] = {"ParameterValue": value, "ApplyMethod": method}
        _happened(cloud, region, group, f"Updated parameter {name} to {value} with apply method {method}")
    membership.changed(cloud, region, group, _immediate(sent))
    return {"DBParameterGroupName": group.name}


def reset(cloud: Cloud, region: Region, request: Request) -> Request:
    """Some by name, or all of them, as is the default where none is named."""
    group = _own_group(region, request)
    everything = request.get("ResetAllParameters")
    if everything and request.get("Parameters"):
        raise errors.invalid_combination(
            "Parameters can not be specified when ResetAllParameters is specified."
        )
    if everything or (everything is None and not request.get("Parameters")):
        # Dynamic ones at once, static ones with the next start.
        immediate = [
            name for name in group.parameters if values.of(group.family, name)["apply_type"] == "dynamic"
        ]
        group.parameters.clear()
        _happened(cloud, region, group, "Reset all parameters to their defaults")
        membership.changed(cloud, region, group, immediate)
        return {"DBParameterGroupName": group.name}
    sent = _parameters(request)
    for each in sent:
        values.check_method(values.of(group.family, each.get("ParameterName") or ""), each.get("ApplyMethod"))
    for each in sent:
        group.parameters.pop(each["ParameterName"], None)
        _happened(cloud, region, group, f"Reset parameter {each['ParameterName']} to its default")
    membership.changed(cloud, region, group, _immediate(sent))
    return {"DBParameterGroupName": group.name}


def describe_parameters(region: Region, request: Request) -> Request:
    """The engine's defaults, and what was set in a group."""
    group = find(region, request.get("DBParameterGroupName"))
    source = request.get("Source")
    if source not in (None, *_SOURCES):
        raise errors.invalid_value(f"Invalid source: {source}. It must be one of {', '.join(_SOURCES)}")
    rows = [_parameter(group, name, found) for name, found in sorted(values.known(group.family).items())]
    rows = [row for row in rows if source in (None, row["Source"])]
    shown, marker = page(rows, request, lambda row: row["ParameterName"])
    return {"Parameters": shown, "Marker": marker}


def find(region: Region, name: str | None) -> ParameterGroup:
    """By name, in any case."""
    if not name:
        raise errors.missing("DBParameterGroupName")
    group = region.parameter_groups.get(name.lower())
    if group is None:
        raise errors.fault("DBParameterGroupNotFoundFault", f"DBParameterGroup not found: {name}")
    return group


def _own_group(region: Region, request: Request) -> ParameterGroup:
    group = find(region, request.get("DBParameterGroupName"))
    _refuse_default(group, "modified")
    return group


def _refuse_default(group: ParameterGroup, what: str) -> None:
    if _is_default(group):
        raise errors.fault(
            "InvalidDBParameterGroupStateFault", f"The parameter group {group.name} cannot be {what}."
        )


def _is_default(group: ParameterGroup) -> bool:
    return group.name.startswith("default.")


def _parameters(request: Request) -> list[Request]:
    sent = request.get("Parameters") or []
    if not 1 <= len(sent) <= _MOST_PER_CALL:
        raise errors.invalid_value(
            f"Between 1 and {_MOST_PER_CALL} parameters can be modified in one request."
        )
    return sent


def _immediate(sent: list[Request]) -> list[str]:
    return [each["ParameterName"] for each in sent if each["ApplyMethod"] == "immediate"]


def _happened(cloud: Cloud, region: Region, group: ParameterGroup, message: str) -> None:
    arn = region.arn("pg", group.name)
    region.events.add(
        Event(cloud.now(), group.name, "db-parameter-group", arn, message, ("configuration change",))
    )


def _parameter(group: ParameterGroup, name: str, found: Request) -> Request:
    mine = group.parameters.get(name)
    value = mine["ParameterValue"] if mine else found["value"]
    row = {
        "ParameterName": name,
        "ParameterValue": value,
        "Description": found["description"],
        "Source": "user" if mine else "engine-default" if value is None else "system",
        "ApplyType": found["apply_type"],
        "DataType": found["data_type"],
        "AllowedValues": found["allowed"],
        "IsModifiable": found["modifiable"],
        "ApplyMethod": mine["ApplyMethod"] if mine else "pending-reboot",
    }
    return {field: value for field, value in row.items() if value is not None}


def _described(region: Region, group: ParameterGroup) -> Request:
    return {
        "DBParameterGroupName": group.name,
        "DBParameterGroupFamily": group.family,
        "Description": group.description,
        "DBParameterGroupArn": region.arn("pg", group.name),
    }
