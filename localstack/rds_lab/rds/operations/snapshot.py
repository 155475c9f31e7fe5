"""CreateDBSnapshot (rds-semantics §6), and what every manual snapshot is."""

from typing import Any

from rds_lab.rds import acceptance, errors, origins
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.describe import timestamp
from rds_lab.rds.happenings.happening import Kind
from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle import Stage
from rds_lab.rds.validation import names, tags

# Per account and region (rds-semantics §7).
MANUAL_SNAPSHOTS = 100


def create(cloud: Cloud, region: Region, instance: Instance, request: dict[str, Any]) -> dict[str, Any]:
    """Check, and begin to take it; the instance is `backing-up` meanwhile."""
    name = names.identifier(request.get("DBSnapshotIdentifier"), "DBSnapshotIdentifier", longest=255)
    acceptance.snapshot(instance)
    own = tags.tags(request.get("Tags"))
    taken = add(cloud, region, instance, name)
    end = fail if is_doomed(cloud, instance) else finish
    if own:
        taken["TagList"] = [{"Key": key, "Value": value} for key, value in own.items()]
    # What it is at, storage being optimised, goes on after this.
    for stage in instance.stages:
        stage.begun = None
    copying = origins.copying(cloud, region.origins[taken["DBSnapshotArn"]])
    backing_up = Stage(
        "backing-up",
        cloud.settings.seconds("backingUp"),
        work=(lambda: cloud.workers.submit(instance.resource_id, copying)) if copying else None,
        done=lambda _: end(taken),
    )
    instance.stages.appendleft(backing_up)
    cloud.moves(region, instance)
    return dict(taken)


def add(cloud: Cloud, region: Region, instance: Instance, name: str) -> dict[str, Any]:
    """A snapshot that is not finished, or the refusal of one."""
    check_new(region, name)
    taken = region.snapshots[name] = _snapshot(cloud, region, instance, name)
    origins.note(region, instance, taken["DBSnapshotArn"])
    return taken


def check_new(region: Region, name: str) -> None:
    """Before there is one more."""
    if name in region.snapshots:
        raise errors.fault(
            "DBSnapshotAlreadyExistsFault",
            f"Cannot create the snapshot because a snapshot with the identifier {name} already exists.",
        )
    if len(region.snapshots) >= MANUAL_SNAPSHOTS:
        raise errors.fault("SnapshotQuotaExceededFault", "The quota of manual snapshots is exceeded.")


def is_doomed(cloud: Cloud, instance: Instance) -> bool:
    """Whether the one that has just begun is going to fail."""
    return cloud.happenings.take(Kind.FAIL_SNAPSHOT, instance.identifier) is not None


def finish(taken: dict[str, Any]) -> None:
    """It can be restored from now on."""
    taken.update(Status="available", PercentProgress=100)


def fail(taken: dict[str, Any]) -> None:
    """It cannot, ever; its name stays taken until it is deleted."""
    taken.update(Status="failed")


def _snapshot(cloud: Cloud, region: Region, instance: Instance, name: str) -> dict[str, Any]:
    return {
        "DBSnapshotIdentifier": name,
        "DBSnapshotArn": region.arn("snapshot", name),
        "DBInstanceIdentifier": instance.identifier,
        "DbiResourceId": instance.resource_id,
        "SnapshotCreateTime": timestamp(cloud.now()),
        "Engine": instance.engine,
        "EngineVersion": instance.engine_version,
        "AllocatedStorage": instance.allocated_storage,
        "Status": "creating",
        "PercentProgress": 0,
        "SnapshotType": "manual",
        "MasterUsername": instance.master_username,
        "StorageType": instance.storage_type,
        "Encrypted": instance.encrypted,
        "KmsKeyId": instance.kms_key_id or "",
        "Port": instance.port,
        "AvailabilityZone": instance.availability_zone,
        "TagList": [{"Key": key, "Value": value} for key, value in instance.tags.items()]
        if instance.copy_tags_to_snapshot
        else [],
    }
