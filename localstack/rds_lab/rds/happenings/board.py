"""The happenings that wait, and which of them a call meets. Used under the cloud's lock."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rds_lab.rds.happenings import turns
from rds_lab.rds.happenings.happening import WAITING, Happening, Kind

if TYPE_CHECKING:
    from rds_lab.rds.cloud import Cloud, Region
    from rds_lab.rds.instance import Instance


class Happenings:
    """All that wait, in the order in which they were posted."""

    def __init__(self) -> None:
        self._waiting: list[Happening] = []
        self._cloud: Cloud | None = None

    def attach(self, cloud: "Cloud") -> None:
        """The cloud to whose instances they happen."""
        self._cloud = cloud

    def post(self, happening: Happening) -> None:
        """Let it happen, now or when its time comes; ValueError says why it cannot."""
        if self._cloud is None:
            self._wait(happening)
            return
        with self._cloud.lock:
            self._cloud.advance()
            found = self._cloud.find(happening.identifier)
            if found is None or not turns.at_once(self._cloud, *found, happening):
                self._wait(happening)

    def _wait(self, happening: Happening) -> None:
        if happening.kind not in WAITING:
            raise ValueError(f"There is no DB instance {happening.identifier}.")
        self._waiting.append(happening)

    def all(self) -> list[dict[str, object]]:
        """Those that still wait."""
        return [one.as_json() for one in self._waiting]

    def clear(self) -> None:
        """Forget all."""
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

    def doom(self, instance: "Instance") -> None:
        """Which of the changes that were just accepted RDS is going to give up on."""
        for name in [name for name in instance.applying if name != "MasterUserPassword"]:
            if name in instance.oddities.doomed:
                continue
            if one := self.take(
                Kind.FAIL_MODIFY, instance.identifier, lambda it, n=name: it.changed in (None, n)
            ):
                instance.oddities.doomed[name] = one.message or turns.failure_of(name)

    def created(self, cloud: "Cloud", region: "Region", instance: "Instance") -> None:
        """What waited for an instance of this name to have been made."""
        if one := self.take(Kind.STATUS, instance.identifier):
            turns.put_into(cloud, region, instance, one)
