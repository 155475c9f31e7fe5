"""What an instance has of its parameter group: what its server runs with, and what waits for a reboot.

Parameters with the method `immediate` reach the server when they are set. All others, and those of
a group that was associated since, reach it when RDS starts it: with CreateDBInstance,
RebootDBInstance and StartDBInstance, and with nothing else (rds-semantics §4, §7).
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rds_lab.engines.base import Address, ServerError, ServerSpec
from rds_lab.rds.catalog import versions

if TYPE_CHECKING:
    from rds_lab.rds.cloud import Cloud, ParameterGroup, Region
    from rds_lab.rds.instance import Instance

LOG = logging.getLogger(__name__)
REFUSED = "incompatible-parameters"
# In these the server is not there, or about to be another: it gets everything with its next start.
_NOT_REACHED = ("deleting", "failed", "stopping", "stopped", "upgrading", REFUSED)


@dataclass
class Membership:
    """Kept with each instance."""

    # The group with which the server was last started.
    running: str = ""
    # What the server has of it.
    applied: dict[str, str] = field(default_factory=dict)
    # Until then the group is shown as `applying`.
    until: float = 0.0
    work: Future | None = field(default=None, repr=False)
    # The server did not start with these parameters.
    refused: bool = False
    # A group for the version of a pending upgrade.
    after_upgrade: str | None = None


def own(group: "ParameterGroup") -> dict[str, str]:
    """What was set in a group."""
    return {name: entry["ParameterValue"] for name, entry in group.parameters.items()}


def is_used(region: "Region", name: str) -> bool:
    """Whether an instance is a member, one that is being deleted included, or is to become one."""
    return any(
        it.parameter_group == name or (it.membership.after_upgrade == name and "EngineVersion" in it.pending)
        for it in region.instances.values()
    )


def status(region: "Region", instance: "Instance", now: float) -> str:
    """ParameterApplyStatus."""
    has = instance.membership
    if now < has.until or (has.work and not has.work.done()):
        return "applying"
    if has.work and has.work.exception():
        return "failed-to-apply"
    if has.running != instance.parameter_group:
        return "pending-reboot"
    same = own(region.parameter_groups[instance.parameter_group]) == has.applied
    return "in-sync" if same else "pending-reboot"


def associate(cloud: "Cloud", region: "Region", instance: "Instance", group: str) -> None:
    """ModifyDBInstance has named another group: it is the instance's at once, in use after a reboot.

    One of the family of a pending upgrade comes with that upgrade.
    """
    has, now = instance.membership, cloud.now()
    family = versions.family(instance.engine, instance.engine_version)
    if region.parameter_groups[group].family != family:
        has.after_upgrade = group
        return
    instance.parameter_group = group
    has.until = now + cloud.settings.seconds("applyingParameters")
    region.happened(instance, now, f"Updated to use DBParameterGroup {group}", "configuration change")


def changed(cloud: "Cloud", region: "Region", group: "ParameterGroup", immediate: Iterable[str]) -> None:
    """A group's parameters were set or reset: those of `immediate` reach its members' servers now."""
    names = set(immediate)
    values = own(group)
    for instance in region.instances.values():
        if names and instance.parameter_group == group.name and instance.status not in _NOT_REACHED:
            has = instance.membership
            kept = {name: value for name, value in has.applied.items() if name not in names}
            has.applied = kept | {name: values[name] for name in names if name in values}
            has.until = cloud.now() + cloud.settings.seconds("applyingParameters")
            if instance.has_server:
                has.work = _push(cloud, instance, has.applied)


def _push(cloud: "Cloud", instance: "Instance", parameters: Mapping[str, str]) -> Future:
    wanted = dict(parameters)
    resource_id = instance.resource_id
    return cloud.workers.submit(resource_id, lambda: cloud.servers.set_parameters(resource_id, wanted))


def founded(region: "Region", instance: "Instance") -> None:
    """A new instance starts with all that is in its group."""
    instance.membership.running = instance.parameter_group
    instance.membership.applied = own(region.parameter_groups[instance.parameter_group])


def create(
    cloud: "Cloud", instance: "Instance", spec: ServerSpec, make: Callable[[ServerSpec], Address]
) -> None:
    """Make the server. One that starts, but not with its group's parameters, is left standing still."""
    resource_id, wanted = instance.resource_id, dict(instance.membership.applied)
    try:
        instance.address = make(spec)
    except ServerError:
        if not wanted:
            raise
        rest = {name: value for name, value in spec.parameters.items() if name not in wanted}
        instance.address = make(replace(spec, parameters=rest))
        cloud.servers.stop(resource_id)
        cloud.servers.set_parameters(resource_id, wanted)
        instance.membership.refused = True


class Launch:
    """One start of a server, with what its group says at that moment."""

    def __init__(
        self, cloud: "Cloud", region: "Region", instance: "Instance", act: Callable[[str], object]
    ) -> None:
        self._cloud, self._region, self._instance, self._act = cloud, region, instance, act
        self._begun = False

    def begin(self) -> Future:
        """Hand it all to the server and start it."""
        has, resource_id = self._instance.membership, self._instance.resource_id
        before = has.running, has.applied
        wanted = self._take()

        def work() -> None:
            # What the running server thinks of a value does not matter: it is about to be started with it.
            with contextlib.suppress(ServerError):
                self._cloud.servers.set_parameters(resource_id, wanted)
            has.refused = False
            try:
                self._act(resource_id)
            except ServerError as error:
                if not wanted:
                    raise
                LOG.warning("%s does not start with its parameters: %s", self._instance.identifier, error)
                has.refused = True

        started = self._cloud.workers.submit(resource_id, work)
        if before != (has.running, has.applied):
            has.work = started
        return started

    def ended(self, now: float) -> bool:
        """Whether the server runs now; if it does not, the instance's status says why."""
        if not self._begun:
            self._take()
        return not refused(self._region, self._instance, now)

    def _take(self) -> dict[str, str]:
        self._begun = True
        self._instance.membership.work = None
        founded(self._region, self._instance)
        return dict(self._instance.membership.applied)


def refused(region: "Region", instance: "Instance", now: float) -> bool:
    """Whether the server did not start with its parameters, which ends everything that was to follow."""
    if not instance.membership.refused:
        return False
    instance.stages.clear()
    instance.status = REFUSED
    region.happened(
        instance,
        now,
        f"Database instance put into {REFUSED}. It does not start with the parameters of "
        f"{instance.parameter_group}.",
        "failure",
    )
    return True


def upgrade(cloud: "Cloud", instance: "Instance", target: str) -> Any:
    """Run the data under another version; one of another family begins with that family's defaults."""
    resource_id, applied = instance.resource_id, dict(instance.membership.applied)
    leaves = applied and _new_family(instance, target)

    def work() -> None:
        if leaves:
            cloud.servers.set_parameters(resource_id, {})
        try:
            cloud.servers.upgrade(resource_id, target)
        except ServerError:
            if leaves:
                cloud.servers.set_parameters(resource_id, applied)
                cloud.servers.restart(resource_id)
            raise

    return cloud.workers.submit(resource_id, work)


def upgraded(region: "Region", instance: "Instance", target: str) -> None:
    """Before the instance has its new version: the group that was named for it, or the default one."""
    has = instance.membership
    named, has.after_upgrade = has.after_upgrade, None
    if not _new_family(instance, target):
        return
    default = f"default.{versions.family(instance.engine, target)}"
    has.running, has.applied = default, {}
    instance.parameter_group = named or default


def _new_family(instance: "Instance", target: str) -> bool:
    return versions.family(instance.engine, target) != versions.family(
        instance.engine, instance.engine_version
    )
