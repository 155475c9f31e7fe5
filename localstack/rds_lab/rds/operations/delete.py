"""DeleteDBInstance (rds-semantics §5), and the snapshots it leaves."""

from typing import Any

from rds_lab.rds import acceptance, errors, origins
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle import Stage
from rds_lab.rds.operations import backups, snapshot
from rds_lab.rds.validation import names


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
        taken = snapshot.add(cloud, region, instance, final)
        if snapshot.is_doomed(cloud, instance):
            _begin_in_vain(cloud, region, instance, taken)
            return
    _begin(cloud, region, instance, region.snapshots.get(final) if final else None, retain)


def _begin_in_vain(cloud: Cloud, region: Region, instance: Instance, taken: dict[str, Any]) -> None:
    """Its final snapshot is going to fail, and then it is not deleted."""
    before = "stopped" if instance.status == "stopped" else "available"

    def gave_up(now: float) -> None:
        snapshot.fail(taken)
        instance.status = before
        region.happened(
            instance, now, "The final snapshot failed; the DB instance is not deleted.", "failure"
        )

    _leave_all(instance)
    instance.stages.append(Stage("deleting", cloud.settings.seconds("deleting"), done=gave_up))
    cloud.moves(region, instance)


def _begin(
    cloud: Cloud, region: Region, instance: Instance, kept: dict[str, Any] | None, retain: bool
) -> None:
    of = [kept["DBSnapshotArn"]] if kept else []
    if retain:
        of.append(backups.arn(region, instance))
        origins.note(region, instance, of[-1])
    copies = [copying for arn in of if (copying := origins.copying(cloud, region.origins[arn]))]

    def end() -> None:
        for copying in copies:
            copying()
        cloud.servers.destroy(instance.resource_id)

    def destroy() -> Any:
        return cloud.workers.submit(instance.resource_id, end)

    def gone(now: float) -> None:
        if region.instances.get(instance.identifier) is instance:
            del region.instances[instance.identifier]
        if retain:
            region.retained_backups.append(backups.backup(region, instance, "retained"))
        if kept:
            snapshot.finish(kept)
        region.happened(instance, now, "DB instance deleted", "deletion")

    _leave_all(instance)
    instance.automatic_restart_at = None
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


def _leave_all(instance: Instance) -> None:
    """Whatever it was at, or is still to be at, does not go on."""
    instance.applying.clear()
    instance.deferred.clear()
    instance.stages.clear()
    instance.oddities.stuck = False
    instance.oddities.let_go()
