"""From pending values to stages: when each becomes visible, and what it does to the server."""

from typing import Any

from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.happenings import failures, statuses
from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle import Stage
from rds_lab.rds.names import arn
from rds_lab.rds.parameter_groups import membership

# PendingModifiedValues → attribute.
_ATTRIBUTES = {
    "DBInstanceClass": "instance_class",
    "EngineVersion": "engine_version",
    "AllocatedStorage": "allocated_storage",
    "StorageType": "storage_type",
    "Iops": "iops",
    "StorageThroughput": "storage_throughput",
    "MultiAZ": "multi_az",
    "BackupRetentionPeriod": "backup_retention",
    "Port": "port",
    "CACertificateIdentifier": "ca_certificate",
    "DBInstanceIdentifier": "identifier",
}
_STORAGE = ("AllocatedStorage", "StorageType", "Iops", "StorageThroughput")
# Changes during which the server is restarted.
_RESTARTS = ("DBInstanceClass", "Port", "DBInstanceIdentifier")


def current(instance: Instance, name: str) -> Any:
    """What the instance has of a pending value."""
    return getattr(instance, _ATTRIBUTES[name])


def begin(cloud: Cloud, region: Region, instance: Instance) -> None:
    """Queue the stages for everything that is to be applied now.

    The answer to ModifyDBInstance still shows the old values and `available`; only a moment later
    the status turns. A change that comes within that moment joins the first one.
    """
    if not instance.applying:
        return
    rest = [stage for stage in instance.stages if stage.status == "storage-optimization"]
    instance.stages.clear()
    visible = cloud.settings.seconds("modifyVisible")
    instance.stages.append(Stage(None, visible, work=statuses.waking(cloud, instance)))
    queue(cloud, region, instance, rest)
    cloud.moves(region, instance)


def queue(cloud: Cloud, region: Region, instance: Instance, rest: list[Stage]) -> None:
    """Stages for all that is being applied, after those that are queued, before the rest."""
    seconds = cloud.settings.seconds
    if "MasterUserPassword" in instance.applying:
        instance.stages.append(_password(cloud, region, instance))
    if "EngineVersion" in instance.applying:
        instance.stages.append(_version(cloud, region, instance))
    others = [name for name in instance.applying if name not in ("MasterUserPassword", "EngineVersion")]
    if others:
        instance.stages.append(_values(cloud, region, instance))
    lasting = {name for name in others if name not in instance.oddities.doomed}
    if "BackupRetentionPeriod" in lasting and not instance.backup_retention:
        instance.stages.append(_backup(cloud, region, instance))
    if lasting & set(_STORAGE):
        rest = [Stage("storage-optimization", seconds("storageOptimization"))]
    for stage in rest:
        stage.begun = None
        instance.stages.append(stage)


def _backup(cloud: Cloud, region: Region, instance: Instance) -> Stage:
    """Backups that are turned on begin with one."""

    def backed_up(now: float) -> None:
        region.happened(instance, now, "Finished DB Instance backup", "backup")

    return Stage("backing-up", cloud.settings.seconds("backingUp"), done=backed_up)


def _password(cloud: Cloud, region: Region, instance: Instance) -> Stage:
    def set_password() -> Any:
        password = instance.next_password or ""
        return cloud.workers.submit(
            instance.resource_id, lambda: cloud.servers.set_master_password(instance.resource_id, password)
        )

    doomed = "MasterUserPassword" in instance.oddities.doomed

    def done(now: float) -> None:
        instance.next_password = None
        if doomed:
            _give_up(region, instance, "MasterUserPassword", now)
            return
        instance.applying.pop("MasterUserPassword", None)
        region.happened(instance, now, "Reset master credentials", "configuration change")

    return Stage(
        "resetting-master-credentials",
        cloud.settings.seconds("resettingMasterCredentials"),
        work=set_password if instance.has_server and not doomed else None,
        work_at_end=True,
        done=done,
    )


def _version(cloud: Cloud, region: Region, instance: Instance) -> Stage:
    target = instance.applying["EngineVersion"]
    doomed = "EngineVersion" in instance.oddities.doomed

    def upgrade() -> Any:
        return membership.upgrade(cloud, instance, target)

    def done(now: float) -> None:
        if doomed:
            instance.membership.after_upgrade = None
            _give_up(region, instance, "EngineVersion", now)
            return
        membership.upgraded(region, instance, target)
        instance.engine_version = instance.applying.pop("EngineVersion", target)
        region.happened(instance, now, f"DB engine version upgraded to {target}", "maintenance")

    return Stage(
        "upgrading",
        cloud.settings.seconds("upgrading"),
        work=upgrade if instance.has_server and not doomed else None,
        done=done,
    )


def _values(cloud: Cloud, region: Region, instance: Instance) -> Stage:
    restarts = instance.has_server and any(
        name in _RESTARTS and name not in instance.oddities.doomed for name in instance.applying
    )

    def restart() -> Any:
        return cloud.workers.submit(instance.resource_id, lambda: cloud.servers.restart(instance.resource_id))

    def done(now: float) -> None:
        grown = any(name in _STORAGE and name not in instance.oddities.doomed for name in instance.applying)
        for name in [name for name in instance.applying if name in _ATTRIBUTES and name != "EngineVersion"]:
            if name in instance.oddities.doomed:
                _give_up(region, instance, name, now)
                continue
            value = instance.applying.pop(name)
            if name == "DBInstanceIdentifier":
                _rename(region, instance, value)
            setattr(instance, _ATTRIBUTES[name], value)
            region.happened(
                instance, now, f"Finished applying modification to {name}", "configuration change"
            )
        if grown:
            optimized = cloud.settings.seconds("storageOptimization")
            instance.storage_locked_until = now + max(optimized, cloud.settings.seconds("storageLock"))

    return Stage(
        "modifying", cloud.settings.seconds("modifying"), work=restart if restarts else None, done=done
    )


def _give_up(region: Region, instance: Instance, name: str, now: float) -> None:
    """Back to `available` with the old value, and an event that says why (rds-semantics §3)."""
    instance.applying.pop(name, None)
    if message := instance.oddities.doomed.pop(name):
        region.happened(instance, now, message, *failures.categories(name))


def _rename(region: Region, instance: Instance, identifier: str) -> None:
    """A new identifier and ARN; resource id and tags stay (rds-semantics §4)."""
    region.instances.pop(instance.identifier, None)
    region.instances[identifier] = instance
    instance.arn = arn(region.region, region.account, "db", identifier)
