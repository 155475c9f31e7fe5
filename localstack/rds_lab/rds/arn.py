"""Resource names: where a resource belongs, written and read."""

import re
from dataclasses import dataclass

from rds_lab.rds import errors

_PARTITIONS = {"us-gov": "aws-us-gov", "cn": "aws-cn"}
_ARN = re.compile(r"arn:(aws[a-z-]*):rds:([a-z0-9-]+):(\d{12}):([a-z-]+):(.+)")


@dataclass(frozen=True)
class Place:
    """An account's part of a region."""

    account: str
    region: str

    @property
    def partition(self) -> str:
        """The first part of every ARN there."""
        for prefix, partition in _PARTITIONS.items():
            if self.region.startswith(f"{prefix}-"):
                return partition
        return "aws"

    def arn(self, kind: str, name: str, service: str = "rds") -> str:
        """The ARN of a resource there."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{kind}:{name}"


@dataclass(frozen=True)
class Name:
    """The kind and name that an ARN holds."""

    kind: str
    name: str


def parse(arn: str, place: Place) -> Name:
    """Read an ARN of this account and region; what is not one is refused."""
    match = _ARN.fullmatch(arn)
    if not match:
        raise errors.invalid_value(f"The specified resource name does not match an RDS resource: {arn}")
    _, region, account, kind, name = match.groups()
    if (account, region) != (place.account, place.region):
        raise errors.invalid_value(
            f"The specified resource name does not match an RDS resource in this region: {arn}"
        )
    return Name(kind, name)


def identifier(given: str, place: Place, kind: str = "db") -> str:
    """An identifier given as such or as an ARN, in the lower case that it is stored in (§2)."""
    if given.startswith("arn:"):
        name = parse(given, place)
        if name.kind != kind:
            raise errors.invalid_value(f"The specified resource name is not of the kind {kind}: {given}")
        given = name.name
    return given.lower()
