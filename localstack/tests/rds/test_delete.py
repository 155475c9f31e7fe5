"""DeleteDBInstance and the snapshot it leaves (rds-semantics §5)."""

import pytest

COMBINATION = "InvalidParameterCombination"


@pytest.mark.row("3", "`deleting`")
@pytest.mark.row("5", "Status path")
def test_it_is_deleting_and_then_gone_with_its_server(make_rds):
    rds = make_rds(deleting=2)
    one = rds.available()
    assert rds.delete(SkipFinalSnapshot=True)["DBInstanceStatus"] == "deleting"
    assert rds.after(1.9) == "deleting"
    assert "CertificateDetails" not in rds.describe()
    rds.time += 0.1
    rds.settled()
    refusal = rds.refused("DescribeDBInstances", DBInstanceIdentifier="db")
    assert refusal == ("DBInstanceNotFound", 404, "DBInstance db not found.")
    assert rds.servers.calls[-1] == ("destroy", one["DbiResourceId"])


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        pytest.param(
            {},
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            marks=pytest.mark.row("5", "Neither Skip nor Final id"),
        ),
        pytest.param(
            {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "last"},
            None,
            marks=pytest.mark.row("5", "Skip=true + Final id"),
        ),
    ],
    ids=str,
)
def test_either_a_final_snapshot_or_none(rds, request_, text):
    rds.available()
    code, status, message = rds.refused("DeleteDBInstance", DBInstanceIdentifier="db", **request_)
    assert (code, status) == (COMBINATION, 400)
    assert text is None or message == text
    assert rds.status() == "available"


@pytest.mark.row("5", "Deletion protection")
def test_a_protected_instance_stays(rds):
    rds.available(DeletionProtection=True)
    assert rds.refused("DeleteDBInstance", DBInstanceIdentifier="db", SkipFinalSnapshot=True) == (
        COMBINATION,
        400,
        "Cannot delete protected DB Instance, please disable deletion protection and try again.",
    )
    rds.modify(DeletionProtection=False)
    rds.delete(SkipFinalSnapshot=True)


@pytest.mark.row("6", "Tags of a final snapshot")
def test_a_final_snapshot_is_there_afterwards(rds):
    one = rds.available(Tags=[{"Key": "a", "Value": "b"}], CopyTagsToSnapshot=True)
    rds.delete(FinalDBSnapshotIdentifier="Last")
    rds.settled()
    rds.call("DescribeDBInstances")
    (snapshot,) = rds.call("DescribeDBSnapshots", DBInstanceIdentifier="db")["DBSnapshots"]
    assert snapshot["DBSnapshotIdentifier"] == "last"
    assert (snapshot["Status"], snapshot["SnapshotType"]) == ("available", "manual")
    assert snapshot["DbiResourceId"] == one["DbiResourceId"]
    assert snapshot["TagList"] == one["TagList"]


@pytest.mark.row("5", "Status path")
@pytest.mark.row("6", "DeleteDBSnapshot")
def test_a_final_snapshot_is_unfinished_while_it_is_taken(make_rds):
    rds = make_rds(deleting=5)
    rds.available()
    rds.delete(FinalDBSnapshotIdentifier="last")
    (snapshot,) = rds.call("DescribeDBSnapshots")["DBSnapshots"]
    assert snapshot["Status"] == "creating"
    assert rds.refused("DeleteDBSnapshot", DBSnapshotIdentifier="last")[:2] == ("InvalidDBSnapshotState", 400)


@pytest.mark.row("5", "Final name taken")
@pytest.mark.row("6", "DeleteDBSnapshot")
def test_a_final_name_that_is_taken_is_refused(rds):
    rds.available()
    rds.delete(FinalDBSnapshotIdentifier="last")
    rds.settled()
    rds.available()
    assert rds.refused("DeleteDBInstance", DBInstanceIdentifier="db", FinalDBSnapshotIdentifier="LAST") == (
        "DBSnapshotAlreadyExists",
        400,
        "Cannot create the snapshot because a snapshot with the identifier last already exists.",
    )
    assert rds.status() == "available"
    rds.call("DeleteDBSnapshot", DBSnapshotIdentifier="last")
    assert rds.refused("DescribeDBSnapshots", DBSnapshotIdentifier="last")[:2] == ("DBSnapshotNotFound", 404)
    rds.delete(FinalDBSnapshotIdentifier="last")


@pytest.mark.row("7", "Quota: manual snapshots")
def test_a_hundred_snapshots_are_the_quota(rds):
    rds.settings.update({"engines": False})
    for number in range(100):
        rds.available()
        rds.delete(FinalDBSnapshotIdentifier=f"last-{number}")
    rds.available()
    refusal = rds.refused("DeleteDBInstance", DBInstanceIdentifier="db", FinalDBSnapshotIdentifier="one-more")
    assert refusal[:2] == ("SnapshotQuotaExceeded", 400)


def test_deleting_while_creating_comes_after_the_server_was_made(make_rds):
    rds = make_rds(creating=9)
    rds.create()
    rds.delete(SkipFinalSnapshot=True)
    rds.settled()
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert [call[0] for call in rds.servers.calls] == ["create", "destroy"]
    assert rds.servers.specs == {}


@pytest.mark.row("5", "Reuse")
def test_the_name_is_free_only_when_it_is_gone(make_rds):
    rds = make_rds(deleting=2)
    rds.available()
    rds.delete(SkipFinalSnapshot=True)
    assert rds.create_refused()[:2] == ("DBInstanceAlreadyExists", 400)
    rds.settled()
    rds.time += 2
    rds.create()


@pytest.mark.parametrize("durations", [{"creating": 10}, {}], ids=["creating", "available"])
def test_what_a_lab_is_told_to_forget_is_gone_in_whatever_state(make_rds, durations):
    rds = make_rds(**durations)
    one = rds.create(DeletionProtection=True)
    assert rds.provider.cloud.forget("db") == 1
    rds.settled()
    assert rds.servers.calls[-1] == ("destroy", one["DbiResourceId"])
    assert rds.refused("DescribeDBInstances", DBInstanceIdentifier="db")[0] == "DBInstanceNotFound"
    assert rds.create()["DBInstanceStatus"] == "creating"


def test_what_those_have_left_is_forgotten_too(rds):
    for name in ("db", "other"):
        rds.available(name, BackupRetentionPeriod=3)
        rds.delete(name, FinalDBSnapshotIdentifier=f"{name}-last", DeleteAutomatedBackups=False)
        rds.settled()
    rds.call("DescribeDBInstances")
    assert rds.provider.cloud.forget("db") == 0
    (snapshot,) = rds.call("DescribeDBSnapshots")["DBSnapshots"]
    (backup,) = rds.call("DescribeDBInstanceAutomatedBackups")["DBInstanceAutomatedBackups"]
    assert (snapshot["DBInstanceIdentifier"], backup["DBInstanceIdentifier"]) == ("other", "other")
