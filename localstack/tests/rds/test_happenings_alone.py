"""`autoscale` and `minor_upgrade`: what RDS does by itself (rds-semantics §4.1, §4.2)."""

import pytest


@pytest.mark.row("4.1", "MaxAllocatedStorage")
def test_storage_grows_and_is_optimized_and_locked(make_rds):
    rds = make_rds(modifying=2, storageOptimization=3, storageLock=60)
    rds.available(MaxAllocatedStorage=100)
    rds.happens("autoscale", gib=31)
    assert rds.describe()["PendingModifiedValues"] == {}
    assert [rds.after(seconds) for seconds in (0, 2, 3)] == ["modifying", "storage-optimization", "available"]
    assert rds.describe()["AllocatedStorage"] == 31
    told = [message for message in rds.told() if "autoscaling-initiated modification" in message]
    assert [message.split()[0] for message in told] == ["Applying", "Finished"]
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", AllocatedStorage=40)
    assert "previous storage change is being optimized" in refusal[2]
    rds.after(57)
    rds.modify(AllocatedStorage=40, ApplyImmediately=True)


def test_past_the_striping_boundary_the_baseline_is_another(rds):
    rds.available(AllocatedStorage=399)
    rds.happens("autoscale", gib=440)
    one = rds.until("db", "available")
    assert (one["AllocatedStorage"], one["Iops"], one["StorageThroughput"]) == (440, 12_000, 500)


def test_a_minor_upgrade_turns_and_tells(make_rds):
    rds = make_rds(upgrading=2)
    resource = rds.available()["DbiResourceId"]
    rds.happens("minor_upgrade", version="16.14")
    assert rds.status() == "upgrading"
    assert rds.after(2) == "available"
    assert rds.describe()["EngineVersion"] == "16.14"
    assert ("upgrade", resource, "16.14") in rds.servers.calls
    assert rds.told()["DB engine version upgraded to 16.14"] == ["maintenance"]


@pytest.mark.parametrize(
    ("kind", "fields", "shown"),
    [
        ("autoscale", {"gib": 30}, ("AllocatedStorage", 30)),
        ("minor_upgrade", {"version": "16.14"}, ("EngineVersion", "16.14")),
    ],
)
def test_it_waits_until_the_instance_is_at_rest(make_rds, kind, fields, shown):
    rds = make_rds(modifying=5)
    rds.available()
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.after(1) == "modifying"
    rds.happens(kind, **fields)
    assert rds.waiting() == [kind]
    rds.after(4)
    rds.settled()
    rds.after(5)
    one = rds.until("db", "available")
    assert (one["DBInstanceClass"], one[shown[0]]) == ("db.t4g.small", shown[1])
    assert rds.waiting() == []


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("autoscale", {"gib": 20}, "gib must be more than the 20"),
        ("autoscale", {"gib": 101}, "gib must not be more than MaxAllocatedStorage, 100"),
        ("autoscale", {"gib": 65_537}, "gib cannot be so much|gib must not be more than"),
        ("minor_upgrade", {"version": "16.13"}, "it is 16.13 already"),
        ("minor_upgrade", {"version": "17.10"}, "AllowMajorVersionUpgrade"),
        ("minor_upgrade", {"version": "16.99"}, "Cannot find version 16.99"),
    ],
)
def test_what_cannot_happen_is_said(rds, kind, fields, said):
    rds.available(MaxAllocatedStorage=100)
    with pytest.raises(ValueError, match=said):
        rds.happens(kind, **fields)
    with pytest.raises(ValueError, match=r"There is no DB instance nobody\."):
        rds.happens(kind, "nobody", **fields)
    assert rds.waiting() == []
