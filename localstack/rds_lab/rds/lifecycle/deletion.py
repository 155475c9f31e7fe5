"""From DeleteDBInstance to gone."""

from collections.abc import Sequence
from typing import Any

from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle.timeline import Step
from rds_lab.rds.region import Region
from rds_lab.rds.snapshot import Snapshot


def steps(region: Region, instance: Instance, snapshot: Snapshot | None) -> Sequence[Step]:
    """The final snapshot is made inside `deleting` (§5). Then the identifier is free."""
    servers, resource_id = region.services.servers, instance.resource_id
    instance.deleting = True
    instance.pending.clear()
    instance.automatic_restart_at = None

    def gone(at: float, _: Any) -> None:
        region.instances.remove(instance)
        region.moving.pop(resource_id, None)
        if snapshot:
            snapshot.status = "available"
        region.record(instance, at, "deletion", "DB instance deleted")

    work = (lambda: servers.destroy(resource_id)) if instance.served else None
    return [Step("deleting", "deleting", gone, work)]
