"""Subnets, zones and VPC security groups: what there is in EC2 decides (rds-semantics §1, §2, §4)."""

import pytest

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
A, B, C = (f"subnet-0{zone}0{zone}0{zone}0{zone}" for zone in "abc")
# In the other VPC: two in one zone, and one in another.
OTHER_B, OTHER_B2, OTHER_C = "subnet-0d0d0d0d", "subnet-0e0e0e0e", "subnet-0f0f0f0f"
HERE, ELSEWHERE = "sg-0a0a0a0a", "sg-0b0b0b0b"
DIFFERENT = (
    "The DB instance and EC2 security group are in different VPCs. The DB instance is in vpc-0a0a0a0a and "
    "the EC2 security group is in vpc-0b0b0b0b"
)


def group(*subnets, name="mine"):
    return {"DBSubnetGroupName": name, "DBSubnetGroupDescription": "d", "SubnetIds": list(subnets)}


def zones(shown):
    return {each["SubnetIdentifier"]: each["SubnetAvailabilityZone"]["Name"] for each in shown["Subnets"]}


def groups_of(instance):
    return [each["VpcSecurityGroupId"] for each in instance["VpcSecurityGroups"]]


@pytest.mark.row("2", "Subnets of a DB subnet group")
def test_the_default_subnet_group_is_made_of_the_default_vpc(rds):
    (shown,) = rds.call("DescribeDBSubnetGroups", DBSubnetGroupName="default")["DBSubnetGroups"]
    assert shown["VpcId"] == "vpc-0a0a0a0a"
    assert zones(shown) == {A: "eu-central-1a", B: "eu-central-1b", C: "eu-central-1c"}
    assert shown["SubnetGroupStatus"] == "Complete"


def test_nobody_asks_for_the_default_vpc_before_it_is_needed(rds):
    rds.network.default_subnets = None
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert rds.call("DescribeDBParameterGroups")["DBParameterGroups"]


def test_without_a_default_vpc_a_group_must_be_named(rds):
    rds.network.subnets.clear()
    assert rds.create_refused()[:2] == ("DBSubnetGroupNotFoundFault", 404)
    rds.call("CreateDBSubnetGroup", **group(OTHER_B, OTHER_C))
    assert rds.available(DBSubnetGroupName="mine")["DBSubnetGroup"]["VpcId"] == "vpc-0b0b0b0b"


@pytest.mark.row("2", "Subnets of a DB subnet group")
def test_a_group_is_described_with_its_vpc_and_zones(rds):
    made = rds.call("CreateDBSubnetGroup", **group(OTHER_C, OTHER_B))["DBSubnetGroup"]
    assert made["VpcId"] == "vpc-0b0b0b0b"
    assert zones(made) == {OTHER_B: "eu-central-1b", OTHER_C: "eu-central-1c"}
    assert rds.call("DescribeDBSubnetGroups", DBSubnetGroupName="mine")["DBSubnetGroups"] == [made]


@pytest.mark.row("2", "Subnets of a DB subnet group")
@pytest.mark.parametrize(
    ("subnets", "code", "text"),
    [
        (
            ["subnet-9", A, "subnet-8"],
            "InvalidSubnet",
            "Some input subnets in :[subnet-9, subnet-8] are invalid.",
        ),
        ([A, OTHER_B], "InvalidSubnet", None),
        *(
            (
                subnets,
                "DBSubnetGroupDoesNotCoverEnoughAZs",
                "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ "
                "coverage: eu-central-1b. Add subnets to cover at least 2 AZs.",
            )
            for subnets in ([B], [B, B], [OTHER_B, OTHER_B2])
        ),
    ],
    ids=str,
)
def test_subnets_that_make_no_group(rds, subnets, code, text):
    found, status, message = rds.refused("CreateDBSubnetGroup", **group(*subnets))
    assert (found, status) == (code, 400)
    assert text is None or message == text
    assert len(rds.call("DescribeDBSubnetGroups")["DBSubnetGroups"]) == 1


@pytest.mark.row("2", "AvailabilityZone")
def test_an_instance_and_its_standby_are_in_zones_of_the_group(rds):
    rds.call("CreateDBSubnetGroup", **group(OTHER_C, OTHER_B))
    one = rds.available(DBSubnetGroupName="mine", MultiAZ=True)
    assert one["AvailabilityZone"] == "eu-central-1b"
    assert one["SecondaryAvailabilityZone"] == "eu-central-1c"


@pytest.mark.row("4", "VpcSecurityGroupIds")
def test_an_instance_gets_the_default_group_of_its_vpc(rds):
    assert groups_of(rds.available("here")) == ["sg-00000000"]
    rds.call("CreateDBSubnetGroup", **group(OTHER_B, OTHER_C))
    assert groups_of(rds.available("there", DBSubnetGroupName="mine")) == ["sg-11111111"]


def test_security_groups_are_those_that_are_named(rds):
    one = rds.available(VpcSecurityGroupIds=[HERE, "sg-00000000"])
    assert groups_of(one) == [HERE, "sg-00000000"]
    assert {each["Status"] for each in one["VpcSecurityGroups"]} == {"active"}


@pytest.mark.row("4", "VpcSecurityGroupIds")
@pytest.mark.parametrize(
    ("security_group", "code", "text"),
    [
        ("sg-99999999", VALUE, "Invalid security group , groupId= sg-99999999, groupName=."),
        ("default", VALUE, "Invalid security group , groupId= default, groupName=."),
        (ELSEWHERE, COMBINATION, DIFFERENT),
    ],
)
def test_a_security_group_that_is_not_there_or_elsewhere_is_refused(rds, security_group, code, text):
    wanted = {"VpcSecurityGroupIds": [HERE, security_group]}
    assert rds.create_refused(**wanted) == (code, 400, text)
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    rds.available()
    assert rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **wanted) == (code, 400, text)
    assert groups_of(rds.describe()) == ["sg-00000000"]


def test_the_same_groups_in_another_order_are_no_change(rds):
    rds.available(VpcSecurityGroupIds=[HERE, "sg-00000000"])
    wanted = {"VpcSecurityGroupIds": ["sg-00000000", HERE]}
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **wanted)
    assert refusal == (COMBINATION, 400, "No modifications were requested")


@pytest.mark.row("4", "DBSubnetGroupName")
def test_a_move_to_another_vpc_is_refused_and_not_as_one_within_it(rds):
    rds.call("CreateDBSubnetGroup", **group(OTHER_B, OTHER_C))
    rds.available()
    code, status, text = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", DBSubnetGroupName="mine")
    assert (code, status) == ("InvalidVPCNetworkStateFault", 400)
    assert "the same VPC" not in text
