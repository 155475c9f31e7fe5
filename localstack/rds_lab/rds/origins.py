"""What snapshots and retained backups are of: an instance as it was, and a copy of its data."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import wait
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rds_lab.rds import names
from rds_lab.rds.happenings.oddities import Oddities
from rds_lab.rds.parameter_groups.membership import Membership

if TYPE_CHECKING:
    from rds_lab.rds.cloud import Cloud, Region
    from rds_lab.rds.instance import Instance


@dataclass(frozen=True)
class Origin:
    """Never changed: a copy of a snapshot has the origin of the snapshot."""

    instance: "Instance"
    # Names the data for `Servers.restore`; None where no server was behind the instance.
    data: str | None
    # The resource ids of those that were restored from it.
    readers: list[str] = field(default_factory=list)


def note(region: "Region", instance: "Instance", arn: str) -> Origin:
    """What the snapshot or the backups of this ARN are of, from now on."""
    # One that was never finished has no data.
    has_data = instance.has_server and instance.available_since is not None
    as_it_was = replace(
        instance,
        tags=dict(instance.tags),
        security_groups=list(instance.security_groups),
        applying={},
        deferred={},
        next_password=None,
        membership=Membership(),
        stages=deque(),
        oddities=Oddities(),
    )
    data = f"copy-{names.resource_id()}" if has_data else None
    origin = region.origins[arn] = Origin(deepcopy(as_it_was), data)
    return origin


def copying(cloud: "Cloud", origin: Origin) -> Callable[[], None] | None:
    """The work that copies the data, for the worker of the instance; None where there is none."""
    data, resource_id = origin.data, origin.instance.resource_id
    return (lambda: cloud.servers.keep(resource_id, data)) if data else None


def forget(cloud: "Cloud", region: "Region", arn: str) -> None:
    """The snapshot or the backups are deleted, and their data, unless another was made of them."""
    origin = region.origins.pop(arn, None)
    if origin and origin.data and all(each.data != origin.data for each in region.origins.values()):
        data = origin.data
        reading = [cloud.workers.submit(reader, lambda: None) for reader in origin.readers]

        def discard() -> None:
            wait(reading)
            cloud.servers.discard(data)

        # After it was copied, too.
        cloud.workers.submit(origin.instance.resource_id, discard)
