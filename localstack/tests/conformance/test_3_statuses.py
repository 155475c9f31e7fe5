"""§3: statuses and what is accepted in them."""

import pytest


@pytest.mark.row("3", "Endpoint and DbiResourceId")
def test_the_resource_id_outlives_a_rename_and_the_endpoint_is_there_when_available(make_rds):
    rds = make_rds(creating=4, endpoint=2)
    assert "Endpoint" not in rds.create()
    rds.settled()
    assert rds.after(4) == "available"
    before = rds.describe()
    assert before["Endpoint"]["Port"]
    rds.modify(NewDBInstanceIdentifier="other", ApplyImmediately=True)
    rds.settled()
    assert rds.until("other", "available")["DbiResourceId"] == before["DbiResourceId"]


@pytest.mark.row("3", "StopDBInstance")
def test_multi_az_can_be_stopped(rds):
    rds.available(MultiAZ=True)
    rds.call("StopDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "stopped")


@pytest.mark.row("3", "Storage-type migration to/from magnetic")
@pytest.mark.parametrize(("old", "new"), [("standard", "gp3"), ("gp3", "standard")])
def test_while_magnetic_storage_is_migrated_nothing_else_is_done(make_rds, old, new):
    rds = make_rds(modifying=5)
    rds.available(StorageType=old, BackupRetentionPeriod=0)
    rds.modify(StorageType=new, ApplyImmediately=True)
    rds.until("db", "modifying")
    others = [
        ("DeleteDBInstance", {"SkipFinalSnapshot": True}),
        ("CreateDBSnapshot", {"DBSnapshotIdentifier": "one"}),
        ("RebootDBInstance", {}),
        ("StopDBInstance", {}),
        ("ModifyDBInstance", {"DeletionProtection": True}),
    ]
    for operation, request in others:
        code = rds.refused(operation, DBInstanceIdentifier="db", **request)[0]
        assert code == "InvalidDBInstanceState", operation
    assert rds.after(5) == "available"
    rds.delete(SkipFinalSnapshot=True)


@pytest.mark.row("3", "Storage-type migration to/from magnetic")
def test_other_types_are_migrated_while_it_is_deleted(make_rds):
    rds = make_rds(modifying=5)
    rds.available(StorageType="gp2", BackupRetentionPeriod=0)
    rds.modify(StorageType="gp3", ApplyImmediately=True)
    rds.until("db", "modifying")
    assert rds.delete(SkipFinalSnapshot=True)["DBInstanceStatus"] == "deleting"
