"""RebootDBInstance, StopDBInstance, StartDBInstance (rds-semantics §3, §6)."""

from collections.abc import Callable
from typing import Any

from rds_lab.rds import acceptance, changes, encryption, errors, origins, placement
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle import Stage
from rds_lab.rds.operations import snapshot
from rds_lab.rds.parameter_groups.membership import Launch
from rds_lab.rds.validation import names

# A stop lasts seven days at most (rds-semantics §6).
LONGEST_STOP = 7 * 86_400


def reboot(cloud: Cloud, region: Region, instance: Instance, failover: bool = False) -> None:
    """Restart, with the parameters of the instance's group."""
    acceptance.reboot(instance)
    if failover and not instance.multi_az:
        raise errors.invalid_combination(
            f"ForceFailover cannot be specified since the instance {instance.identifier} is not configured "
            "for Multi-AZ."
        )
    instance.oddities.let_go()
    if failover:
        region.happened(instance, cloud.now(), "Multi-AZ instance failover started.", "failover")
    region.happened(instance, cloud.now(), "DB instance shutdown", "availability")
    launch = Launch(cloud, region, instance, cloud.servers.restart)

    def done(now: float) -> None:
        if failover:
            instance.availability_zone = (
                placement.standby_zone(region, instance) or instance.availability_zone
            )
            region.happened(instance, now, "Multi-AZ instance failover completed", "failover")
        if launch.ended(now):
            region.happened(instance, now, "DB instance restarted", "availability")

    _begin(cloud, region, instance, "rebooting", launch.begin, done)


def stop(cloud: Cloud, region: Region, instance: Instance, snapshot_name: str | None = None) -> None:
    """Stop, after a snapshot if one is named; what was pending is dropped."""
    acceptance.stop(instance)
    taken = copying = None
    if snapshot_name:
        name = names.identifier(snapshot_name, "DBSnapshotIdentifier", longest=255)
        taken = snapshot.add(cloud, region, instance, name)
        copying = origins.copying(cloud, region.origins[taken["DBSnapshotArn"]])
    instance.applying.clear()
    instance.deferred.clear()
    instance.next_password = None

    def done(now: float) -> None:
        if taken:
            snapshot.finish(taken)
        instance.automatic_restart_at = now + LONGEST_STOP
        region.happened(instance, now, "DB instance stopped", "notification")

    def end() -> None:
        if copying:
            copying()
        cloud.servers.stop(instance.resource_id)

    def work() -> Any:
        return cloud.workers.submit(instance.resource_id, end)

    _begin(cloud, region, instance, "stopping", work, done)


def start(cloud: Cloud, region: Region, instance: Instance) -> None:
    """Start what was stopped."""
    acceptance.start(instance)
    encryption.check(region, instance)
    resume(cloud, region, instance)


def resume(cloud: Cloud, region: Region, instance: Instance) -> None:
    """Start it; by itself, too, when it was stopped for long enough."""
    instance.automatic_restart_at = None
    instance.oddities.let_go()
    launch = Launch(cloud, region, instance, cloud.servers.start)

    def done(now: float) -> None:
        if launch.ended(now):
            region.happened(instance, now, "DB instance started", "notification")

    _begin(cloud, region, instance, "starting", launch.begin, done)


def _begin(
    cloud: Cloud,
    region: Region,
    instance: Instance,
    status: str,
    work: Callable[[], Any],
    done: Callable[[float], None],
) -> None:
    # Storage goes on being optimised, and an accepted change follows, after this.
    rest = [stage for stage in instance.stages if stage.status == "storage-optimization"]
    instance.stages.clear()
    seconds = cloud.settings.seconds(status)
    instance.stages.append(Stage(status, seconds, work=work if instance.has_server else None, done=done))
    if status == "rebooting":
        if instance.applying:
            changes.queue(cloud, region, instance, rest)
        else:
            for stage in rest:
                stage.begun = None
                instance.stages.append(stage)
    cloud.moves(region, instance)
