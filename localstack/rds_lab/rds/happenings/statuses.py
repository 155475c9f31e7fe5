"""A status from outside: an instance is put into it, and comes out of it again."""

import math
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from rds_lab.rds.lifecycle import Stage

if TYPE_CHECKING:
    from rds_lab.rds.cloud import Cloud, Region
    from rds_lab.rds.instance import Instance

# In these the server does not run. A full one is not made read-only: it goes on.
_DOWN = frozenset(
    """failed stopped insufficient-capacity restore-error incompatible-create incompatible-network
    incompatible-option-group incompatible-parameters incompatible-restore incompatible-credentials
    inaccessible-encryption-credentials inaccessible-encryption-credentials-recoverable""".split()
)
_EVENTS = {
    "stopped": ("DB instance stopped", "notification"),
    "storage-full": (
        "Allocated storage has been exhausted. Allocate additional storage to resolve.",
        "low storage",
    ),
    "failed": (
        "The DB instance has failed. RDS recommends that you initiate a point-in-time-restore.",
        "failure",
    ),
}


def put_into(
    cloud: "Cloud", region: "Region", instance: "Instance", status: str, seconds: float | None
) -> None:
    """Put it there, for a while or until it is ended; what it was at waits.

    The caller sees to it that the instance moves.
    """
    if status == "available":
        end(instance)
        return
    odd, now = instance.oddities, cloud.now()
    if odd.held and instance.stages and instance.stages[0] is odd.held:
        # One after the other: the earlier one ends here, and so does what comes of its end.
        instance.stages.popleft()
        if instance.stages and instance.stages[0].status is None:
            instance.stages.popleft()
    work = None
    if instance.has_server and odd.down != (status in _DOWN):
        act = cloud.servers.stop if status in _DOWN else cloud.servers.start
        work = _doing(cloud, instance, act)
    odd.down = instance.has_server and status in _DOWN
    if status == "stopped":
        # A stop lasts seven days at most (rds-semantics §6).
        seconds = 7 * 86_400 if seconds is None else seconds
        instance.automatic_restart_at = now + seconds
    odd.held = Stage(status, math.inf if seconds is None else seconds, work=work)
    for stage in instance.stages:
        stage.begun = None
    instance.stages = deque([odd.held, _back(cloud, region, instance), *instance.stages])
    # Not only when the clock is next looked at: whatever is asked next meets this status.
    instance.status = status
    region.happened(instance, now, *_event(status))


def end(instance: "Instance") -> None:
    """Back to `available`, and on with what it was at; nothing where nothing holds it."""
    if instance.oddities.held:
        instance.oddities.held.seconds = 0


def waking(cloud: "Cloud", instance: "Instance") -> Callable[[], Future] | None:
    """The start of the server that a call needs which was accepted in a status from outside."""
    held = instance.oddities.held
    if held and held.status == "storage-optimization":
        # That goes on after the change.
        return None
    return _doing(cloud, instance, cloud.servers.start) if instance.oddities.let_go() else None


def _back(cloud: "Cloud", region: "Region", instance: "Instance") -> Stage:
    odd = instance.oddities

    def available(now: float) -> None:
        odd.let_go()
        instance.automatic_restart_at = None
        instance.status = "available"
        if instance.available_since is None:
            instance.available_since = now
            region.happened(instance, now, "DB instance created", "creation")
        else:
            region.happened(instance, now, "Recovery of the DB instance is complete.", "recovery")

    return Stage(
        None, 0, work=_doing(cloud, instance, cloud.servers.start) if odd.down else None, done=available
    )


def _doing(cloud: "Cloud", instance: "Instance", act: Callable[[str], None]) -> Callable[[], Future]:
    return lambda: cloud.workers.submit(instance.resource_id, lambda: act(instance.resource_id))


def _event(status: str) -> tuple[str, ...]:
    if status in _EVENTS:
        return _EVENTS[status]
    if status in _DOWN:
        return f"Database instance put into {status}.", "failure"
    return f"Database instance is {status}.", "notification"
