"""Changes on their way: accepted, visible a moment later, then in force."""

from collections.abc import Mapping, Sequence
from typing import Any

from rds_lab.rds.instance import Change, Instance
from rds_lab.rds.lifecycle.timeline import Step
from rds_lab.rds.modify import effects, upgrading
from rds_lab.rds.modify.parameters import PARAMETERS, When
from rds_lab.rds.region import Region

_ELSEWHERE = frozenset({"MasterUserPassword", "EngineVersion"})


def accept(instance: Instance, changed: Mapping[str, Any], immediately: bool) -> None:
    """Keep what was asked for; what has no pending form is in the record at once (§4)."""
    for name, value in changed.items():
        parameter = PARAMETERS[name]
        if parameter.when is When.AT_ONCE:
            setattr(instance, parameter.attribute, value)
            instance.touched = True
        elif name != "MasterUserPassword" and value == getattr(instance, parameter.attribute):
            # Back to what is: the pending change is cancelled.
            instance.pending.pop(name, None)
        else:
            immediate = immediately or _at_any_time(instance, name, value)
            instance.pending[name] = Change(value, immediate)
            if name == "DBParameterGroupName":
                instance.parameter_status = "applying"
    if immediately:
        flush(instance)


def flush(instance: Instance) -> None:
    """ApplyImmediately, like the maintenance window, takes every earlier pending change along (§4)."""
    instance.pending = {name: Change(change.value, True) for name, change in instance.pending.items()}


def under_way(instance: Instance) -> bool:
    """Whether there is anything to do now."""
    return instance.touched or any(change.immediate for change in instance.pending.values())


def later(region: Region, instance: Instance) -> Sequence[Step]:
    """The status stays as it is for a moment (§3, operation lag)."""
    return [Step(None, "modifyVisible", lambda at, _: steps(region, instance, at))]


def steps(region: Region, instance: Instance, at: float) -> Sequence[Step]:
    """What the instance goes through until all that is immediate is in force."""
    due = {name: change for name, change in instance.pending.items() if change.immediate}
    found: list[Step] = []
    plain = {name: c for name, c in due.items() if name not in _ELSEWHERE and not PARAMETERS[name].status}
    if plain or instance.touched:
        found.append(_modifying(region, instance, plain))
    instance.touched = False
    for status in sorted({PARAMETERS[name].status or "" for name in due} - {""}):
        configured = {name: change for name, change in due.items() if PARAMETERS[name].status == status}
        found.append(_configuring(region, instance, status, configured))
    if "EngineVersion" in due:
        found.append(upgrading.step(region, instance, due["EngineVersion"]))
    if "MasterUserPassword" in due:
        found.append(_resetting(region, instance, due["MasterUserPassword"]))
    return found


def _modifying(region: Region, instance: Instance, due: dict[str, Change]) -> Step:
    servers, resource_id = region.services.servers, instance.resource_id
    restarts = instance.served and any(PARAMETERS[name].restarts for name in due)
    status = "renaming" if "NewDBInstanceIdentifier" in due else "modifying"

    def modified(at: float, _: Any) -> Sequence[Step]:
        return effects.apply(region, instance, due, at)

    return Step(status, "modifying", modified, (lambda: servers.restart(resource_id)) if restarts else None)


def _configuring(region: Region, instance: Instance, status: str, due: dict[str, Change]) -> Step:
    def configured(at: float, _: Any) -> Sequence[Step]:
        return effects.apply(region, instance, due, at)

    return Step(status, "configuring", configured)


def _resetting(region: Region, instance: Instance, change: Change) -> Step:
    """The server gets the password at the end: until then the old one holds (§4)."""
    servers, resource_id = region.services.servers, instance.resource_id

    def reset(at: float, _: Any) -> None:
        instance.pending.pop("MasterUserPassword", None)
        region.record(instance, at, "configuration change", "Reset master credentials")

    work = (lambda: servers.set_master_password(resource_id, change.value)) if instance.served else None
    return Step("resetting-master-credentials", "resettingMasterCredentials", reset, work, late=True)


def _at_any_time(instance: Instance, name: str, value: Any) -> bool:
    """Retention between two numbers of days is never deferred; to or from none it is (§4)."""
    if name == "BackupRetentionPeriod":
        return bool(value) and bool(instance.backup_retention)
    return PARAMETERS[name].when is When.ALWAYS
