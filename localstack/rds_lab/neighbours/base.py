"""The seam: what is asked of EC2 and KMS, in one region of one account."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Subnet:
    """A subnet, its VPC and its Availability Zone."""

    name: str
    vpc: str
    zone: str


@dataclass(frozen=True)
class Key:
    """A KMS key, and whether it encrypts: enabled, symmetric, and for that use."""

    arn: str
    usable: bool


class Network(Protocol):
    """The network that databases are put into."""

    def default_subnets(self) -> list[Subnet]:
        """Those of the default VPC; none where there is no such VPC."""

    def subnet(self, name: str) -> Subnet | None:
        """A subnet by its id."""

    def vpc_of(self, security_group: str) -> str | None:
        """The VPC that a security group is in; nothing where there is no such group."""

    def default_group(self, vpc: str) -> str | None:
        """The id of a VPC's default security group."""


class Keys(Protocol):
    """The keys that storage and secrets are encrypted with."""

    def key(self, name: str) -> Key | None:
        """A key by its id, ARN, alias or alias ARN."""


@dataclass(frozen=True)
class Neighbours:
    """Both of them."""

    network: Network
    keys: Keys


# Those of an account in a region.
Finder = Callable[[str, str], Neighbours]
