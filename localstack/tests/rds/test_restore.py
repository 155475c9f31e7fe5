"""Restores from snapshots and backups, and copies of snapshots (rds-semantics §6)."""

from datetime import UTC, datetime, timedelta

import pytest

# LatestRestorableTime is there, and behind by 300 s.
ENOUGH = 400
SNAPSHOT = {"DBSnapshotIdentifier": "kept"}


@pytest.fixture
def saved(rds):
    """What a service of the broker may be like, and a snapshot of it; its instance is still there."""
    rds.call(
        "CreateDBParameterGroup",
        DBParameterGroupName="own",
        DBParameterGroupFamily="postgres16",
        Description="own",
    )
    rds.available(
        DBInstanceClass="db.t4g.small",
        DBParameterGroupName="own",
        MultiAZ=True,
        DeletionProtection=True,
        MaxAllocatedStorage=100,
        StorageEncrypted=True,
        DBName="app",
        Port=6000,
        VpcSecurityGroupIds=["sg-0a0a0a0a"],
        Tags=[{"Key": "id", "Value": "source"}],
    )
    rds.call("CreateDBSnapshot", DBInstanceIdentifier="db", **SNAPSHOT)
    rds.until("db", "available")
    return rds


def restore(rds, identifier="copy", **request):
    rds.call("RestoreDBInstanceFromDBSnapshot", **{"DBInstanceIdentifier": identifier, **SNAPSHOT, **request})
    return rds.until(identifier, "available")


def refused(rds, **request):
    return rds.refused(
        "RestoreDBInstanceFromDBSnapshot", **{"DBInstanceIdentifier": "copy", **SNAPSHOT, **request}
    )


@pytest.mark.row("6", "RestoreDBInstanceFromDBSnapshot")
def test_a_copy_keeps_what_is_in_the_data_and_loses_what_is_around_it(saved):
    source, copy = saved.describe(), restore(saved)
    kept = """Engine EngineVersion MasterUsername DBName AllocatedStorage StorageType StorageEncrypted
        KmsKeyId DBInstanceClass""".split()
    assert {name: copy[name] for name in kept} == {name: source[name] for name in kept}
    assert copy["DbiResourceId"] != source["DbiResourceId"]
    assert (copy["MultiAZ"], copy["DeletionProtection"]) == (False, False)
    assert "MaxAllocatedStorage" not in copy
    assert copy["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres16"
    assert [group["VpcSecurityGroupId"] for group in copy["VpcSecurityGroups"]] == ["sg-00000000"]
    assert saved.told("copy")["Restored from snapshot kept"] == ["restoration"]


@pytest.mark.row("6", "RestoreDBInstanceFromDBSnapshot")
def test_what_is_asked_for_it_gets(saved):
    wanted = {"DBInstanceClass": "db.t4g.medium", "MultiAZ": True, "DeletionProtection": True}
    copy = restore(saved, **wanted, DBParameterGroupName="own", AllocatedStorage=40)
    assert {name: copy[name] for name in wanted} == wanted
    assert copy["DBParameterGroups"][0]["DBParameterGroupName"] == "own"
    assert copy["AllocatedStorage"] == 40


@pytest.mark.row("6", "Not settable on restore")
def test_the_masters_password_is_that_of_the_snapshot_until_it_is_changed(saved):
    saved.modify(MasterUserPassword="newer-password")
    saved.until("db", "available")
    copy = restore(saved)
    assert saved.servers.passwords[copy["DbiResourceId"]] == "old-password"
    saved.modify("copy", MasterUserPassword="third-password")
    saved.until("copy", "available")
    assert saved.servers.passwords[copy["DbiResourceId"]] == "third-password"


@pytest.mark.row("6", "Tags on restore")
def test_a_copy_has_the_tags_of_its_source_unless_it_is_given_others(saved):
    arn = saved.describe()["DBInstanceArn"]
    saved.call("AddTagsToResource", ResourceName=arn, Tags=[{"Key": "id", "Value": "later"}])
    assert restore(saved)["TagList"] == [{"Key": "id", "Value": "source"}]
    own = [{"Key": "purpose", "Value": "rescue"}]
    assert restore(saved, "other", Tags=own)["TagList"] == own


@pytest.mark.row("6", "Storage on restore")
def test_storage_does_not_shrink_and_grows_by_a_tenth_at_least(rds):
    rds.available(AllocatedStorage=50)
    rds.call("CreateDBSnapshot", DBInstanceIdentifier="db", **SNAPSHOT)
    rds.until("db", "available")
    code, _, text = refused(rds, AllocatedStorage=40)
    assert code == "InvalidParameterValue"
    assert "The allocated storage size can't be less than the source snapshot or backup size." in text
    assert refused(rds, AllocatedStorage=54)[0] == "InvalidParameterCombination"
    assert restore(rds, AllocatedStorage=55)["AllocatedStorage"] == 55


@pytest.mark.row("6", "RestoreDBInstanceFromDBSnapshot")
def test_what_cannot_be_restored_is_refused_and_leaves_nothing(saved):
    table = [
        ({"DBSnapshotIdentifier": "another"}, "DBSnapshotNotFound"),
        ({"DBSnapshotIdentifier": None}, "InvalidParameterCombination"),
        ({"DBClusterSnapshotIdentifier": "both"}, "InvalidParameterCombination"),
        ({"DBInstanceIdentifier": None}, "MissingParameter"),
        ({"DBInstanceIdentifier": "db"}, "DBInstanceAlreadyExists"),
        ({"Engine": "mysql"}, "InvalidParameterCombination"),
        ({"DBParameterGroupName": "nowhere"}, "DBParameterGroupNotFound"),
        ({"DBSubnetGroupName": "nowhere"}, "DBSubnetGroupNotFoundFault"),
    ]
    assert [refused(saved, **request)[0] for request, _ in table] == [code for _, code in table]
    saved.settings.update({"instanceQuota": 1})
    assert refused(saved)[0] == "InstanceQuotaExceeded"
    assert [one["DBInstanceIdentifier"] for one in saved.call("DescribeDBInstances")["DBInstances"]] == ["db"]


@pytest.mark.row("6", "RestoreDBInstanceFromDBSnapshot")
def test_a_snapshot_is_restored_once_it_is_finished(make_rds):
    rds = make_rds(backingUp=2)
    rds.available(BackupRetentionPeriod=0)
    rds.call("CreateDBSnapshot", DBInstanceIdentifier="db", **SNAPSHOT)
    assert refused(rds)[0] == "InvalidDBSnapshotState"
    assert rds.after(2) == "available"
    restore(rds)


@pytest.mark.row("6", "RestoreDBInstanceFromDBSnapshot")
@pytest.mark.row("6", "Encryption")
def test_without_its_key_a_snapshot_is_lost(saved):
    saved.keys.usable["alias/aws/rds"] = False
    assert refused(saved)[0] == "KMSKeyNotAccessibleFault"


@pytest.mark.row("6", "Encryption")
def test_only_a_copy_of_a_snapshot_has_another_key(saved):
    own = {
        "SourceDBSnapshotIdentifier": "kept",
        "TargetDBSnapshotIdentifier": "moved",
        "KmsKeyId": "alias/mine",
    }
    assert saved.call("CopyDBSnapshot", **own)["DBSnapshot"]["Status"] == "creating"
    saved.call("DeleteDBSnapshot", DBSnapshotIdentifier="kept")
    saved.settled()
    copy = restore(saved, DBSnapshotIdentifier="moved")
    assert copy["KmsKeyId"].endswith(":alias/mine")
    assert saved.servers.passwords[copy["DbiResourceId"]] == "old-password"
    again = saved.refused("CopyDBSnapshot", **own | {"SourceDBSnapshotIdentifier": "moved"})
    assert again[0] == "DBSnapshotAlreadyExists"
    assert saved.refused("CopyDBSnapshot", **own)[0] == "DBSnapshotNotFound"


@pytest.mark.row("6", "Encryption")
def test_what_is_not_encrypted_becomes_so_by_copying_its_snapshot_with_a_key(rds):
    rds.available()
    rds.delete(FinalDBSnapshotIdentifier="kept")
    rds.settled()
    assert not restore(rds)["StorageEncrypted"]
    rds.call(
        "CopyDBSnapshot",
        SourceDBSnapshotIdentifier="kept",
        TargetDBSnapshotIdentifier="safe",
        KmsKeyId="alias/mine",
    )
    assert restore(rds, "safe", DBSnapshotIdentifier="safe")["StorageEncrypted"]


@pytest.mark.row("6", "CreateDBSnapshot")
def test_data_is_kept_for_as_long_as_a_snapshot_has_it(saved):
    assert len(saved.servers.copies) == 1
    saved.call("RestoreDBInstanceFromDBSnapshot", DBInstanceIdentifier="copy", **SNAPSHOT)
    # The snapshot may go while it is being restored.
    saved.call("DeleteDBSnapshot", **SNAPSHOT)
    copy = saved.until("copy", "available")
    assert saved.servers.passwords[copy["DbiResourceId"]] == "old-password"
    saved.settled()
    assert saved.servers.copies == {}


def latest(rds, **request):
    wanted = {"TargetDBInstanceIdentifier": "copy", "UseLatestRestorableTime": True, **request}
    sent = {name: value for name, value in wanted.items() if value is not None}
    rds.call("RestoreDBInstanceToPointInTime", **sent)
    return rds.until("copy", "available")


@pytest.mark.row("6", "PITR")
@pytest.mark.row("6", "Tags on restore")
def test_an_instance_is_restored_beside_itself_with_the_tags_it_has_now(rds):
    rds.available(Tags=[{"Key": "id", "Value": "first"}])
    assert rds.after(ENOUGH) == "available"
    arn = rds.describe()["DBInstanceArn"]
    rds.call("AddTagsToResource", ResourceName=arn, Tags=[{"Key": "id", "Value": "latest"}])
    copy = latest(rds, SourceDBInstanceIdentifier="db")
    assert copy["TagList"] == [{"Key": "id", "Value": "latest"}]
    assert rds.servers.passwords[copy["DbiResourceId"]] == "old-password"
    rds.settled()
    assert rds.servers.copies == {}


@pytest.mark.row("6", "PITR")
@pytest.mark.parametrize("by", ["SourceDbiResourceId", "SourceDBInstanceAutomatedBackupsArn"])
def test_retained_backups_outlive_their_instance_until_they_are_deleted(rds, by):
    gone = rds.available()
    rds.after(ENOUGH)
    rds.delete(SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    rds.settled()
    (backup,) = rds.call("DescribeDBInstanceAutomatedBackups")["DBInstanceAutomatedBackups"]
    named = {
        "SourceDbiResourceId": gone["DbiResourceId"],
        "SourceDBInstanceAutomatedBackupsArn": backup["DBInstanceAutomatedBackupsArn"],
    }
    copy = latest(rds, **{by: named[by]})
    assert rds.servers.passwords[copy["DbiResourceId"]] == "old-password"
    rds.call("DeleteDBInstanceAutomatedBackup", DbiResourceId=gone["DbiResourceId"])
    rds.settled()
    assert rds.servers.copies == {}
    request = {"TargetDBInstanceIdentifier": "again", "UseLatestRestorableTime": True, by: named[by]}
    code = rds.refused("RestoreDBInstanceToPointInTime", **request)[0]
    assert code == "DBInstanceAutomatedBackupNotFound"


@pytest.mark.row("3", "Restore/PITR source")
@pytest.mark.row("6", "PITR")
def test_a_moment_that_cannot_be_restored_is_refused(rds):
    rds.available()
    request = {"SourceDBInstanceIdentifier": "db", "TargetDBInstanceIdentifier": "copy"}

    def code(**more):
        return rds.refused("RestoreDBInstanceToPointInTime", **request | more)[0]

    assert code(UseLatestRestorableTime=True) == "InvalidParameterValue"
    rds.after(ENOUGH)
    now = datetime.fromtimestamp(rds.time, UTC)
    assert code(RestoreTime=now) == "InvalidParameterValue"
    assert code(RestoreTime=now - timedelta(days=1)) == "InvalidParameterValue"
    assert code() == "InvalidParameterCombination"
    assert code(RestoreTime=now, UseLatestRestorableTime=True) == "InvalidParameterCombination"
    assert code(UseLatestRestorableTime=True, SourceDbiResourceId="db-1") == "InvalidParameterCombination"
    assert code(UseLatestRestorableTime=True, SourceDBInstanceIdentifier="other") == "DBInstanceNotFound"
    assert code(UseLatestRestorableTime=True, TargetDBInstanceIdentifier="") == "MissingParameter"
    rds.modify(BackupRetentionPeriod=0, ApplyImmediately=True)
    rds.until("db", "available")
    assert code(UseLatestRestorableTime=True) == "PointInTimeRestoreNotEnabled"
