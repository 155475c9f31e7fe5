"""DescribeDBInstances, DescribeDBSnapshots, DescribeEvents (rds-semantics §3, §7)."""

from bisect import insort
from typing import Any

from rds_lab.rds import describe, errors, names, origins
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.events import DEFAULT_WINDOW_MINUTES, KEPT_SECONDS, Event
from rds_lab.rds.filters import matching
from rds_lab.rds.happenings.happening import Kind
from rds_lab.rds.instance import Instance
from rds_lab.rds.paging import page

_INSTANCE_FILTERS = {
    "db-instance-id": lambda it: {it.identifier, it.arn},
    "dbi-resource-id": lambda it: {it.resource_id},
    "engine": lambda it: {it.engine},
    "db-cluster-id": lambda it: set(),
    "domain": lambda it: set(),
}


def find(region: Region, identifier: str | None) -> Instance:
    """The instance of a name or ARN."""
    if not identifier:
        raise errors.missing("DBInstanceIdentifier")
    instance = region.instances.get(names.identifier_of(identifier))
    if instance is None:
        raise errors.instance_not_found(identifier)
    return instance


def instances(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """One by name, or those that pass the filters, page by page. An unknown id in a filter is no error."""
    now = cloud.now()
    if identifier := request.get("DBInstanceIdentifier"):
        rows = [find(region, identifier)]
    else:
        rows = list(region.instances.values())
    rows = matching(rows, request.get("Filters"), _INSTANCE_FILTERS)
    rows.sort(key=lambda it: it.identifier)
    due, marker = page(rows, request, lambda it: it.identifier)
    shown = [it for it in due if _shows(cloud, it, now)]
    if identifier and due and not shown:
        raise errors.instance_not_found(identifier)
    pictures = [it.oddities.picture(describe.instance(region, it, now), now) for it in shown]
    return {"DBInstances": pictures, "Marker": marker}


def _shows(cloud: Cloud, it: Instance, now: float) -> bool:
    """Unless it is too young, or one answer was to lack it."""
    return not it.oddities.is_hidden(now) and not cloud.happenings.take(Kind.HIDE, it.identifier)


def keep_picture(cloud: Cloud, it: Instance, before: dict[str, Any]) -> None:
    """A change was accepted: what describing it goes on to show for a while, where that is to show late."""
    if late := cloud.happenings.take(Kind.LATE_MODIFY, it.identifier):
        it.oddities.old_picture = before
        it.oddities.old_until = cloud.now() + (late.seconds or 0)


def snapshots(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """The final snapshots that deletions have left."""
    rows = list(region.snapshots.values())
    if identifier := request.get("DBSnapshotIdentifier"):
        rows = [row for row in rows if row["DBSnapshotIdentifier"] == identifier.lower()]
        if not rows:
            raise errors.fault("DBSnapshotNotFoundFault", f"DBSnapshot {identifier} not found.")
    if instance := request.get("DBInstanceIdentifier"):
        rows = [row for row in rows if row["DBInstanceIdentifier"] == names.identifier_of(instance)]
    if request.get("SnapshotType") not in (None, "manual"):
        rows = []
    rows = matching(
        rows,
        request.get("Filters"),
        {
            "db-instance-id": lambda row: {row["DBInstanceIdentifier"]},
            "db-snapshot-id": lambda row: {row["DBSnapshotIdentifier"]},
            "dbi-resource-id": lambda row: {row["DbiResourceId"]},
            "snapshot-type": lambda row: {row["SnapshotType"]},
            "engine": lambda row: {row["Engine"]},
        },
    )
    rows.sort(key=lambda row: row["DBSnapshotIdentifier"])
    shown, marker = page(rows, request, lambda row: row["DBSnapshotIdentifier"])
    return {"DBSnapshots": shown, "Marker": marker}


def usable_snapshot(
    region: Region, named: str | None, statuses: tuple[str, ...] = ("available",)
) -> dict[str, Any]:
    """The one of this name or ARN, once it is finished."""
    parsed = names.parse_arn(named or "")
    identifier = (parsed[1] if parsed and parsed[0] == "snapshot" else named or "").lower()
    found = region.snapshots.get(identifier)
    if found is None:
        raise errors.fault("DBSnapshotNotFoundFault", f"DBSnapshot {identifier} not found.")
    if found["Status"] not in statuses:
        raise errors.fault(
            "InvalidDBSnapshotStateFault", f"DB snapshot {identifier} is not in available state."
        )
    return found


def delete_snapshot(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Only what is there."""
    deleted = usable_snapshot(region, request.get("DBSnapshotIdentifier"), ("available", "failed"))
    del region.snapshots[deleted["DBSnapshotIdentifier"]]
    origins.forget(cloud, region, deleted["DBSnapshotArn"])
    return {"DBSnapshot": {**deleted, "Status": "deleted"}}


def events(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """A window of the last 14 days; the last hour where none is given."""
    now = cloud.now()
    start, end = _window(request, now)
    source, kind = request.get("SourceIdentifier"), request.get("SourceType")
    if source and not kind:
        raise errors.invalid_combination("SourceType is required when SourceIdentifier is specified.")
    categories = set(request.get("EventCategories") or [])
    rows: list[tuple[str, Event]] = []
    for number, event in enumerate(region.events.between(start, end)):
        of_source = not source or names.identifier_of(source) == event.source
        if (
            of_source
            and kind in (None, event.source_type)
            and (not categories or categories & set(event.categories))
        ):
            insort(rows, (f"{event.at:020.6f}-{number:09}", event), key=lambda row: row[0])
    shown, marker = page(rows, request, lambda row: row[0])
    return {"Events": [_event(event) for _, event in shown], "Marker": marker}


def _window(request: dict[str, Any], now: float) -> tuple[float, float]:
    start, end, minutes = request.get("StartTime"), request.get("EndTime"), request.get("Duration")
    # Duration is for a window without a start: where the start is told, it means nothing.
    upto = end.timestamp() if end else now
    begin = start.timestamp() if start else upto - (minutes or DEFAULT_WINDOW_MINUTES) * 60
    if begin > upto:
        raise errors.invalid_combination("The start time must be before the end time.")
    return max(begin, now - KEPT_SECONDS), upto


def _event(event: Event) -> dict[str, Any]:
    return {
        "SourceIdentifier": event.source,
        "SourceType": event.source_type,
        "Message": event.message,
        "EventCategories": list(event.categories),
        "Date": describe.timestamp(event.at),
        "SourceArn": event.arn,
    }
