"""What nobody asks for at that moment: the maintenance window, and the end of a long stop."""

from collections.abc import Sequence

from rds_lab.rds.instance import AVAILABLE, Instance
from rds_lab.rds.lifecycle import power
from rds_lab.rds.lifecycle.timeline import Step
from rds_lab.rds.modify import apply
from rds_lab.rds.region import Region
from rds_lab.rds.validation import windows


def waits(instance: Instance) -> bool:
    """Whether time alone will change it."""
    return bool(instance.pending) or instance.automatic_restart_at is not None


def due(region: Region, instance: Instance, now: float) -> Sequence[Step]:
    """What begins by itself now (§4: deferred changes; §6: a stop lasts seven days at most)."""
    if instance.automatic_restart_at is not None and now >= instance.automatic_restart_at:
        return power.start(region, instance)
    if instance.pending and instance.rest == AVAILABLE and windows.is_open(instance.maintenance_window, now):
        apply.flush(instance)
        return apply.steps(region, instance, now)
    return ()
