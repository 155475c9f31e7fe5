"""RebootDBInstance, StopDBInstance, StartDBInstance (rds-semantics §3, §6)."""

from collections.abc import Callable
from typing import Any

from rds_lab.rds import acceptance, changes
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle import Stage

# A stop lasts seven days at most (rds-semantics §6).
LONGEST_STOP = 7 * 86_400


def reboot(cloud: Cloud, region: Region, instance: Instance) -> None:
    """Restart; static parameters take effect."""
    acceptance.reboot(instance)

    def done(now: float) -> None:
        instance.parameter_status = "in-sync"
        region.happened(instance, now, "DB instance restarted", "availability")

    _begin(cloud, region, instance, "rebooting", "rebooting", cloud.servers.restart, done)


def stop(cloud: Cloud, region: Region, instance: Instance) -> None:
    """Stop; what was pending is dropped."""
    acceptance.stop(instance)
    instance.applying.clear()
    instance.deferred.clear()
    instance.next_password = None

    def done(now: float) -> None:
        instance.automatic_restart_at = now + LONGEST_STOP
        region.happened(instance, now, "DB instance stopped", "notification")

    _begin(cloud, region, instance, "stopping", "stopping", cloud.servers.stop, done)


def start(cloud: Cloud, region: Region, instance: Instance) -> None:
    """Start what was stopped."""
    acceptance.start(instance)
    resume(cloud, region, instance)


def resume(cloud: Cloud, region: Region, instance: Instance) -> None:
    """Start it; by itself, too, when it was stopped for long enough."""
    instance.automatic_restart_at = None

    def done(now: float) -> None:
        instance.parameter_status = "in-sync"
        region.happened(instance, now, "DB instance started", "notification")

    _begin(cloud, region, instance, "starting", "starting", cloud.servers.start, done)


def _begin(
    cloud: Cloud,
    region: Region,
    instance: Instance,
    status: str,
    transition: str,
    act: Callable[[str], None],
    done: Callable[[float], None] | None = None,
) -> None:
    def work() -> Any:
        return cloud.workers.submit(instance.resource_id, lambda: act(instance.resource_id))

    # Storage goes on being optimised, and an accepted change follows, after this.
    rest = [stage for stage in instance.stages if stage.status == "storage-optimization"]
    instance.stages.clear()
    instance.stages.append(
        Stage(
            status, cloud.settings.seconds(transition), work=work if instance.has_server else None, done=done
        )
    )
    if act == cloud.servers.restart:
        if instance.applying:
            changes.queue(cloud, region, instance, rest)
        else:
            for stage in rest:
                stage.begun = None
                instance.stages.append(stage)
    cloud.moves(region, instance)
