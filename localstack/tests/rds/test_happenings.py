"""What happens to instances without anyone asking RDS for it, one kind after the other."""

import pytest
from localstack.aws.api import CommonServiceException

from rds_lab.rds.happenings.happening import parse

DAY = 86_400


def happens(rds, kind, identifier="db", **fields):
    rds.provider.cloud.happenings.post(parse({"kind": kind, "identifier": identifier, **fields}))


def events(rds):
    told = rds.call("DescribeEvents", SourceType="db-instance", SourceIdentifier="db")["Events"]
    return [event["Message"] for event in told]


@pytest.mark.row("3", "Async failure returns to `available`")
def test_a_modify_is_accepted_and_given_up_with_an_event(make_rds):
    rds = make_rds(modifyVisible=1, modifying=2)
    rds.available()
    happens(rds, "fail_modify", field="DBInstanceClass", message="No capacity today.")
    rds.modify(DBInstanceClass="db.t4g.small", MultiAZ=True, ApplyImmediately=True)
    assert rds.describe()["PendingModifiedValues"] == {"DBInstanceClass": "db.t4g.small", "MultiAZ": True}
    assert rds.after(1.5) == "modifying"
    assert rds.after(2) == "available"
    seen = rds.describe()
    assert (seen["DBInstanceClass"], seen["MultiAZ"], seen["PendingModifiedValues"]) == (
        "db.t4g.micro",
        True,
        {},
    )
    assert "No capacity today." in events(rds)
    # Once is once.
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    rds.after(4)
    assert rds.describe()["DBInstanceClass"] == "db.t4g.small"


@pytest.mark.row("3", "Async failure returns to `available`")
def test_an_upgrade_is_given_up_and_the_old_version_stays(rds):
    rds.available()
    happens(rds, "fail_modify", field="EngineVersion")
    rds.modify(EngineVersion="16.14", ApplyImmediately=True)
    rds.until("db", "available")
    assert rds.describe()["EngineVersion"] == "16.13"
    assert any("could not be upgraded" in message for message in events(rds))
    assert ("upgrade", rds.describe()["DbiResourceId"], "16.14") not in rds.servers.calls


@pytest.mark.row("3", "`failed`, `incompatible-*`")
@pytest.mark.row("3", "`inaccessible-encryption-credentials-recoverable`")
@pytest.mark.parametrize("status", ["failed", "incompatible-network", "inaccessible-encryption-credentials"])
def test_a_status_from_outside_stops_the_server_until_it_recovers(rds, status):
    resource = rds.available()["DbiResourceId"]
    happens(rds, "status", status=status)
    rds.settled()
    assert rds.status() == status
    assert ("stop", resource) in rds.servers.calls
    refused = rds.refused("DeleteDBInstance", DBInstanceIdentifier="db", FinalDBSnapshotIdentifier="last")
    assert refused[0] == "InvalidDBInstanceState"
    happens(rds, "recover")
    rds.until("db", "available")
    assert ("start", resource) in rds.servers.calls


@pytest.mark.row("3", "Anything else")
def test_a_status_can_end_by_itself(make_rds):
    rds = make_rds()
    rds.available()
    happens(rds, "status", status="rebooting", seconds=5)
    assert rds.after(4) == "rebooting"
    assert rds.after(2) == "available"


@pytest.mark.row("3", "`failed`, `incompatible-*`")
def test_a_create_can_end_in_a_status(rds):
    happens(rds, "status", status="insufficient-capacity")
    rds.create()
    rds.settled()
    assert rds.status() == "insufficient-capacity"
    rds.delete(SkipFinalSnapshot=True)


@pytest.mark.row("3", "`storage-full`")
def test_a_full_one_takes_more_storage_and_recovers(rds):
    rds.available()
    happens(rds, "status", status="storage-full")
    assert (
        rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", MultiAZ=True)[0]
        == "InvalidDBInstanceState"
    )
    rds.modify(AllocatedStorage=40, ApplyImmediately=True)
    assert rds.until("db", "available")["AllocatedStorage"] == 40


def test_a_stuck_change_ends_when_it_recovers(make_rds):
    rds = make_rds(modifying=1)
    rds.available()
    happens(rds, "stuck")
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.after(DAY) == "modifying"
    happens(rds, "recover")
    assert rds.until("db", "available")["DBInstanceClass"] == "db.t4g.small"


@pytest.mark.row("4.1", "MaxAllocatedStorage")
def test_storage_grows_by_itself_and_is_locked_then(make_rds):
    rds = make_rds(storageOptimization=5, storageLock=50)
    rds.available()
    happens(rds, "autoscale", gib=30)
    assert (rds.status(), rds.describe()["AllocatedStorage"]) == ("storage-optimization", 30)
    assert rds.after(6) == "available"
    refused = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", AllocatedStorage=40)
    assert "previous storage change is being optimized" in refused[2]
    assert any("30 GiB" in message for message in events(rds))


@pytest.mark.row("4.2", "Major-only versions")
def test_rds_upgrades_by_itself(rds):
    rds.available()
    happens(rds, "minor_upgrade", version="16.14")
    assert rds.until("db", "available")["EngineVersion"] == "16.14"


@pytest.mark.row("7", "Eventual consistency")
def test_an_answer_can_lack_an_instance(rds):
    rds.available()
    happens(rds, "hide", count=2)
    with pytest.raises(CommonServiceException) as caught:
        rds.describe()
    assert (caught.value.code, caught.value.status_code) == ("DBInstanceNotFound", 404)
    filters = [{"Name": "db-instance-id", "Values": ["db"]}]
    assert rds.call("DescribeDBInstances", Filters=filters)["DBInstances"] == []
    assert len(rds.call("DescribeDBInstances")["DBInstances"]) == 1


@pytest.mark.row("7", "Eventual consistency")
def test_a_change_shows_late(make_rds):
    rds = make_rds(modifying=1)
    rds.available()
    happens(rds, "late_modify", seconds=10)
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.after(5) == "available"
    assert (rds.describe()["DBInstanceClass"], rds.describe()["PendingModifiedValues"]) == (
        "db.t4g.micro",
        {},
    )
    rds.after(6)
    assert rds.describe()["DBInstanceClass"] == "db.t4g.small"


@pytest.mark.row("7", "Eventual consistency")
def test_tags_show_late(rds):
    arn = rds.available(Tags=[{"Key": "a", "Value": "1"}])["DBInstanceArn"]
    happens(rds, "late_tags", seconds=10)
    rds.call("AddTagsToResource", ResourceName=arn, Tags=[{"Key": "a", "Value": "2"}])
    old = [{"Key": "a", "Value": "1"}]
    assert rds.describe()["TagList"] == old
    assert rds.call("ListTagsForResource", ResourceName=arn)["TagList"] == old
    rds.after(11)
    assert rds.describe()["TagList"] == [{"Key": "a", "Value": "2"}]


@pytest.mark.row("7", "Eventual consistency")
def test_an_instance_shows_late_but_its_name_is_taken(rds):
    happens(rds, "late_create", seconds=10)
    rds.create()
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert rds.create_refused()[0] == "DBInstanceAlreadyExists"
    rds.settled()
    rds.time += 11
    assert rds.status() == "available"


def test_tags_are_refused_in_some_states(rds):
    arn = rds.available()["DBInstanceArn"]
    happens(rds, "refuse_tags", statuses=["available"])
    tags = {"ResourceName": arn, "Tags": [{"Key": "a", "Value": "1"}]}
    for _ in range(3):
        assert rds.refused("AddTagsToResource", **tags)[0] == "InvalidDBInstanceState"
    rds.provider.cloud.happenings.clear()
    rds.call("AddTagsToResource", **tags)


def test_what_cannot_wait_needs_an_instance(rds):
    with pytest.raises(ValueError, match="There is no DB instance nobody"):
        happens(rds, "autoscale", "nobody", gib=30)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "explode"}, "kind must be one of"),
        ({"kind": "stuck"}, "identifier must be a string"),
        ({"kind": "fail_modify", "identifier": "x", "field": "Port"}, "field must be one of"),
        ({"kind": "status", "identifier": "x"}, "status must be a string"),
        ({"kind": "late_tags", "identifier": "x", "seconds": "1"}, "seconds must be a number"),
        ({"kind": "autoscale", "identifier": "x", "gib": 1.5}, "gib must be a whole number"),
        ({"kind": "refuse_tags", "identifier": "x", "statuses": "available"}, "statuses must be a list"),
        ({"kind": "hide", "identifier": "x", "count": 0}, "count must be at least 1"),
    ],
)
def test_what_is_wrong_is_said(body, said):
    with pytest.raises(ValueError, match=said):
        parse(body)


def test_automated_backups_can_outlive_their_instance(rds):
    rds.available(BackupRetentionPeriod=3)
    rds.delete(SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    rds.settled()
    kept = rds.call("DescribeDBInstanceAutomatedBackups", DBInstanceIdentifier="db")
    assert [row["Status"] for row in kept["DBInstanceAutomatedBackups"]] == ["retained"]
    rds.available()
    rds.delete(SkipFinalSnapshot=True)
    rds.settled()
    kept = rds.call("DescribeDBInstanceAutomatedBackups")["DBInstanceAutomatedBackups"]
    assert len(kept) == 1
