"""Changes of storage: grow only, by 10 % at least, and not again soon (rds-semantics §4.1)."""

from typing import Any

from rds_lab.rds import errors
from rds_lab.rds.instance import Instance
from rds_lab.rds.region import Region
from rds_lab.rds.validation import storage


def check(region: Region, instance: Instance, given: dict[str, Any]) -> dict[str, Any]:
    """All storage parameters that change: those that were sent, and those that come with them."""
    if not given:
        return {}
    engine = instance.engine
    kind = given.get("StorageType", instance.storage_type)
    size = given.get("AllocatedStorage", instance.allocated_storage)
    if _would_change(instance, given) and instance.storage_locked(region.now, region.duration):
        raise errors.invalid_combination(
            "You can't currently modify the storage of this DB instance because the previous storage change "
            "is being optimized."
        )
    iops, throughput = given.get("Iops"), given.get("StorageThroughput")
    _check_together(instance, kind, given)
    if size != instance.allocated_storage and size * 10 < instance.allocated_storage * 11:
        raise storage.wrong_size(engine, kind, size)
    if kind == instance.storage_type and kind != "gp3":
        iops = iops if iops is not None else instance.iops
    elif kind == instance.storage_type and instance.allocated_storage >= storage.STRIPED:
        # What was provisioned above the baseline stays so.
        iops = iops if iops is not None else instance.iops
        throughput = throughput if throughput is not None else instance.storage_throughput
    chosen = storage.choose(engine, kind, size, iops, throughput)
    everything = {
        "StorageType": chosen.kind,
        "AllocatedStorage": chosen.gib,
        "Iops": chosen.iops,
        "StorageThroughput": chosen.throughput,
    }
    return {
        name: value
        for name, value in everything.items()
        if name in given or name in instance.pending or value != current(instance)[name]
    }


def check_maximum(instance: Instance, values: dict[str, Any]) -> None:
    """MaxAllocatedStorage against the size as it will be; equal to it turns autoscaling off."""
    if "MaxAllocatedStorage" not in values:
        return
    size = values.get("AllocatedStorage", instance.allocated_storage)
    kind = values.get("StorageType", instance.storage_type)
    storage.check_maximum(instance.engine, kind, size, values["MaxAllocatedStorage"])
    if values["MaxAllocatedStorage"] == size:
        values["MaxAllocatedStorage"] = None


def current(instance: Instance) -> dict[str, Any]:
    """Storage as it is."""
    return {
        "StorageType": instance.storage_type,
        "AllocatedStorage": instance.allocated_storage,
        "Iops": instance.iops,
        "StorageThroughput": instance.storage_throughput,
    }


def _would_change(instance: Instance, given: dict[str, Any]) -> bool:
    now = current(instance)
    return any(value != now[name] for name, value in given.items())


def _check_together(instance: Instance, kind: str, given: dict[str, Any]) -> None:
    """Where IOPS were provisioned, size and IOPS travel together, even unchanged."""
    sent_iops, sent_size = "Iops" in given, "AllocatedStorage" in given
    base, _ = storage.baseline(instance.storage_type, instance.allocated_storage)
    provisioned = instance.iops is not None and instance.iops != base
    striped = kind == "gp3" and instance.allocated_storage >= storage.STRIPED
    alone = sent_iops and not sent_size and (striped or kind in ("io1", "io2"))
    if alone or (provisioned and kind == instance.storage_type and sent_size and not sent_iops):
        raise errors.invalid_combination(
            "You must specify both the storage size and iops when modifying the storage size or iops on a "
            "DB instance that has iops."
        )
