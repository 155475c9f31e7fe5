"""What begins without a call: the maintenance window (rds-semantics §4), the end of a long stop (§6)."""

from datetime import UTC, datetime

from rds_lab.rds import changes
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.instance import Instance
from rds_lab.rds.operations import power
from rds_lab.rds.validation import windows


def begin(cloud: Cloud, region: Region, instance: Instance) -> None:
    """Called for what is at rest and waits for a time."""
    now = cloud.now()
    if instance.automatic_restart_at is not None and now >= instance.automatic_restart_at:
        power.resume(cloud, region, instance)
    elif instance.deferred and instance.status == "available" and _is_open(instance.maintenance_window, now):
        region.happened(
            instance, now, "Applying pending modifications in the maintenance window", "maintenance"
        )
        instance.applying.update(instance.deferred)
        instance.deferred.clear()
        changes.begin(cloud, region, instance)


def _is_open(window: str, now: float) -> bool:
    start, length = windows.maintenance(window)
    moment = datetime.fromtimestamp(now, UTC)
    minute = (moment.weekday() * 24 + moment.hour) * 60 + moment.minute
    return (minute - start) % (7 * 24 * 60) < length
