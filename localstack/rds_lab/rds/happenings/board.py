"""The happenings that wait, and which of them an instance or a call meets."""

import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rds_lab.rds.happenings import alone, failures, statuses
from rds_lab.rds.happenings.happening import WAITING, Happening, Kind

if TYPE_CHECKING:
    from rds_lab.rds.cloud import Cloud, Region
    from rds_lab.rds.instance import Instance


class Happenings:
    """All that wait, in the order in which they were posted. Has the lock of the cloud it is attached to."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._waiting: list[Happening] = []
        # Whose tags IAM does not know, and until when.
        self._unauthorized: list[tuple[Happening, float]] = []
        self._cloud: Cloud | None = None

    @property
    def cloud(self) -> "Cloud | None":
        """The cloud it is attached to."""
        return self._cloud

    def attach(self, cloud: "Cloud") -> None:
        """The cloud to whose instances they happen."""
        self._cloud = cloud

    def post(self, happening: Happening) -> None:
        """Let it happen, now or when its time comes; ValueError says why it cannot."""
        with self.lock:
            found = None
            if self._cloud:
                self._cloud.advance()
                found = self._cloud.find(happening.identifier)
            if happening.kind is Kind.RECOVER:
                self._waiting = [one for one in self._waiting if not _is_ended(one, happening)]
                self._unauthorized = [
                    (one, until)
                    for one, until in self._unauthorized
                    if one.identifier != happening.identifier
                ]
            if happening.kind is Kind.RECOVER and not found:
                # What was to happen to an instance to come does not.
                return
            if self._cloud and found:
                waits = not self._happens(self._cloud, *found, happening)
            elif happening.kind not in WAITING:
                raise ValueError(f"There is no DB instance {happening.identifier}.")
            else:
                waits = True
            if waits:
                self._waiting.append(happening)

    def all(self) -> list[dict[str, object]]:
        """Those that still wait."""
        with self.lock:
            return [one.as_json() for one in self._waiting]

    def clear(self) -> None:
        """Forget all that wait."""
        with self.lock:
            self._waiting.clear()

    def take(
        self, kind: Kind, identifier: str, meant: Callable[[Happening], bool] = lambda _: True
    ) -> Happening | None:
        """The first of a kind that is about this instance, used up by it."""
        for one in self._waiting:
            if one.kind is kind and one.identifier == identifier and meant(one):
                if one.remaining is not None:
                    one.remaining -= 1
                    if one.remaining <= 0:
                        self._waiting.remove(one)
                return one
        return None

    def founded(self, identifier: str) -> None:
        """A create of this instance was accepted."""
        if self._cloud and (late := self.take(Kind.LATE_AUTHORIZATION, identifier)):
            self._unauthorize(self._cloud, late)

    def tags_are_known(self, kind: str, name: str) -> bool:
        """Whether IAM knows the tags of an instance (`db`) or of something else of this name by now."""
        with self.lock:
            now = self._cloud.now() if self._cloud else 0.0
            self._unauthorized = [(one, until) for one, until in self._unauthorized if now < until]
            return not any(_is_about(one, kind, name) for one, _ in self._unauthorized)

    def _unauthorize(self, cloud: "Cloud", happening: Happening) -> None:
        lasts = math.inf if happening.seconds is None else happening.seconds
        self._unauthorized.append((happening, cloud.now() + lasts))

    def doom(self, instance: "Instance", wanted: dict[str, Any]) -> None:
        """A change was accepted: which of it RDS is going to give up on, whenever that is applied."""
        doomed = instance.oddities.doomed
        left = set(wanted)
        for name in wanted:
            doomed.pop(name, None)
        while one := self._failure(instance, left):
            # Storage is one thing; of a whole call, one event tells.
            hit = left if one.changed is None else {one.changed}
            if hit & set(failures.STORAGE):
                hit = hit | (left & set(failures.STORAGE))
            first = one.changed or min(hit, key=failures.rank)
            for name in hit:
                doomed[name] = ""
            doomed[first] = one.message or failures.message(instance, first, wanted[first])
            left = left - hit

    def _failure(self, instance: "Instance", names: set[str]) -> Happening | None:
        if not names:
            return None
        return self.take(
            Kind.FAIL_MODIFY, instance.identifier, lambda it: it.changed is None or it.changed in names
        )

    def created(self, cloud: "Cloud", region: "Region", instance: "Instance") -> bool:
        """Whether a create that is over ends in another status than `available`."""
        one = self.take(Kind.STATUS, instance.identifier)
        if one is None or one.status == "available":
            return False
        statuses.put_into(cloud, region, instance, one.status or "", one.seconds)
        return True

    def at_rest(self, cloud: "Cloud", region: "Region", instance: "Instance") -> bool:
        """Whether something begins that waited for the instance to be at rest."""
        if instance.status != "available":
            return False
        for kind in alone.KINDS:
            if one := self.take(kind, instance.identifier):
                alone.begin(cloud, region, instance, one)
                return True
        return False

    def _happens(self, cloud: "Cloud", region: "Region", instance: "Instance", happening: Happening) -> bool:
        """Whether it happens to an instance that is there; if not, it waits."""
        if happening.kind is Kind.STATUS:
            if instance.status in ("creating", "deleting"):
                return False
            statuses.put_into(cloud, region, instance, happening.status or "", happening.seconds)
        elif happening.kind is Kind.STUCK:
            if instance.status == "deleting":
                return False
            instance.oddities.stuck = True
        elif happening.kind is Kind.LATE_AUTHORIZATION:
            self._unauthorize(cloud, happening)
        elif happening.kind is Kind.RECOVER:
            instance.oddities.stuck = False
            statuses.end(instance)
        elif happening.kind in alone.KINDS:
            alone.check(cloud, instance, happening)
            if instance.stages or instance.status != "available":
                return False
            alone.begin(cloud, region, instance, happening)
        else:
            return False
        if instance.stages:
            cloud.moves(region, instance)
        return True


def _is_about(one: Happening, kind: str, name: str) -> bool:
    return one.identifier == name if kind == "db" else any(part in name for part in one.also)


def _is_ended(one: Happening, by: Happening) -> bool:
    return one.identifier == by.identifier and one.kind in (Kind.STUCK, Kind.STATUS)
