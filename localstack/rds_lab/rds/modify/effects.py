"""What comes into force when `modifying` ends."""

from collections.abc import Mapping, Sequence
from typing import Any

from rds_lab.rds.instance import Change, Instance
from rds_lab.rds.lifecycle import creation
from rds_lab.rds.lifecycle.timeline import Step
from rds_lab.rds.modify.parameters import PARAMETERS, STORAGE
from rds_lab.rds.region import Region

_MESSAGES = {
    "DBInstanceClass": "Finished applying modification to DB instance class",
    "AllocatedStorage": "Finished applying modification to allocated storage",
    "BackupRetentionPeriod": "Finished updating DB instance backup retention period",
    "MultiAZ": "Finished applying modification to convert the DB instance",
    "NewDBInstanceIdentifier": "Renamed instance",
    "DBParameterGroupName": "Updated to use DBParameterGroup",
}


def apply(region: Region, instance: Instance, due: Mapping[str, Change], at: float) -> Sequence[Step]:
    """Put changes into the record; answers what they bring about."""
    had_backups = bool(instance.backup_retention)
    for name, change in due.items():
        instance.pending.pop(name, None)
        _set(region, instance, name, change.value)
        message = _MESSAGES.get(name, "Finished applying modification to DB instance")
        region.record(instance, at, "configuration change", message)
    if due.keys() & STORAGE:
        instance.storage_changed_at = at
    if instance.backup_retention and not had_backups:
        return creation.backup(region, instance, at)
    if not instance.backup_retention:
        instance.first_backup_at = None
    return ()


def _set(region: Region, instance: Instance, name: str, value: Any) -> None:
    match name:
        case "AllocatedStorage":
            region.instances.resize(instance, value)
        case "NewDBInstanceIdentifier":
            region.instances.rename(instance, value)
        case "MultiAZ":
            instance.multi_az = value
            group = region.subnet_groups.find(instance.subnet_group)
            others = [z for z in (group.zones if group else []) if z != instance.availability_zone]
            instance.secondary_zone = others[0] if value and others else None
        case "DBParameterGroupName":
            instance.parameter_group = value
            # The association is in force, its parameters are not before a reboot (§4, §7).
            instance.parameter_status = "pending-reboot"
        case _:
            setattr(instance, PARAMETERS[name].attribute, value)
