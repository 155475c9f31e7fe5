"""What RDS asks of EC2: subnets, where they lie, and the default network."""

from dataclasses import dataclass
from typing import Protocol

from rds_lab.rds.arn import Place


@dataclass(frozen=True)
class Subnet:
    """A subnet as subnet groups know it."""

    id: str
    zone: str
    vpc: str


class Network(Protocol):
    """The part of EC2 that RDS sees."""

    def subnet(self, place: Place, subnet_id: str) -> Subnet | None:
        """A subnet, if there is one of this id."""

    def default_subnets(self, place: Place) -> list[Subnet]:
        """The subnets of the default VPC, one per availability zone."""

    def default_security_group(self, place: Place, vpc: str) -> str:
        """The default group of a VPC."""

    def has_security_group(self, place: Place, group: str) -> bool:
        """Whether there is a group of this id."""


class MotoNetwork:
    """EC2 as LocalStack has it: moto's, in this process."""

    def subnet(self, place: Place, subnet_id: str) -> Subnet | None:
        """A subnet, if there is one of this id."""
        return next((each for each in self._subnets(place) if each.id == subnet_id), None)

    def default_subnets(self, place: Place) -> list[Subnet]:
        """The subnets of the default VPC, one per availability zone."""
        vpc = self._ec2(place).get_default_vpc()
        return [each for each in self._subnets(place) if vpc and each.vpc == vpc.id]

    def default_security_group(self, place: Place, vpc: str) -> str:
        """The default group of a VPC."""
        group = self._ec2(place).get_default_security_group(vpc)
        return group.id if group else "sg-00000000"

    def has_security_group(self, place: Place, group: str) -> bool:
        """Whether there is a group of this id."""
        return self._ec2(place).get_security_group_from_id(group) is not None

    def _subnets(self, place: Place) -> list[Subnet]:
        found = self._ec2(place).describe_subnets()
        subnets = [Subnet(each.id, each.availability_zone, each.vpc_id) for each in found]
        return sorted(subnets, key=lambda each: (each.zone, each.id))

    def _ec2(self, place: Place):
        # Imported when first needed: it takes a second.
        from moto.ec2.models import ec2_backends

        return ec2_backends[place.account][place.region]
