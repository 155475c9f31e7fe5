"""The network that RDS sees is that of EC2's own API."""

import pytest


@pytest.fixture
def ec2(aws):
    return aws("ec2")


@pytest.fixture
def vpc(ec2):
    """A VPC with subnets in two zones."""
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"eu-central-1{zone}")
        for number, zone in enumerate("bc")
    ]
    return vpc, [subnet["Subnet"]["SubnetId"] for subnet in subnets]


def zones(group):
    return {each["SubnetIdentifier"]: each["SubnetAvailabilityZone"]["Name"] for each in group["Subnets"]}


def groups_of(instance):
    return [each["VpcSecurityGroupId"] for each in instance["VpcSecurityGroups"]]


def default_group(ec2, vpc):
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    (group,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    return group["GroupId"]


@pytest.mark.row("2", "Subnets of a DB subnet group")
def test_the_default_subnet_group_is_that_of_the_default_vpc(aws, ec2):
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    filters = [{"Name": "default-for-az", "Values": ["true"]}, {"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnets = ec2.describe_subnets(Filters=filters)["Subnets"]
    (group,) = aws("rds").describe_db_subnet_groups(DBSubnetGroupName="default")["DBSubnetGroups"]
    assert group["VpcId"] == vpc["VpcId"]
    assert zones(group) == {each["SubnetId"]: each["AvailabilityZone"] for each in subnets}
    assert len(subnets) >= 2


@pytest.mark.row("4", "VpcSecurityGroupIds")
def test_an_instance_is_in_a_vpc_that_was_made(aws, ec2, vpc, create, name, refused):
    vpc, subnets = vpc
    group = {"DBSubnetGroupName": name, "DBSubnetGroupDescription": "d"}
    made = aws("rds").create_db_subnet_group(**group, SubnetIds=subnets)["DBSubnetGroup"]
    assert made["VpcId"] == vpc
    assert zones(made) == dict(zip(subnets, ["eu-central-1b", "eu-central-1c"], strict=True))
    ours = ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc)["GroupId"]
    assert groups_of(create(DBSubnetGroupName=name)) == [default_group(ec2, vpc)]
    one = create(DBSubnetGroupName=name, VpcSecurityGroupIds=[ours])
    assert groups_of(one) == [ours]

    assert refused(create, VpcSecurityGroupIds=[ours]) == "InvalidParameterCombination"
    gone = ec2.create_security_group(GroupName=f"{name}-gone", Description="d", VpcId=vpc)["GroupId"]
    ec2.delete_security_group(GroupId=gone)
    assert refused(create, DBSubnetGroupName=name, VpcSecurityGroupIds=[gone]) == "InvalidParameterValue"


@pytest.mark.row("2", "Subnets of a DB subnet group")
def test_subnets_that_are_not_there_and_those_of_two_vpcs_make_no_group(aws, vpc, name, refused):
    rds, (_, subnets) = aws("rds"), vpc
    (default,) = rds.describe_db_subnet_groups(DBSubnetGroupName="default")["DBSubnetGroups"]
    here = default["Subnets"][0]["SubnetIdentifier"]
    group = {"DBSubnetGroupName": name, "DBSubnetGroupDescription": "d"}
    for wrong in ([*subnets, "subnet-00000000000000000"], [*subnets, here]):
        assert refused(rds.create_db_subnet_group, **group, SubnetIds=wrong) == "InvalidSubnet"
    one_zone = refused(rds.create_db_subnet_group, **group, SubnetIds=subnets[:1])
    assert one_zone == "DBSubnetGroupDoesNotCoverEnoughAZs"


def test_a_group_admits_whom_it_was_told_to(ec2, name, refused):
    """What the broker's check asks; DescribeSecurityGroups is LocalStack's own."""
    group = ec2.create_security_group(GroupName=name, Description="d")["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    (shown,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    (told,) = shown["IpPermissions"]
    assert {key: told[key] for key in rule} == rule
    ec2.delete_security_group(GroupId=group)
    assert refused(ec2.describe_security_groups, GroupIds=[group]) == "InvalidGroup.NotFound"
