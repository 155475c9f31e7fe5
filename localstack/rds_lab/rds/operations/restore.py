"""RestoreDBInstanceFromDBSnapshot and RestoreDBInstanceToPointInTime (rds-semantics §6)."""

from concurrent.futures import Future
from typing import Any

from rds_lab.engines.base import Address, ServerSpec
from rds_lab.rds import describe, errors, origins
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.instance import Instance
from rds_lab.rds.operations import backups, create, look
from rds_lab.rds.origins import Origin
from rds_lab.rds.validation import storage

_SOURCES = ("SourceDBInstanceIdentifier", "SourceDbiResourceId", "SourceDBInstanceAutomatedBackupsArn")


def from_snapshot(cloud: Cloud, region: Region, request: dict[str, Any]) -> Instance:
    """Another instance, with what is in a snapshot."""
    if not request.get("DBInstanceIdentifier"):
        raise errors.missing("DBInstanceIdentifier")
    named, of_cluster = request.get("DBSnapshotIdentifier"), request.get("DBClusterSnapshotIdentifier")
    if bool(named) == bool(of_cluster):
        raise errors.invalid_combination(
            "Specify either DBSnapshotIdentifier or DBClusterSnapshotIdentifier, and not both."
        )
    if of_cluster:
        raise errors.fault("DBClusterSnapshotNotFoundFault", f"DBClusterSnapshot {of_cluster} not found.")
    snapshot = look.usable_snapshot(region, named)
    origin = region.origins[snapshot["DBSnapshotArn"]]
    of_snapshot = {"StorageEncrypted": snapshot["Encrypted"], "KmsKeyId": snapshot["KmsKeyId"] or None}
    least = "The allocated storage size can't be less than the source snapshot or backup size."
    instance = _checked(cloud, region, request | {"MaxAllocatedStorage": None}, origin, of_snapshot, least)
    told = f"Restored from snapshot {snapshot['DBSnapshotIdentifier']}"
    # Behind what copies the data, before what removes it.
    ready = cloud.workers.submit(origin.instance.resource_id, lambda: None)
    _begin(cloud, region, instance, origin, ready, told)
    return instance


def to_point_in_time(cloud: Cloud, region: Region, request: dict[str, Any]) -> Instance:
    """Another instance, with what is in one that is there, or in backups of one that is gone.

    Whatever moment is asked for, the data is that of the call: nothing is logged from which an earlier one
    could be had.
    """
    if not request.get("TargetDBInstanceIdentifier"):
        raise errors.missing("TargetDBInstanceIdentifier")
    if sum(bool(request.get(each)) for each in _SOURCES) != 1:
        raise errors.invalid_combination(f"Specify exactly one of {', '.join(_SOURCES)}.")
    if bool(request.get("RestoreTime")) == bool(request.get("UseLatestRestorableTime")):
        raise errors.invalid_combination("Specify either RestoreTime or UseLatestRestorableTime.")
    source, retained = _source(region, request)
    _check_time(cloud, request, source)
    arn = retained["DBInstanceAutomatedBackupsArn"] if retained else f"{source.arn}:latest"
    origin = region.origins[arn] if retained else origins.note(region, source, arn)
    try:
        asked = request | {"DBInstanceIdentifier": request["TargetDBInstanceIdentifier"]}
        encryption = {"StorageEncrypted": source.encrypted, "KmsKeyId": source.kms_key_id}
        least = "Allocated storage size can't be less than the source instance size."
        instance = _checked(cloud, region, asked, origin, encryption, least)
        copying = None if retained else origins.copying(cloud, origin)
        ready = cloud.workers.submit(source.resource_id, copying or (lambda: None))
        told = f"Restored from DB instance {source.identifier} to {instance.identifier}"
        _begin(cloud, region, instance, origin, ready, told)
    finally:
        if not retained:
            origins.forget(cloud, region, arn)
    return instance


def _source(region: Region, request: dict[str, Any]) -> tuple[Instance, dict[str, Any] | None]:
    """The instance as it is or was, with the backups that outlived it."""
    if identifier := request.get("SourceDBInstanceIdentifier"):
        source = look.find(region, identifier)
    elif resource_id := request.get("SourceDbiResourceId"):
        there = (it for it in region.instances.values() if it.resource_id == resource_id)
        source = next(there, None)
        if source is None:
            return _retained(region, "DbiResourceId", resource_id)
    else:
        named = request["SourceDBInstanceAutomatedBackupsArn"]
        there = (it for it in region.instances.values() if backups.arn(region, it) == named)
        source = next(there, None)
        if source is None:
            return _retained(region, "DBInstanceAutomatedBackupsArn", named)
    if not source.backup_retention:
        raise errors.fault(
            "PointInTimeRestoreNotEnabledFault",
            f"Point in time restore is not enabled for the source DB instance {source.identifier}.",
        )
    return source, None


def _retained(region: Region, parameter: str, named: str) -> tuple[Instance, dict[str, Any]]:
    for row in region.retained_backups:
        if row[parameter] == named:
            return region.origins[row["DBInstanceAutomatedBackupsArn"]].instance, row
    raise backups.not_found(named)


def _check_time(cloud: Cloud, request: dict[str, Any], source: Instance) -> None:
    last = describe.latest_restorable(source, cloud.now())
    if last is None:
        raise errors.invalid_value(
            f"The source DB instance {source.identifier} has no backup yet that could be restored."
        )
    if (moment := request.get("RestoreTime")) is None:
        return
    if not (source.available_since or 0) <= moment.timestamp() <= last:
        raise errors.invalid_value(
            f"The instance cannot be restored to {moment.isoformat()}, which is before its creation or after "
            "its latest restorable time."
        )


def _checked(
    cloud: Cloud,
    region: Region,
    request: dict[str, Any],
    origin: Origin,
    encryption: dict[str, Any],
    least: str,
) -> Instance:
    """What is not asked for is the source's, or what a new instance has by default."""
    was = origin.instance
    if (request.get("Engine") or was.engine) != was.engine:
        raise errors.invalid_combination(
            f"The engine {request['Engine']} is not that of the source, {was.engine}."
        )
    kind = request.get("StorageType") or was.storage_type
    gib = request.get("AllocatedStorage") or was.allocated_storage
    if gib < was.allocated_storage:
        raise errors.invalid_value(least)
    storage.growth(was.engine, kind, was.allocated_storage, gib)
    like_it: dict[str, Any] = {
        "DBInstanceClass": was.instance_class,
        "AllocatedStorage": gib,
        "StorageType": kind,
        "Port": was.port,
        "AutoMinorVersionUpgrade": was.auto_minor_version_upgrade,
        "BackupRetentionPeriod": was.backup_retention,
        "PreferredBackupWindow": was.backup_window,
        "PreferredMaintenanceWindow": was.maintenance_window,
        "Tags": [{"Key": key, "Value": value} for key, value in was.tags.items()],
    }
    if was.engine != "mariadb":
        like_it["EngineLifecycleSupport"] = was.engine_lifecycle_support
    if kind == was.storage_type and (kind != "gp3" or was.allocated_storage >= storage.STRIPED):
        like_it |= {"Iops": was.iops, "StorageThroughput": was.storage_throughput}
    sent = {name: value for name, value in request.items() if value is not None}
    as_it_is = {"Engine": was.engine, "EngineVersion": was.engine_version, "DBName": was.db_name}
    return create.checked(cloud, region, like_it | sent | as_it_is | encryption, was.master_username)


def _begin(
    cloud: Cloud, region: Region, instance: Instance, origin: Origin, ready: Future, told: str
) -> None:
    spec = create.spec(region, instance, password="")

    origin.readers.append(instance.resource_id)

    def make(wanted: ServerSpec) -> Address:
        ready.result()
        return cloud.servers.restore(wanted, origin.data or "")

    create.begin(cloud, region, instance, spec, make if origin.data else None, (told, "restoration"))
