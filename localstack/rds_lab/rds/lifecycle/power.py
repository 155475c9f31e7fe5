"""Reboot, stop and start."""

from collections.abc import Sequence
from typing import Any

from rds_lab.rds.instance import AVAILABLE, Instance
from rds_lab.rds.lifecycle.timeline import Step
from rds_lab.rds.modify import apply
from rds_lab.rds.region import Region

_LONGEST_STOP = 7 * 86_400


def reboot(region: Region, instance: Instance) -> Sequence[Step]:
    """Static parameters take effect; a change that was accepted a moment ago follows."""
    servers, resource_id = region.services.servers, instance.resource_id

    def rebooted(at: float, _: Any) -> Sequence[Step]:
        instance.parameter_status = "in-sync"
        region.record(instance, at, "availability", "DB instance restarted")
        return apply.steps(region, instance, at)

    work = (lambda: servers.restart(resource_id)) if instance.served else None
    return [Step("rebooting", "rebooting", rebooted, work)]


def stop(region: Region, instance: Instance) -> Sequence[Step]:
    """Stopping removes pending changes (§4)."""
    servers, resource_id = region.services.servers, instance.resource_id
    instance.pending.clear()
    instance.touched = False

    def stopped(at: float, _: Any) -> None:
        instance.rest = "stopped"
        instance.automatic_restart_at = at + _LONGEST_STOP
        region.record(instance, at, "notification", "DB instance stopped")

    work = (lambda: servers.stop(resource_id)) if instance.served else None
    return [Step("stopping", "stopping", stopped, work)]


def start(region: Region, instance: Instance) -> Sequence[Step]:
    """Parameter groups chosen while it was stopped take effect."""
    servers, resource_id = region.services.servers, instance.resource_id

    def started(at: float, _: Any) -> None:
        instance.rest = AVAILABLE
        instance.parameter_status = "in-sync"
        region.record(instance, at, "notification", "DB instance started")

    instance.automatic_restart_at = None
    work = (lambda: servers.start(resource_id)) if instance.served else None
    return [Step("starting", "starting", started, work)]
