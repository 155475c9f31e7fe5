"""Where an instance is: subnets, zones and VPC security groups, checked against the account's network.

The texts of refusals are RDS's where field reports quote them; the one about two VPCs is worded after the API
reference, as no report of it was found.
"""

from collections.abc import Iterable

from rds_lab.neighbours.base import Subnet
from rds_lab.rds import errors
from rds_lab.rds.cloud import Region, SubnetGroup
from rds_lab.rds.instance import Instance


def subnets(region: Region, names: Iterable[str]) -> list[Subnet]:
    """Subnets of one VPC, in two zones at least (RDS API reference, CreateDBSubnetGroup)."""
    wanted = list(dict.fromkeys(names))
    found = [region.network.subnet(name) for name in wanted]
    if unknown := [name for name, subnet in zip(wanted, found, strict=True) if subnet is None]:
        raise errors.fault("InvalidSubnet", f"Some input subnets in :[{', '.join(unknown)}] are invalid.")
    known = [subnet for subnet in found if subnet is not None]
    if len({subnet.vpc for subnet in known}) > 1:
        raise errors.fault("InvalidSubnet", f"The subnets [{', '.join(wanted)}] are not in a common VPC.")
    if len(zones := sorted({subnet.zone for subnet in known})) < 2:
        raise errors.fault(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ "
            f"coverage: {', '.join(zones)}. Add subnets to cover at least 2 AZs.",
        )
    return known


def subnet_group(region: Region, name: str | None) -> SubnetGroup:
    """The group of this name, or else the default one."""
    wanted = (name or "default").lower()
    if wanted not in region.subnet_groups:
        raise errors.fault("DBSubnetGroupNotFoundFault", f"DBSubnetGroup '{wanted}' not found.")
    return region.subnet_groups[wanted]


def security_groups(region: Region, group: SubnetGroup, ids: list[str] | None) -> list[str]:
    """VPC security groups of the subnet group's VPC; its default one where none is given."""
    for each in ids or []:
        vpc = region.network.vpc_of(each)
        if vpc is None:
            raise errors.invalid_value(f"Invalid security group , groupId= {each}, groupName=.")
        if vpc != group.vpc:
            raise errors.invalid_combination(
                "The DB instance and EC2 security group are in different VPCs. The DB instance is in "
                f"{group.vpc} and the EC2 security group is in {vpc}"
            )
    default = region.network.default_group(group.vpc)
    return list(dict.fromkeys(ids or [])) or ([default] if default else [])


def standby_zone(region: Region, instance: Instance) -> str | None:
    """Where the standby of a Multi-AZ instance is: in another zone of its subnet group."""
    if not instance.multi_az:
        return None
    zones = region.subnet_groups[instance.subnet_group].zones
    return next((zone for zone in zones if zone != instance.availability_zone), None)
