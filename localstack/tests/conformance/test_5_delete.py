"""§5: DeleteDBInstance."""

import pytest


@pytest.mark.row("5", "Already deleting")
def test_a_second_delete_is_refused_and_a_third_finds_nothing(make_rds):
    rds = make_rds(deleting=2)
    rds.available()
    rds.delete(SkipFinalSnapshot=True)
    refusal = rds.refused("DeleteDBInstance", DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    assert refusal == ("InvalidDBInstanceState", 400, "Instance db is already being deleted.")
    rds.settled()
    rds.time += 2
    again = rds.refused("DeleteDBInstance", DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    assert again == ("DBInstanceNotFound", 404, "DBInstance db not found.")


@pytest.mark.row("5", "Reuse")
def test_groups_are_in_use_until_the_instance_is_gone(make_rds):
    rds = make_rds(deleting=2)
    rds.call(
        "CreateDBSubnetGroup",
        DBSubnetGroupName="mine",
        DBSubnetGroupDescription="d",
        SubnetIds=["subnet-0a0a0a0a", "subnet-0b0b0b0b"],
    )
    rds.available(DBSubnetGroupName="mine")
    rds.delete(SkipFinalSnapshot=True)
    refusal = rds.refused("DeleteDBSubnetGroup", DBSubnetGroupName="mine")
    assert refusal[:2] == ("InvalidDBSubnetGroupStateFault", 400)
    rds.settled()
    rds.time += 2
    rds.call("DeleteDBSubnetGroup", DBSubnetGroupName="mine")


@pytest.mark.row("5", "Manual snapshots")
def test_a_final_snapshot_outlives_the_next_life_of_its_name(rds):
    rds.available()
    rds.delete(FinalDBSnapshotIdentifier="last")
    rds.settled()
    rds.available()
    rds.delete(SkipFinalSnapshot=True)
    rds.settled()
    (snapshot,) = rds.call("DescribeDBSnapshots", DBSnapshotIdentifier="last")["DBSnapshots"]
    assert snapshot["Status"] == "available"
