"""DeleteDBInstance (rds-semantics §5), and the snapshots it leaves."""

from typing import Any

from rds_lab.rds import acceptance, errors
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.describe import timestamp
from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle import Stage
from rds_lab.rds.operations import backups
from rds_lab.rds.validation import names

# Per account and region (rds-semantics §7).
MANUAL_SNAPSHOTS = 100


def delete(cloud: Cloud, region: Region, instance: Instance, request: dict[str, Any]) -> None:
    """Check, take the final snapshot, and begin to delete: irrevocable."""
    skip = bool(request.get("SkipFinalSnapshot"))
    final = request.get("FinalDBSnapshotIdentifier")
    acceptance.delete(instance, final_snapshot=False)
    if skip and final:
        raise errors.invalid_combination(
            "FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is specified."
        )
    if not skip and not final:
        raise errors.invalid_combination(
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
        )
    if instance.deletion_protection:
        raise errors.invalid_combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again."
        )
    retain = request.get("DeleteAutomatedBackups") is False and bool(instance.backup_retention)
    if retain:
        backups.check_quota(region)
    if final:
        final = names.identifier(final, "FinalDBSnapshotIdentifier", longest=255)
        acceptance.delete(instance, final_snapshot=True)
        if final in region.snapshots:
            raise errors.fault(
                "DBSnapshotAlreadyExistsFault",
                f"Cannot create the snapshot because a snapshot with the identifier {final} already exists.",
            )
        if len(region.snapshots) >= MANUAL_SNAPSHOTS:
            raise errors.fault("SnapshotQuotaExceededFault", "The quota of manual snapshots is exceeded.")
        region.snapshots[final] = _snapshot(cloud, region, instance, final)
    _begin(cloud, region, instance, region.snapshots.get(final) if final else None, retain)


def _begin(
    cloud: Cloud, region: Region, instance: Instance, snapshot: dict[str, Any] | None, retain: bool
) -> None:
    def destroy() -> Any:
        return cloud.workers.submit(instance.resource_id, lambda: cloud.servers.destroy(instance.resource_id))

    def gone(now: float) -> None:
        if region.instances.get(instance.identifier) is instance:
            del region.instances[instance.identifier]
        if retain:
            region.retained_backups.append(backups.backup(region, instance, "retained"))
        if snapshot:
            snapshot.update(Status="available", PercentProgress=100)
        region.happened(instance, now, "DB instance deleted", "deletion")

    instance.applying.clear()
    instance.deferred.clear()
    instance.automatic_restart_at = None
    instance.stages.clear()
    instance.oddities.stuck = False
    instance.oddities.let_go()
    instance.stages.append(
        Stage(
            "deleting",
            cloud.settings.seconds("deleting"),
            work=destroy if instance.has_server else None,
            done=gone,
        )
    )
    cloud.moves(region, instance)
    # The answer shows it on its way out, however short that is.
    instance.status = "deleting"


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
