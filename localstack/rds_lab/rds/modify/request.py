"""From the parameters of a call to the changes that it asks for; all checks, no effect."""

from typing import Any

from rds_lab.rds import errors
from rds_lab.rds.instance import Instance
from rds_lab.rds.modify import storage, upgrade
from rds_lab.rds.modify.parameters import MANNER, PARAMETERS, STORAGE
from rds_lab.rds.region import Region
from rds_lab.rds.subnet_group import SubnetGroup
from rds_lab.rds.validation import instance as check
from rds_lab.rds.validation import names, password, windows


def wanted(region: Region, instance: Instance, request: dict[str, Any]) -> dict[str, Any]:
    """Values by parameter that differ from what is, or that change what is pending."""
    given = {name: value for name, value in request.items() if value is not None and name not in MANNER}
    for name in given:
        if name not in PARAMETERS:
            raise errors.invalid_combination(f"{name} cannot be modified on this DB instance.")
    values = {name: _value(region, instance, name, value, request) for name, value in given.items()}
    if values.keys() & {"PreferredBackupWindow", "PreferredMaintenanceWindow"}:
        windows.check(
            values.get("PreferredBackupWindow", instance.backup_window),
            values.get("PreferredMaintenanceWindow", instance.maintenance_window),
        )
    upgrade.check(region, instance, values, bool(request.get("AllowMajorVersionUpgrade")))
    values |= storage.check(region, instance, {name: values.pop(name) for name in STORAGE & values.keys()})
    storage.check_maximum(instance, values)
    changed = {name: value for name, value in values.items() if _changes(instance, name, value)}
    if not changed:
        raise errors.no_modifications()
    _check_quota(region, instance, changed)
    return changed


def _changes(instance: Instance, name: str, value: Any) -> bool:
    if name == "MasterUserPassword":
        return True
    return name in instance.pending or value != getattr(instance, PARAMETERS[name].attribute)


def _value(region: Region, instance: Instance, name: str, value: Any, request: dict[str, Any]) -> Any:
    """One parameter, checked by itself, in the form in which the record keeps it."""
    place, engine = region.place, instance.engine
    match name:
        case "MasterUserPassword":
            return password.master(value, engine)
        case "DBInstanceClass":
            return check.instance_class(value, engine, instance.engine_version)
        case "BackupRetentionPeriod":
            return check.retention(value)
        case "DBPortNumber":
            return check.port(value)
        case "CACertificateIdentifier":
            return check.certificate(value)
        case "LicenseModel":
            return check.license_model(value, engine)
        case "NetworkType":
            return check.network_type(value)
        case "MonitoringInterval":
            return check.monitoring_interval(value, request.get("MonitoringRoleArn"))
        case "VpcSecurityGroupIds":
            return check.security_groups(value, place, region.services.network)
        case "DBSubnetGroupName":
            return _move(region, instance, region.subnet_groups.get(value))
        case "DBParameterGroupName":
            return region.parameter_groups.get(value).name
        case "OptionGroupName":
            return _option_group(instance, value)
        case "NewDBInstanceIdentifier":
            return _rename(region, instance, value)
        case "CloudwatchLogsExportConfiguration":
            return log_exports(instance, value)
        case "PreferredMaintenanceWindow":
            return value.lower()
    return value


def _move(region: Region, instance: Instance, group: SubnetGroup) -> str:
    """Only to another VPC, and only single-AZ (§4)."""
    if group.name == instance.subnet_group:
        raise errors.invalid_network("The specified DB instance is already in the target DB subnet group.")
    current = region.subnet_groups.find(instance.subnet_group)
    if current and current.vpc == group.vpc:
        raise errors.invalid_network(
            f"You cannot move DB instance {instance.identifier} to subnet group {group.name}. The specified "
            "DB subnet group and DB instance are in the same VPC. Choose a DB subnet group in different VPC "
            "than the specified DB instance and try again."
        )
    if instance.multi_az:
        raise errors.invalid_network("A Multi-AZ DB instance cannot be moved to another VPC.")
    return group.name


def _option_group(instance: Instance, name: str) -> str:
    if name != instance.engine.option_group(instance.engine_version):
        raise errors.option_group_not_found(name)
    return name


def _rename(region: Region, instance: Instance, given: str) -> str:
    name = names.instance(given, "NewDBInstanceIdentifier")
    if name != instance.identifier and region.instances.find(name):
        raise errors.instance_exists()
    return name


def log_exports(instance: Instance, given: dict[str, list[str]]) -> list[str]:
    """Log types to publish after a change of them."""
    on, off = set(given.get("EnableLogTypes") or ()), set(given.get("DisableLogTypes") or ())
    unknown = (on | off) - {"postgresql", "upgrade"}
    if unknown:
        raise errors.invalid_combination(
            f"You cannot use the log types '{', '.join(sorted(unknown))}' with engine version "
            f"{instance.engine_name} {instance.engine_version}."
        )
    return sorted((set(instance.log_exports) | on) - off)


def _check_quota(region: Region, instance: Instance, changed: dict[str, Any]) -> None:
    growth = changed.get("AllocatedStorage", instance.allocated_storage) - instance.allocated_storage
    if growth > 0 and region.instances.storage + growth > region.services.settings.storage_quota:
        raise errors.storage_quota_exceeded()
