"""Subnet groups: the network that instances are put into."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rds_lab.rds import errors
from rds_lab.rds.arn import Place
from rds_lab.rds.network import Network, Subnet

QUOTA = 50
DEFAULT = "default"


@dataclass
class SubnetGroup:
    """All its subnets lie in one VPC."""

    name: str
    description: str
    arn: str
    subnets: list[Subnet]
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def vpc(self) -> str:
        """The VPC of its subnets."""
        return self.subnets[0].vpc if self.subnets else ""

    @property
    def zones(self) -> list[str]:
        """The availability zones it covers, in order."""
        return sorted({subnet.zone for subnet in self.subnets})


class SubnetGroups:
    """By name, which is lower case."""

    def __init__(self, place: Place, network: Network) -> None:
        self._place = place
        self._network = network
        self._made: dict[str, SubnetGroup] = {}

    def __iter__(self) -> Iterator[SubnetGroup]:
        self.find(DEFAULT)
        return iter(self._made.values())

    def find(self, name: str) -> SubnetGroup | None:
        """By name; that of the default VPC is made when it is first asked for."""
        if name == DEFAULT and DEFAULT not in self._made:
            subnets = self._network.default_subnets(self._place)
            arn = self._place.arn("subgrp", DEFAULT)
            self._made[DEFAULT] = SubnetGroup(DEFAULT, DEFAULT, arn, subnets)
        return self._made.get(name.lower())

    def get(self, name: str) -> SubnetGroup:
        """By name, or the refusal."""
        found = self.find(name)
        if not found:
            raise errors.subnet_group_not_found(name)
        return found

    def choose(self, subnet_ids: list[str]) -> list[Subnet]:
        """The subnets of a group: all there, in one VPC, in two availability zones at least."""
        chosen = []
        for each in subnet_ids:
            subnet = self._network.subnet(self._place, each)
            if not subnet:
                raise errors.invalid_subnet(f"The subnet ID '{each}' does not exist.")
            chosen.append(subnet)
        if len({subnet.vpc for subnet in chosen}) > 1:
            raise errors.invalid_subnet("The subnets are not all in the same VPC.")
        if len({subnet.zone for subnet in chosen}) < 2:
            raise errors.too_few_zones()
        return chosen

    def add(self, group: SubnetGroup) -> None:
        """A new one."""
        if self.find(group.name):
            raise errors.subnet_group_exists(group.name)
        if len(self._made) > QUOTA:
            raise errors.subnet_group_quota_exceeded()
        self._made[group.name] = group

    def remove(self, group: SubnetGroup) -> None:
        """Its name is free again."""
        del self._made[group.name]
