"""The state machine: a queue of stages, advanced by whoever looks.

A stage ends when its time is over and its work on the server, if any, is done. The clock is an
argument, so that tests turn it by hand. Work never runs in the caller's thread.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rds_lab.rds.instance import Instance

LOG = logging.getLogger(__name__)


@dataclass
class Stage:
    """A status for a while. ``status`` None leaves the last one showing."""

    status: str | None
    seconds: float
    work: Callable[[], Future] | None = None
    # Creating a server overlaps with the status; a new password takes effect when the reset ends.
    work_at_end: bool = False
    done: Callable[[float], None] | None = None
    begun: float | None = None
    running: Future | None = None


def advance(instance: "Instance", now: float, failed: Callable[["Instance"], None]) -> None:
    """Take the instance through every stage that is over by now."""
    moment = now
    while instance.stages:
        stage = instance.stages[0]
        if stage.begun is None:
            stage.begun = moment
            if stage.status:
                instance.status = stage.status
            # One that was interrupted goes on with the work it had begun.
            if stage.work and not stage.work_at_end and stage.running is None:
                stage.running = stage.work()
        if now < stage.begun + stage.seconds:
            return
        if instance.oddities.stuck and stage.status in STICKY:
            stage.seconds = now - stage.begun
            return
        if stage.work and stage.running is None:
            stage.running = stage.work()
        if stage.running and not stage.running.done():
            return
        if stage.running and (error := stage.running.exception()):
            LOG.error("The server of %s failed", instance.identifier, exc_info=error)
            instance.stages.clear()
            instance.status = "failed"
            failed(instance)
            return
        # The next stage begins when this one was due, however late somebody looks; work is never early.
        moment = now if stage.running else stage.begun + stage.seconds
        if instance.stages and instance.stages[0] is stage:
            instance.stages.popleft()
        if stage.done:
            stage.done(now)
    if instance.status in SETTLES:
        instance.status = SETTLES[instance.status]


# What a stuck instance does not come out of.
STICKY = frozenset({"creating", "modifying", "upgrading"})
# What a status turns into when nothing follows it.
SETTLES = {
    "creating": "available",
    "backing-up": "available",
    "configuring-enhanced-monitoring": "available",
    "modifying": "available",
    "upgrading": "available",
    "rebooting": "available",
    "resetting-master-credentials": "available",
    "storage-optimization": "available",
    "starting": "available",
    "stopping": "stopped",
}
