"""Everything RDS keeps for one account in one region, and what its operations work with."""

from dataclasses import dataclass, field

from rds_lab.engines.base import Servers
from rds_lab.rds import errors
from rds_lab.rds.arn import Place, identifier
from rds_lab.rds.catalog.versions import Versions
from rds_lab.rds.clock import Clock
from rds_lab.rds.events import Events
from rds_lab.rds.instance import Instance
from rds_lab.rds.network import Network
from rds_lab.rds.parameter_group import ParameterGroups
from rds_lab.rds.settings import Settings
from rds_lab.rds.snapshot import Snapshot
from rds_lab.rds.store import Instances
from rds_lab.rds.subnet_group import SubnetGroups
from rds_lab.rds.workers import Workers


@dataclass(frozen=True)
class Services:
    """What all regions share."""

    settings: Settings
    servers: Servers
    workers: Workers
    network: Network
    clock: Clock


@dataclass
class Region:
    """One account's region."""

    place: Place
    services: Services
    instances: Instances = field(default_factory=Instances)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    events: Events = field(default_factory=Events)
    # Instances that time changes; all others need no look when somebody reads.
    moving: dict[str, Instance] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parameter_groups = ParameterGroups(self.place, self.services.servers)
        self.subnet_groups = SubnetGroups(self.place, self.services.network)

    @property
    def now(self) -> float:
        """The time."""
        return self.services.clock()

    def duration(self, transition: str) -> float:
        """How long a transition takes at present."""
        return self.services.settings.duration(transition)

    def versions(self, engine: str) -> Versions:
        """What versions of an engine there are; a wrong engine is refused."""
        return Versions.of(engine, self.services.servers)

    def status(self, instance: Instance) -> str:
        """An instance's status now."""
        return instance.status(self.now, self.duration)

    def instance(self, given: str | None) -> Instance:
        """The instance that a call names by identifier or ARN, in any case (§2)."""
        if not given:
            raise errors.missing_parameter("DBInstanceIdentifier")
        return self.instances.get(identifier(given, self.place), given)

    def record(self, instance: Instance, at: float, category: str, message: str) -> None:
        """Add an event of an instance."""
        self.events.record(at, instance.identifier, instance.arn, category, message)
