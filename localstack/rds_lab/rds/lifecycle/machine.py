"""Moves instances on as time passes; called before anything is read or changed."""

import logging
from collections.abc import Sequence
from functools import partial

from rds_lab.rds.instance import AVAILABLE, Instance
from rds_lab.rds.lifecycle import maintenance
from rds_lab.rds.lifecycle.timeline import Step
from rds_lab.rds.region import Region

LOG = logging.getLogger(__name__)


def begin(region: Region, instance: Instance, steps: Sequence[Step]) -> None:
    """Put an instance through steps, from now on, in place of what it was going through."""
    instance.timeline.begin(steps, region.now)
    region.moving[instance.resource_id] = instance
    tick(region, instance)


def tick(region: Region, instance: Instance) -> None:
    """Move one instance on to now."""
    submit = partial(region.services.workers.submit, instance.resource_id)
    error = instance.timeline.advance(region.now, region.duration, submit)
    if error:
        fail(region, instance, error)
    if not instance.timeline.current:
        steps = maintenance.due(region, instance, region.now)
        if steps:
            begin(region, instance, steps)
        elif not maintenance.waits(instance):
            region.moving.pop(instance.resource_id, None)


def tick_all(region: Region) -> None:
    """Move every instance on that time changes."""
    for instance in list(region.moving.values()):
        tick(region, instance)


def fail(region: Region, instance: Instance, error: Exception) -> None:
    """A server could not do what was asked: the instance is `failed`, and can only be deleted."""
    LOG.error("The server of %s failed: %s", instance.identifier, error, exc_info=error)
    instance.rest = "failed"
    instance.pending.clear()
    instance.touched = False
    region.record(instance, region.now, "failure", "DB instance has failed")


def rests_available(instance: Instance) -> bool:
    """Whether it comes to `available` once what it goes through is over."""
    return instance.rest == AVAILABLE and not instance.deleting
