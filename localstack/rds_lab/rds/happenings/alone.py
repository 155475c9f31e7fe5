"""What RDS does by itself with an instance that is at rest: it grows, or takes a newer minor version."""

from typing import TYPE_CHECKING, Any

from localstack.aws.api import CommonServiceException

from rds_lab.rds.catalog import versions
from rds_lab.rds.happenings.happening import Happening, Kind
from rds_lab.rds.lifecycle import Stage
from rds_lab.rds.validation import storage

if TYPE_CHECKING:
    from rds_lab.rds.cloud import Cloud, Region
    from rds_lab.rds.instance import Instance

KINDS = (Kind.AUTOSCALE, Kind.MINOR_UPGRADE)


def check(cloud: "Cloud", instance: "Instance", happening: Happening) -> None:
    """ValueError says why it cannot happen to this instance."""
    if happening.kind is Kind.AUTOSCALE:
        gib, most = happening.gib or 0, instance.max_allocated_storage
        if gib <= instance.allocated_storage:
            raise ValueError(f"gib must be more than the {instance.allocated_storage} that there are.")
        if most is not None and gib > most:
            raise ValueError(f"gib must not be more than MaxAllocatedStorage, {most}.")
        try:
            storage.size(instance.engine, instance.storage_type, gib)
        except CommonServiceException as refused:
            raise ValueError(f"gib cannot be so much: {refused.message}") from None
        return
    has, wanted = instance.engine_version, happening.version or ""
    try:
        target = versions.check_upgrade(cloud.servers, instance.engine, has, wanted, False)
    except CommonServiceException as refused:
        raise ValueError(f"version is not a newer minor one: {refused.message}") from None
    if target == has:
        raise ValueError(f"version is not a newer minor one: it is {has} already.")


def begin(cloud: "Cloud", region: "Region", instance: "Instance", happening: Happening) -> None:
    """Queue it. The caller sees to it that the instance moves."""
    if happening.kind is Kind.AUTOSCALE:
        _grow(cloud, region, instance, happening.gib or instance.allocated_storage)
    else:
        target = versions.resolve(cloud.servers, instance.engine, happening.version)
        _upgrade(cloud, region, instance, target)


def _grow(cloud: "Cloud", region: "Region", instance: "Instance", gib: int) -> None:
    seconds = cloud.settings.seconds

    def grown(now: float) -> None:
        instance.allocated_storage = gib
        if instance.storage_type == "gp3":
            # Past the striping boundary the baseline is another.
            iops = storage.iops(instance.engine, "gp3", gib, None, None)
            instance.iops = max(instance.iops or 0, iops or 0)
            told = storage.throughput(instance.engine, "gp3", gib, instance.iops, None)
            instance.storage_throughput = max(instance.storage_throughput or 0, told or 0)
        instance.storage_locked_until = now + max(seconds("storageOptimization"), seconds("storageLock"))
        # RDS-EVENT-0218.
        region.happened(
            instance,
            now,
            f"Finished applying autoscaling-initiated modification to allocated storage: {gib} GiB.",
            "configuration change",
        )

    # RDS-EVENT-0217.
    region.happened(
        instance,
        cloud.now(),
        f"Applying autoscaling-initiated modification to allocated storage: {gib} GiB.",
        "configuration change",
    )
    instance.stages.append(Stage("modifying", seconds("modifying"), done=grown))
    instance.stages.append(Stage("storage-optimization", seconds("storageOptimization")))


def _upgrade(cloud: "Cloud", region: "Region", instance: "Instance", target: str) -> None:
    def upgrade() -> Any:
        return cloud.workers.submit(
            instance.resource_id, lambda: cloud.servers.upgrade(instance.resource_id, target)
        )

    def upgraded(now: float) -> None:
        instance.engine_version = target
        if instance.deferred.get("EngineVersion") == target:
            del instance.deferred["EngineVersion"]
        region.happened(instance, now, f"DB engine version upgraded to {target}", "maintenance")

    region.happened(
        instance, cloud.now(), f"Automatic minor version upgrade to {target} has begun.", "maintenance"
    )
    seconds = cloud.settings.seconds("upgrading")
    instance.stages.append(
        Stage("upgrading", seconds, work=upgrade if instance.has_server else None, done=upgraded)
    )
