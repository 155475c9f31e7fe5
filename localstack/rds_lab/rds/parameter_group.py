"""Parameter groups: one default per family, and those that were made (rds-semantics §7)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rds_lab.engines.base import Servers
from rds_lab.rds import errors
from rds_lab.rds.arn import Place
from rds_lab.rds.catalog.engines import ENGINES
from rds_lab.rds.catalog.parameters import parameters

QUOTA = 50


@dataclass
class ParameterGroup:
    """`values` holds only what differs from the engine's default."""

    name: str
    family: str
    description: str
    arn: str
    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def default(self) -> bool:
        """Default groups cannot be changed or deleted."""
        return self.name.startswith("default.")

    def value(self, name: str) -> str | None:
        """What a parameter is in this group."""
        if name in self.values:
            return self.values[name][0]
        known = parameters(self.family).get(name)
        return known.value if known else None


class ParameterGroups:
    """By name, which is lower case."""

    def __init__(self, place: Place, servers: Servers) -> None:
        self._place = place
        self._servers = servers
        self._made: dict[str, ParameterGroup] = {}

    def __iter__(self) -> Iterator[ParameterGroup]:
        for family in self.families():
            self._default(family)
        return iter(self._made.values())

    def families(self) -> list[str]:
        """All families of the versions that can run here."""
        found = (
            engine.family(version)
            for engine in ENGINES.values()
            for version in self._servers.versions(engine.name)
        )
        return list(dict.fromkeys(found))

    def find(self, name: str) -> ParameterGroup | None:
        """By name; a default one is made when it is first asked for."""
        name = name.lower()
        family = name.removeprefix("default.")
        if family != name and family in self.families():
            return self._default(family)
        return self._made.get(name)

    def get(self, name: str) -> ParameterGroup:
        """By name, or the refusal."""
        found = self.find(name)
        if not found:
            raise errors.parameter_group_not_found(name)
        return found

    def add(self, group: ParameterGroup) -> None:
        """A new one."""
        if self.find(group.name):
            raise errors.parameter_group_exists(group.name)
        if sum(1 for each in self._made.values() if not each.default) >= QUOTA:
            raise errors.parameter_group_quota_exceeded()
        self._made[group.name] = group

    def remove(self, group: ParameterGroup) -> None:
        """Its name is free again."""
        del self._made[group.name]

    def _default(self, family: str) -> ParameterGroup:
        name = f"default.{family}"
        if name not in self._made:
            description = f"Default parameter group for {family}"
            arn = self._place.arn("pg", name)
            self._made[name] = ParameterGroup(name, family, description, arn)
        return self._made[name]
