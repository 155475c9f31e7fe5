"""Automated backups: what DeleteDBInstance leaves of them (rds-semantics §5), and when they begin (§4)."""

import pytest


def rows(rds, **request):
    return rds.call("DescribeDBInstanceAutomatedBackups", **request)["DBInstanceAutomatedBackups"]


def gone(rds, **request):
    rds.delete(SkipFinalSnapshot=True, **request)
    rds.settled()
    assert rds.call("DescribeDBInstances")["DBInstances"] == []


@pytest.mark.row("5", "DeleteAutomatedBackups")
def test_they_are_active_while_the_instance_is_and_retained_if_that_is_asked(rds):
    one = rds.available(BackupRetentionPeriod=3)
    (row,) = rows(rds, DBInstanceIdentifier="db")
    assert (row["Status"], row["DbiResourceId"]) == ("active", one["DbiResourceId"])
    gone(rds, DeleteAutomatedBackups=False)
    (row,) = rows(rds)
    assert (row["Status"], row["DbiResourceId"]) == ("retained", one["DbiResourceId"])
    assert (row["BackupRetentionPeriod"], row["EngineVersion"]) == (3, "16.13")
    assert rows(rds, DbiResourceId=one["DbiResourceId"]) == [row]
    for name, value in (("status", "retained"), ("db-instance-id", "db"), ("status", "active")):
        found = rows(rds, Filters=[{"Name": name, "Values": [value]}])
        assert found == ([] if value == "active" else [row])


@pytest.mark.row("5", "DeleteAutomatedBackups")
@pytest.mark.parametrize("request_", [{}, {"DeleteAutomatedBackups": True}], ids=str)
def test_they_go_with_it_by_default(rds, request_):
    rds.available(BackupRetentionPeriod=3)
    gone(rds, **request_)
    assert rows(rds) == []


def test_without_backups_none_are_retained(rds):
    rds.available(BackupRetentionPeriod=0)
    assert rows(rds) == []
    gone(rds, DeleteAutomatedBackups=False)
    assert rows(rds) == []


@pytest.mark.row("5", "DeleteAutomatedBackups")
def test_retained_ones_are_deleted_by_their_resource_id(rds):
    one = rds.available()
    active = rds.refused("DeleteDBInstanceAutomatedBackup", DbiResourceId=one["DbiResourceId"])
    assert active[:2] == ("InvalidDBInstanceAutomatedBackupState", 400)
    gone(rds, DeleteAutomatedBackups=False)
    rds.call("DeleteDBInstanceAutomatedBackup", DbiResourceId=one["DbiResourceId"])
    assert rows(rds) == []
    again = rds.refused("DeleteDBInstanceAutomatedBackup", DbiResourceId=one["DbiResourceId"])
    assert again[:2] == ("DBInstanceAutomatedBackupNotFound", 404)


def test_forty_are_the_quota(rds):
    rds.settings.update({"engines": False})
    for _ in range(40):
        rds.available()
        gone(rds, DeleteAutomatedBackups=False)
    rds.available()
    request = {"DBInstanceIdentifier": "db", "SkipFinalSnapshot": True, "DeleteAutomatedBackups": False}
    assert rds.refused("DeleteDBInstance", **request)[0] == "DBInstanceAutomatedBackupQuotaExceeded"
    assert rds.status() == "available"


@pytest.mark.row("4", "BackupRetentionPeriod")
def test_turning_them_on_waits_for_the_window_and_takes_a_backup(make_rds):
    rds = make_rds(modifying=2, backingUp=3)
    rds.available(BackupRetentionPeriod=0)
    assert "Finished DB Instance backup" not in rds.told()
    rds.modify(BackupRetentionPeriod=7)
    assert rds.after(3600) == "available"
    assert rds.describe()["BackupRetentionPeriod"] == 0
    rds.modify(BackupRetentionPeriod=7, ApplyImmediately=True)
    assert [rds.after(seconds) for seconds in (0, 2, 3)] == ["modifying", "backing-up", "available"]
    assert rds.describe()["BackupRetentionPeriod"] == 7
    assert "Finished DB Instance backup" in rds.told()


def test_turning_them_off_takes_none(make_rds):
    rds = make_rds(modifying=2, backingUp=3)
    rds.create()
    rds.settled()
    rds.after(3)
    rds.modify(BackupRetentionPeriod=0, ApplyImmediately=True)
    assert [rds.after(seconds) for seconds in (0, 2)] == ["modifying", "available"]


@pytest.mark.row("3", "`available`")
def test_available_can_show_for_a_moment_before_the_first_backup(make_rds):
    """§3: `available` reported, then `backing-up`."""
    rds = make_rds(creating=1, flap=2, backingUp=3)
    rds.create()
    seen = [rds.after(seconds) for seconds in (0, 1, 2, 3)]
    assert seen == ["creating", "available", "backing-up", "available"]


def test_without_a_flap_it_does_not(make_rds):
    rds = make_rds(creating=1, backingUp=3)
    rds.create()
    assert [rds.after(seconds) for seconds in (0, 1, 3)] == ["creating", "backing-up", "available"]
