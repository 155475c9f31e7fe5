"""`fail_snapshot`: what RDS begins to take, and does not bring about (rds-semantics §5, §6)."""

import pytest

FINAL = {"DBInstanceIdentifier": "db", "FinalDBSnapshotIdentifier": "last"}


def snapshots(rds):
    return {
        one["DBSnapshotIdentifier"]: one["Status"] for one in rds.call("DescribeDBSnapshots")["DBSnapshots"]
    }


@pytest.mark.row("5", "Final snapshot that fails")
@pytest.mark.parametrize("status", ["available", "stopped"])
def test_an_instance_whose_final_snapshot_fails_is_there_again(make_rds, status):
    rds = make_rds(deleting=5)
    rds.available()
    if status == "stopped":
        rds.call("StopDBInstance", DBInstanceIdentifier="db")
        rds.until("db", "stopped")
    rds.happens("fail_snapshot")
    assert rds.delete(FinalDBSnapshotIdentifier="last")["DBInstanceStatus"] == "deleting"
    assert (rds.after(4.9), snapshots(rds)) == ("deleting", {"last": "creating"})
    assert (rds.after(0.1), snapshots(rds)) == (status, {"last": "failed"})
    assert any("final snapshot" in message for message in rds.told())
    assert "destroy" not in [call[0] for call in rds.servers.calls]
    if status == "stopped":
        rds.call("StartDBInstance", DBInstanceIdentifier="db")
        rds.until("db", "available")


@pytest.mark.row("5", "Final snapshot that fails")
@pytest.mark.row("6", "DeleteDBSnapshot")
def test_its_name_is_taken_until_the_failed_snapshot_is_deleted(rds):
    rds.available()
    rds.happens("fail_snapshot")
    rds.delete(FinalDBSnapshotIdentifier="last")
    rds.until("db", "available")
    assert rds.refused("DeleteDBInstance", **FINAL)[:2] == ("DBSnapshotAlreadyExists", 400)
    rds.call("DeleteDBSnapshot", DBSnapshotIdentifier="last")
    rds.delete(FinalDBSnapshotIdentifier="last")
    rds.settled()
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert snapshots(rds) == {"last": "available"}


@pytest.mark.row("6", "CreateDBSnapshot")
def test_a_snapshot_taken_by_hand_fails_and_the_instance_goes_on(make_rds):
    rds = make_rds(backingUp=2)
    rds.available(BackupRetentionPeriod=0)
    rds.happens("fail_snapshot")
    rds.call("CreateDBSnapshot", DBInstanceIdentifier="db", DBSnapshotIdentifier="one")
    assert (rds.after(2), snapshots(rds)) == ("available", {"one": "failed"})
    assert rds.waiting() == []
    rds.call("CreateDBSnapshot", DBInstanceIdentifier="db", DBSnapshotIdentifier="two")
    assert (rds.after(2), snapshots(rds)["two"]) == ("available", "available")


def test_a_deletion_without_a_snapshot_does_not_use_it_up(rds):
    rds.happens("fail_snapshot")
    rds.available()
    rds.delete(SkipFinalSnapshot=True)
    rds.settled()
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert rds.waiting() == ["fail_snapshot"]
