"""RebootDBInstance, StopDBInstance, StartDBInstance (rds-semantics §3, §6)."""

from collections.abc import Callable
from typing import Any

from rds_lab.core import acceptance
from rds_lab.core.cloud import Cloud, Region
from rds_lab.core.instance import Instance
from rds_lab.core.lifecycle import Stage


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
    _begin(cloud, region, instance, "stopping", "stopping", cloud.servers.stop)


def start(cloud: Cloud, region: Region, instance: Instance) -> None:
    """Start what was stopped."""
    acceptance.start(instance)
    _begin(cloud, region, instance, "starting", "starting", cloud.servers.start)


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

    instance.stages.append(
        Stage(
            status, cloud.settings.seconds(transition), work=work if instance.has_server else None, done=done
        )
    )
    cloud.moves(region, instance)
