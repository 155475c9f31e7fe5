"""CreateDBSnapshot (rds-semantics §6)."""

import pytest


@pytest.mark.row("6", "CreateDBSnapshot")
def test_a_snapshot_is_taken_while_the_instance_is_backing_up(make_rds):
    rds = make_rds(backingUp=2)
    one = rds.available(BackupRetentionPeriod=0)
    taken = rds.call("CreateDBSnapshot", DBInstanceIdentifier="db", DBSnapshotIdentifier="By-Hand")
    assert (taken["DBSnapshot"]["DBSnapshotIdentifier"], taken["DBSnapshot"]["Status"]) == (
        "by-hand",
        "creating",
    )
    assert rds.status() == "backing-up"
    assert rds.after(2) == "available"
    (snapshot,) = rds.call("DescribeDBSnapshots")["DBSnapshots"]
    assert (snapshot["Status"], snapshot["DbiResourceId"]) == ("available", one["DbiResourceId"])


@pytest.mark.row("3", "CreateDBSnapshot")
def test_a_name_that_is_taken_and_an_instance_that_is_busy_are_refused(make_rds):
    rds = make_rds(backingUp=2)
    rds.available(BackupRetentionPeriod=0)
    request = {"DBInstanceIdentifier": "db", "DBSnapshotIdentifier": "one"}
    rds.call("CreateDBSnapshot", **request)
    busy = rds.refused("CreateDBSnapshot", **{**request, "DBSnapshotIdentifier": "two"})
    assert busy[:2] == ("InvalidDBInstanceState", 400)
    rds.after(2)
    assert rds.refused("CreateDBSnapshot", **request)[:2] == ("DBSnapshotAlreadyExists", 400)
    assert rds.delete(FinalDBSnapshotIdentifier="two")["DBInstanceStatus"] == "deleting"


@pytest.mark.row("6", "StopDBInstance")
def test_a_stop_takes_the_snapshot_that_it_names(make_rds):
    rds = make_rds(stopping=2)
    one = rds.available(BackupRetentionPeriod=0)
    request = {"DBInstanceIdentifier": "db", "DBSnapshotIdentifier": "Before"}
    rds.call("StopDBInstance", **request)
    (snapshot,) = rds.call("DescribeDBSnapshots")["DBSnapshots"]
    assert (snapshot["DBSnapshotIdentifier"], snapshot["Status"]) == ("before", "creating")
    assert rds.after(2) == "stopped"
    (snapshot,) = rds.call("DescribeDBSnapshots")["DBSnapshots"]
    assert snapshot["Status"] == "available"
    rds.call("RestoreDBInstanceFromDBSnapshot", DBInstanceIdentifier="copy", DBSnapshotIdentifier="before")
    copy = rds.until("copy", "available")
    assert copy["DbiResourceId"] != one["DbiResourceId"]
    assert rds.servers.passwords[copy["DbiResourceId"]] == "old-password"
    rds.call("StartDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "available")
    assert rds.refused("StopDBInstance", **request)[0] == "DBSnapshotAlreadyExists"
    assert rds.status() == "available"
