"""§4: ModifyDBInstance."""

import pytest


@pytest.mark.row("4", "DBPortNumber")
def test_a_new_port_restarts_the_server_now_whatever_apply_immediately_says(rds):
    one = rds.available()
    rds.modify(DBPortNumber=6000, ApplyImmediately=False)
    assert rds.until("db", "available")["PendingModifiedValues"] == {}
    assert ("restart", one["DbiResourceId"]) in rds.servers.calls


@pytest.mark.row("4", "DBSubnetGroupName")
def test_a_subnet_group_of_the_same_vpc_cannot_be_moved_to(rds):
    rds.call(
        "CreateDBSubnetGroup",
        DBSubnetGroupName="other",
        DBSubnetGroupDescription="d",
        SubnetIds=["subnet-0a0a0a0a", "subnet-0b0b0b0b"],
    )
    rds.available()
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", DBSubnetGroupName="other")
    assert refusal == (
        "InvalidVPCNetworkStateFault",
        400,
        "You cannot move DB instance db to subnet group other. The specified DB subnet group and DB instance "
        "are in the same VPC. Choose a DB subnet group in different VPC than the specified DB instance and "
        "try again.",
    )


@pytest.mark.row("4", "VpcSecurityGroupIds")
def test_security_groups_change_at_once(rds):
    rds.available()
    rds.modify(VpcSecurityGroupIds=["sg-0a0a0a0a"], ApplyImmediately=False)
    one = rds.describe()
    assert one["VpcSecurityGroups"] == [{"VpcSecurityGroupId": "sg-0a0a0a0a", "Status": "active"}]
    assert one["PendingModifiedValues"] == {}
