"""Which call is accepted in which state (rds-semantics §3, second table)."""

from rds_lab.rds import errors
from rds_lab.rds.instance import Instance

SNAPSHOTTABLE = ("available", "storage-optimization")
_STORAGE = {"AllocatedStorage", "Iops", "StorageThroughput", "StorageType", "MaxAllocatedStorage"}
_GROUPS = {"DBParameterGroupName", "OptionGroupName"}


def modify(instance: Instance, fields: set[str]) -> None:
    """``fields`` are the parameters that would change something."""
    status = instance.status
    accepted = (
        # Whatever is changed of one whose network was put right, RDS tries again with it.
        status in ("available", "storage-optimization", "incompatible-network")
        # More storage, and nothing else along with it.
        or (status == "storage-full" and "AllocatedStorage" in fields and fields <= _STORAGE)
        or (status == "stopped" and fields <= _GROUPS)
        # The server is down: nothing but another group can help, and a reboot.
        or (status == "incompatible-parameters" and fields <= {*_GROUPS, "DeletionProtection"})
    )
    if not accepted:
        raise errors.invalid_state("Database instance is not in available state.")


def storage(instance: Instance, now: float) -> None:
    """No storage change until the last one is optimised, nor before its lock ends."""
    if instance.status == "storage-optimization" or now < instance.storage_locked_until:
        raise errors.invalid_combination(
            "You can't currently modify the storage of this DB instance because the previous storage "
            "change is "
            "being optimized."
        )


def reboot(instance: Instance) -> None:
    """Only at rest."""
    if instance.status not in (*SNAPSHOTTABLE, "incompatible-parameters"):
        raise errors.invalid_state(
            "Instance cannot currently reboot due to an in-progress management operation"
        )


def stop(instance: Instance) -> None:
    """Only at rest."""
    if instance.status != "available":
        raise errors.invalid_state(f"Instance {instance.identifier} is not in available state.")


def start(instance: Instance) -> None:
    """Only what is stopped, or waits for its key to be usable again."""
    if instance.status not in ("stopped", "inaccessible-encryption-credentials-recoverable"):
        raise errors.invalid_state(f"Instance {instance.identifier} is not stopped, it cannot be started.")


def snapshot(instance: Instance) -> None:
    """Only at rest."""
    if instance.status not in SNAPSHOTTABLE:
        raise _no_snapshot(instance)


def delete(instance: Instance, final_snapshot: bool) -> None:
    """Any state but `deleting`; a final snapshot needs one in which a snapshot can be taken."""
    if instance.status == "deleting":
        raise errors.invalid_state(f"Instance {instance.identifier} is already being deleted.")
    if _migrates_magnetic(instance):
        raise errors.invalid_state(
            f"Instance {instance.identifier} cannot be deleted before its storage type is changed."
        )
    if not final_snapshot or instance.status in (*SNAPSHOTTABLE, "stopped"):
        return
    if instance.status == "creating":
        raise errors.invalid_state(
            f"Instance {instance.identifier} is currently creating - a final snapshot cannot be taken."
        )
    raise _no_snapshot(instance)


def _migrates_magnetic(instance: Instance) -> bool:
    """To or from magnetic storage: RDS does nothing else meanwhile (RDS API reference, ModifyDBInstance)."""
    kinds = {instance.storage_type, instance.pending.get("StorageType", instance.storage_type)}
    return instance.status == "modifying" and len(kinds) == 2 and "standard" in kinds


def _no_snapshot(instance: Instance) -> Exception:
    return errors.invalid_state(
        f"Cannot create a snapshot because the database instance {instance.identifier} is not currently in "
        "the available state."
    )
