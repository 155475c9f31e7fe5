"""Everything RDS knows: one region of one account, and all of them."""

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rds_lab.engines.base import Servers
from rds_lab.neighbours.base import Finder, Neighbours, Subnet
from rds_lab.rds import names, origins
from rds_lab.rds.catalog import versions
from rds_lab.rds.events import Event, Events
from rds_lab.rds.happenings.board import Happenings
from rds_lab.rds.instance import Instance
from rds_lab.rds.lifecycle import advance
from rds_lab.rds.origins import Origin
from rds_lab.rds.settings import Settings
from rds_lab.rds.workers import Workers

LOG = logging.getLogger(__name__)
TICK_SECONDS = 0.05


@dataclass
class ParameterGroup:
    """A DB parameter group and what was set in it."""

    name: str
    family: str
    description: str
    # By name: ParameterValue and ApplyMethod.
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class SubnetGroup:
    """A DB subnet group: subnets of one VPC."""

    name: str
    description: str
    subnets: list[Subnet]
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def vpc(self) -> str:
        """The VPC that its subnets are in."""
        return self.subnets[0].vpc

    @property
    def zones(self) -> list[str]:
        """Where an instance can be."""
        return sorted({subnet.zone for subnet in self.subnets})


class Region:
    """The resources of one account in one region. Held under :attr:`Cloud.lock`."""

    def __init__(self, account: str, region: str, servers: Servers, neighbours: Neighbours) -> None:
        self.account = account
        self.region = region
        self.network = neighbours.network
        self.keys = neighbours.keys
        self.instances: dict[str, Instance] = {}
        self.snapshots: dict[str, dict[str, Any]] = {}
        self.events = Events()
        # Of instances that are gone: DescribeDBInstanceAutomatedBackups.
        self.retained_backups: list[dict[str, Any]] = []
        # By the ARNs of snapshots and of retained backups.
        self.origins: dict[str, Origin] = {}
        families = {
            versions.family(engine, version)
            for engine in versions.ENGINES
            for version in servers.versions(engine)
        }
        self.parameter_groups = {
            f"default.{family}": ParameterGroup(
                f"default.{family}", family, f"Default parameter group for {family}"
            )
            for family in sorted(families)
        }

    @cached_property
    def subnet_groups(self) -> dict[str, SubnetGroup]:
        """By name; `default` is made of the default VPC's subnets when someone first looks."""
        subnets = self.network.default_subnets()
        return {"default": SubnetGroup("default", "default", subnets)} if subnets else {}

    def forget(self, cloud: "Cloud", prefix: str) -> None:
        """What instances named like this have left, with its data: it counts towards quotas."""
        left = [name for name, it in self.snapshots.items() if it["DBInstanceIdentifier"].startswith(prefix)]
        for name in left:
            del self.snapshots[name]
        self.retained_backups = [
            row for row in self.retained_backups if not row["DBInstanceIdentifier"].startswith(prefix)
        ]
        for arn, origin in list(self.origins.items()):
            if origin.instance.identifier.startswith(prefix):
                origins.forget(cloud, self, arn)

    def arn(self, kind: str, name: str) -> str:
        """ARN of a resource here."""
        return names.arn(self.region, self.account, kind, name)

    def happened(self, instance: Instance, at: float, message: str, *categories: str) -> None:
        """Log an event of an instance."""
        event = Event(at, instance.identifier, "db-instance", instance.arn, message, categories)
        self.events.add(event)


class Cloud:
    """All regions of all accounts, the clock, and the servers behind the instances."""

    def __init__(
        self,
        settings: Settings,
        servers: Servers,
        neighbours: Finder,
        clock: Callable[[], float],
        ticking: bool,
        happenings: Happenings,
    ) -> None:
        self.settings = settings
        self.servers = servers
        self.neighbours = neighbours
        self.workers = Workers()
        self.happenings = happenings
        self.now = clock
        self.lock = happenings.lock
        self._regions: dict[tuple[str, str], Region] = {}
        self._moving: dict[str, tuple[Region, Instance]] = {}
        happenings.attach(self)
        if ticking:
            # So that a password takes effect and a server goes although nobody looks.
            threading.Thread(target=self._tick, name="rds-lab-clock", daemon=True).start()

    def region(self, account: str, region: str) -> Region:
        """A region, with everything in it as it is now."""
        with self.lock:
            self.advance()
            key = (account, region)
            if key not in self._regions:
                self._regions[key] = Region(account, region, self.servers, self.neighbours(account, region))
            return self._regions[key]

    def find(self, identifier: str) -> tuple[Region, Instance] | None:
        """An instance of this identifier, in whatever region."""
        for region in self._regions.values():
            if instance := region.instances.get(identifier):
                return region, instance
        return None

    def forget(self, prefix: str) -> int:
        """Remove what is named like this, its servers and what it has left; how many instances there were."""
        with self.lock:
            found = [
                (region, instance)
                for region in self._regions.values()
                for instance in region.instances.values()
                if instance.identifier.startswith(prefix)
            ]
            for region, instance in found:
                del region.instances[instance.identifier]
                self._moving.pop(instance.resource_id, None)
                instance.stages.clear()
                # After whatever is being done with its server.
                self.workers.submit(
                    instance.resource_id, lambda of=instance.resource_id: self.servers.destroy(of)
                )
            for region in self._regions.values():
                region.forget(self, prefix)
            return len(found)

    def moves(self, region: Region, instance: Instance) -> None:
        """From now on the clock takes this instance through its stages."""
        with self.lock:
            self._moving[instance.resource_id] = (region, instance)
            self.advance()

    def advance(self) -> None:
        """Bring everything that moves to the present."""
        with self.lock:
            for resource_id, (region, instance) in list(self._moving.items()):
                advance(instance, self.now(), lambda failed, region=region: self._failed(region, failed))
                if not instance.stages and resource_id in self._moving:
                    self._at_rest(region, instance)

    def _at_rest(self, region: Region, instance: Instance) -> None:
        # Imported late: what begins by itself needs to know of the cloud.
        from rds_lab.rds import due

        if self.happenings.at_rest(self, region, instance):
            return
        if instance.deferred or instance.automatic_restart_at is not None:
            due.begin(self, region, instance)
        else:
            self._moving.pop(instance.resource_id, None)

    def _failed(self, region: Region, instance: Instance) -> None:
        region.happened(instance, self.now(), "The DB instance has failed.", "failure")

    def _tick(self) -> None:
        waiting = threading.Event()
        while not waiting.wait(TICK_SECONDS):
            try:
                self.advance()
            except Exception:
                # The thread must outlive what is wrong with one instance.
                LOG.exception("Instances could not be moved on")


_GROUP_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def is_group_name(name: str) -> bool:
    """A name that a parameter group may be given."""
    return (
        bool(_GROUP_NAME.fullmatch(name)) and not name.endswith("-") and "--" not in name and len(name) <= 255
    )
