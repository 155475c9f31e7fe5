"""ModifyDBInstance: what differs, whether it may, and when it happens (rds-semantics §4)."""

from collections.abc import Callable
from typing import Any

from rds_lab.rds import acceptance, changes, errors, placement
from rds_lab.rds.catalog import classes, versions
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.instance import Instance
from rds_lab.rds.operations import create
from rds_lab.rds.parameter_groups import membership
from rds_lab.rds.validation import names, storage, windows

# Request parameter → attribute: takes effect at once, whatever ApplyImmediately says.
_AT_ONCE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "AutoMinorVersionUpgrade": ("auto_minor_version_upgrade", bool),
    "CopyTagsToSnapshot": ("copy_tags_to_snapshot", bool),
    "DeletionProtection": ("deletion_protection", bool),
    "PubliclyAccessible": ("publicly_accessible", bool),
    "PreferredBackupWindow": ("backup_window", str),
    "PreferredMaintenanceWindow": ("maintenance_window", str.lower),
}
_STORAGE = ("AllocatedStorage", "Iops", "StorageThroughput", "StorageType")


def modify(cloud: Cloud, region: Region, instance: Instance, request: dict[str, Any]) -> None:
    """Check everything against the instance as it is, then begin."""
    later = _later(cloud, instance, request)
    at_once = _at_once(region, instance, request)
    group = _group(cloud, region, instance, request)
    if group == instance.membership.after_upgrade and "EngineVersion" not in later:
        group = None
    password = request.get("MasterUserPassword")
    if password is not None:
        names.master_password(password, instance.engine)
    fields = (
        {parameter for parameter, *_ in at_once}
        | set(later)
        | ({"MasterUserPassword"} if password else set())
        | ({"DBParameterGroupName"} if group else set())
    )
    if not fields:
        raise errors.invalid_combination("No modifications were requested")
    acceptance.modify(instance, fields)
    if set(later) & set(_STORAGE):
        acceptance.storage(instance, cloud.now())
        _check_quota(cloud, region, later.get("AllocatedStorage", 0) - instance.allocated_storage)
    taken = region.instances.get(later.get("DBInstanceIdentifier", ""))
    if taken not in (None, instance):
        raise errors.fault("DBInstanceAlreadyExistsFault", "DB instance already exists")
    windows.apart(
        next(
            (value for parameter, _, value in at_once if parameter == "PreferredBackupWindow"),
            instance.backup_window,
        ),
        next(
            (value for parameter, _, value in at_once if parameter == "PreferredMaintenanceWindow"),
            instance.maintenance_window,
        ),
    )
    for _, attribute, value in at_once:
        setattr(instance, attribute, value)
    cloud.happenings.doom(instance, later | ({"MasterUserPassword": "****"} if password else {}))
    _park(instance, later, password, bool(request.get("ApplyImmediately")))
    if group:
        membership.associate(cloud, region, instance, group)
    changes.begin(cloud, region, instance)
    if instance.deferred:
        # It waits for the maintenance window.
        cloud.moves(region, instance)


def _check_quota(cloud: Cloud, region: Region, growth: int) -> None:
    used = sum(each.allocated_storage for each in region.instances.values())
    if growth > 0 and used + growth > cloud.settings.quota("storageQuotaGiB"):
        raise errors.fault("StorageQuotaExceededFault", "Storage quota exceeded")


def _park(instance: Instance, later: dict[str, Any], password: str | None, immediately: bool) -> None:
    if password is not None:
        instance.next_password = password
        instance.applying["MasterUserPassword"] = "****"
    # A new port restarts the server now, whatever ApplyImmediately says; backups are kept longer from now on.
    now = {"Port"}
    if later.get("BackupRetentionPeriod") and instance.backup_retention:
        now.add("BackupRetentionPeriod")
        if "BackupRetentionPeriod" not in instance.oddities.doomed:
            instance.backup_retention = later.pop("BackupRetentionPeriod")
    target = instance.applying if immediately else instance.deferred
    # A wish back to what is there takes an earlier one back.
    for name, value in later.items():
        instance.applying.pop(name, None)
        instance.deferred.pop(name, None)
        if name == "EngineVersion":
            instance.membership.after_upgrade = None
        if value != changes.current(instance, name):
            (instance.applying if name in now else target)[name] = value
    if immediately:
        # It flushes what was parked before, too.
        instance.applying.update(instance.deferred)
        instance.deferred.clear()


def _at_once(region: Region, instance: Instance, request: dict[str, Any]) -> list[tuple[str, str, Any]]:
    found = []
    for parameter, (attribute, read) in _AT_ONCE.items():
        if request.get(parameter) is None:
            continue
        value = read(request[parameter])
        if value != getattr(instance, attribute):
            found.append((parameter, attribute, value))
    if (ids := request.get("VpcSecurityGroupIds")) is not None:
        groups = placement.security_groups(region, region.subnet_groups[instance.subnet_group], ids)
        if set(groups) != set(instance.security_groups):
            found.append(("VpcSecurityGroupIds", "security_groups", groups))
    gib = request.get("AllocatedStorage") or instance.pending.get("AllocatedStorage")
    gib = gib or instance.allocated_storage
    if (most := request.get("MaxAllocatedStorage")) is not None:
        kind = request.get("StorageType") or instance.storage_type
        storage.maximum(instance.engine, kind, gib, most)
        value = None if most == gib else most
        if value != instance.max_allocated_storage:
            found.append(("MaxAllocatedStorage", "max_allocated_storage", value))
    elif request.get("AllocatedStorage") and gib > (instance.max_allocated_storage or gib):
        # The limit has to be raised along.
        storage.maximum(instance.engine, instance.storage_type, gib, instance.max_allocated_storage or gib)
    if subnets := request.get("DBSubnetGroupName"):
        _refuse_move(region, instance, subnets)
    return found


def _group(cloud: Cloud, region: Region, instance: Instance, request: dict[str, Any]) -> str | None:
    """Another parameter group, of the family of the version that the instance has, or is to get."""
    if not (name := request.get("DBParameterGroupName")):
        return None
    version = instance.engine_version
    if request.get("EngineVersion"):
        version = versions.resolve(cloud.servers, instance.engine, request["EngineVersion"])
    group = create.parameter_group(region, instance.engine, version, name)
    return None if group == instance.parameter_group else group


def _refuse_move(region: Region, instance: Instance, subnets: str) -> None:
    if subnets.lower() == instance.subnet_group:
        raise errors.fault(
            "InvalidVPCNetworkStateFault",
            "The specified DB instance is already in the target DB subnet group.",
        )
    target = placement.subnet_group(region, subnets)
    if target.vpc != region.subnet_groups[instance.subnet_group].vpc:
        raise errors.fault(
            "InvalidVPCNetworkStateFault",
            "This RDS is a local one, which moves no DB instance to another VPC.",
        )
    raise errors.fault(
        "InvalidVPCNetworkStateFault",
        f"You cannot move DB instance {instance.identifier} to subnet group {target.name}. The specified DB "
        "subnet group "
        "and DB instance are in the same VPC. Choose a DB subnet group in different VPC than the specified "
        "DB "
        "instance and try again.",
    )


def _later(cloud: Cloud, instance: Instance, request: dict[str, Any]) -> dict[str, Any]:
    """By the names of PendingModifiedValues; only what differs from what is there or pending."""
    wanted: dict[str, Any] = {}
    if (name := request.get("DBInstanceClass")) is not None:
        # By the version that runs, whatever the same call or an earlier one asks for (rds-semantics §4.2).
        classes.check(name, instance.engine, instance.engine_version)
        wanted["DBInstanceClass"] = name
    if (version := request.get("EngineVersion")) is not None:
        allow = bool(request.get("AllowMajorVersionUpgrade"))
        target = versions.check_upgrade(
            cloud.servers, instance.engine, instance.engine_version, version, allow
        )
        wanted["EngineVersion"] = target
        _check_group_of(instance, target, request)
    if request.get("MultiAZ") is not None:
        wanted["MultiAZ"] = bool(request["MultiAZ"])
    if (days := request.get("BackupRetentionPeriod")) is not None:
        wanted["BackupRetentionPeriod"] = windows.retention(days)
    if (port := request.get("DBPortNumber")) is not None:
        wanted["Port"] = windows.port(port)
    if (authority := request.get("CACertificateIdentifier")) is not None:
        wanted["CACertificateIdentifier"] = create.certificate_authority(authority)
    if (new := request.get("NewDBInstanceIdentifier")) is not None:
        wanted["DBInstanceIdentifier"] = names.identifier(new, "NewDBInstanceIdentifier")
    wanted.update(_storage(instance, request))
    pending = instance.pending
    return {
        name: value
        for name, value in wanted.items()
        if value != pending.get(name, changes.current(instance, name))
        or (name in instance.deferred and request.get("ApplyImmediately"))
    }


def _check_group_of(instance: Instance, target: str, request: dict[str, Any]) -> None:
    custom = not instance.parameter_group.startswith("default.") and not request.get("DBParameterGroupName")
    if versions.major(target) != versions.major(instance.engine_version) and custom:
        raise errors.invalid_combination(
            f"The current DB instance parameter group {instance.parameter_group} is custom. You must "
            "explicitly "
            "specify a new DB instance parameter group, either default or custom, for the engine "
            "version upgrade."
        )


def _storage(instance: Instance, request: dict[str, Any]) -> dict[str, Any]:
    sent = [name for name in _STORAGE if request.get(name) is not None]
    if not sent:
        return {}
    kind = request.get("StorageType") or instance.storage_type
    gib = request.get("AllocatedStorage") or instance.allocated_storage
    storage.growth(instance.engine, kind, instance.allocated_storage, gib)
    wanted_iops = request.get("Iops")
    has_iops = kind in ("io1", "io2") or (kind == "gp3" and instance.allocated_storage >= storage.STRIPED)
    one_of_two = (request.get("AllocatedStorage") is None) != (wanted_iops is None)
    if has_iops and kind == instance.storage_type and one_of_two and "StorageType" not in sent:
        raise errors.invalid_combination(
            "You must specify both the storage size and iops when modifying the storage size or iops on a "
            "DB instance "
            "that has iops."
        )
    iops = storage.iops(instance.engine, kind, gib, wanted_iops, request.get("StorageThroughput"))
    wanted = {"AllocatedStorage": gib, "StorageType": kind}
    if iops is not None:
        wanted["Iops"] = iops
    told = storage.throughput(instance.engine, kind, gib, iops, request.get("StorageThroughput"))
    if told is not None:
        wanted["StorageThroughput"] = told
    return wanted
