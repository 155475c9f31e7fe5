"""What each kind does to an instance that is there."""

import math
from typing import TYPE_CHECKING, Any

from rds_lab.rds.happenings.happening import Happening, Kind
from rds_lab.rds.lifecycle import Stage

if TYPE_CHECKING:
    from rds_lab.rds.cloud import Cloud, Region
    from rds_lab.rds.instance import Instance

_DOWN = frozenset(
    """failed stopped insufficient-capacity restore-error incompatible-create incompatible-network
    incompatible-option-group incompatible-parameters incompatible-restore incompatible-credentials
    inaccessible-encryption-credentials inaccessible-encryption-credentials-recoverable""".split()
)
# In the words that CloudFormation's handler looks for (rds-semantics §3).
_FAILURES = {
    "DBInstanceClass": "Unable to modify database instance class: insufficient instance capacity.",
    "EngineVersion": "Database instance could not be upgraded: the DB engine version upgrade failed.",
    "AllocatedStorage": "Unable to modify the storage: the storage volume limitation was exceeded.",
}


def failure_of(name: str) -> str:
    """How RDS words that it gave up on a change."""
    return _FAILURES.get(name, f"Unable to modify {name}: an internal error has occurred.")


def at_once(cloud: "Cloud", region: "Region", instance: "Instance", happening: Happening) -> bool:
    """Let it happen to an instance that is there; False for what waits for a call."""
    kind = happening.kind
    if kind is Kind.STATUS:
        if instance.status == "creating":
            return False
        put_into(cloud, region, instance, happening)
    elif kind is Kind.STUCK:
        instance.oddities.stuck = True
    elif kind is Kind.RECOVER:
        recover(cloud, region, instance)
    elif kind is Kind.AUTOSCALE:
        _autoscale(cloud, region, instance, happening.gib or instance.allocated_storage)
    elif kind is Kind.MINOR_UPGRADE:
        _upgrade(cloud, region, instance, happening.version or instance.engine_version)
    else:
        return False
    return True


def put_into(cloud: "Cloud", region: "Region", instance: "Instance", happening: Happening) -> None:
    """A status from outside, for a while or until it is ended."""
    status = happening.status or "failed"
    instance.applying.clear()
    instance.oddities.held = True
    if status in _DOWN and instance.has_server and not instance.oddities.down:
        instance.oddities.down = True
        cloud.workers.submit(instance.resource_id, lambda: cloud.servers.stop(instance.resource_id))
    instance.stages.clear()
    instance.status = status
    seconds = math.inf if happening.seconds is None else happening.seconds

    def over(now: float) -> None:
        recover(cloud, region, instance)

    if status != "stopped":
        # A stopped one can be started like any other.
        instance.stages.append(Stage(status, seconds, done=over))
    region.happened(instance, cloud.now(), f"The DB instance is in the state {status}.", "notification")
    cloud.moves(region, instance)


def recover(cloud: "Cloud", region: "Region", instance: "Instance") -> None:
    """End what holds it where it is."""
    odd = instance.oddities
    odd.stuck = False
    if not odd.held:
        return
    odd.held = False

    def start() -> Any:
        return cloud.workers.submit(instance.resource_id, lambda: cloud.servers.start(instance.resource_id))

    def available(now: float) -> None:
        odd.down = False
        instance.status = "available"
        region.happened(instance, now, "Recovery of the DB instance is complete.", "recovery")

    instance.stages.clear()
    instance.stages.append(Stage(None, 0, work=start if odd.down else None, done=available))
    cloud.moves(region, instance)


def _autoscale(cloud: "Cloud", region: "Region", instance: "Instance", gib: int) -> None:
    now = cloud.now()
    optimized = cloud.settings.seconds("storageOptimization")
    instance.allocated_storage = gib
    instance.storage_locked_until = now + max(optimized, cloud.settings.seconds("storageLock"))
    instance.stages.append(Stage("storage-optimization", optimized))
    region.happened(instance, now, f"Storage autoscaling has grown the storage to {gib} GiB.", "notification")
    cloud.moves(region, instance)


def _upgrade(cloud: "Cloud", region: "Region", instance: "Instance", version: str) -> None:
    # Imported late: changes ask the happenings which of them fail.
    from rds_lab.rds import changes

    instance.applying["EngineVersion"] = version
    region.happened(instance, cloud.now(), f"Automatic minor version upgrade to {version}.", "maintenance")
    changes.begin(cloud, region, instance)
