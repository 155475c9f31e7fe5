"""`fail_modify`: RDS accepts a change and gives up on it (rds-semantics §3, "async failure")."""

import pytest

# In lower case, what CloudFormation's handler takes for a failure.
FRAGMENTS = {
    "DBInstanceClass": ("db.t4g.small", "unable to modify database instance class", "failure"),
    "EngineVersion": ("16.14", "the db engine version upgrade failed", "maintenance"),
    "AllocatedStorage": (30, "the storage volume limitation was exceeded", "notification"),
    "MultiAZ": (True, "insufficient instance capacity", "notification"),
    "BackupRetentionPeriod": (7, "unable to modify backupretentionperiod", "notification"),
    "CACertificateIdentifier": ("rds-ca-ecc384-g1", "unable to modify cacert", "failure"),
}


@pytest.mark.row("3", "Async failure returns to `available`")
@pytest.mark.parametrize(("field", "wanted"), FRAGMENTS.items(), ids=list(FRAGMENTS))
def test_it_turns_and_comes_back_as_it_was_with_an_event(make_rds, field, wanted):
    value, fragment, category = wanted
    rds = make_rds(modifyVisible=1, modifying=2, upgrading=2, storageOptimization=60, storageLock=60)
    before = rds.available()[field]
    calls = list(rds.servers.calls)
    rds.happens("fail_modify", field=field)
    answer = rds.modify(**{field: value}, ApplyImmediately=True)
    assert answer["PendingModifiedValues"][field] == value
    assert rds.after(1) == ("upgrading" if field == "EngineVersion" else "modifying")
    assert rds.after(2) == "available"
    one = rds.describe()
    assert (one[field], one["PendingModifiedValues"]) == (before, {})
    (message,) = [message for message in rds.told() if fragment in message.lower()]
    assert category in rds.told()[message]
    assert rds.servers.calls == calls
    assert rds.waiting() == []
    # Once is once: and the lock of a storage change has not begun.
    rds.modify(**{field: value}, ApplyImmediately=True)
    for seconds in (1, 2, 0):
        rds.after(seconds)
    assert rds.describe()[field] == value


@pytest.mark.parametrize(("engine", "versions"), [("mysql", ("8.0.42", "8.0.43"))])
def test_mysql_words_an_upgrade_that_fails_in_another_way(rds, engine, versions):
    rds.available(Engine=engine, EngineVersion=versions[0])
    rds.happens("fail_modify", field="EngineVersion")
    rds.modify(EngineVersion=versions[1], ApplyImmediately=True)
    assert rds.until("db", "available")["EngineVersion"] == versions[0]
    (message,) = [message for message in rds.told() if "unable to upgrade" in message]
    assert "data dictionary" in message
    assert message.endswith(f"rolled back to version {versions[0]}.")
    assert "instance is in a state that cannot be upgraded" in message


def test_without_a_field_the_whole_call_fails_and_one_event_tells(rds):
    rds.available()
    rds.happens("fail_modify", message="Not today.")
    rds.modify(
        DBInstanceClass="db.t4g.small",
        AllocatedStorage=30,
        MasterUserPassword="new-password",
        ApplyImmediately=True,
    )
    one = rds.until("db", "available")
    assert (one["DBInstanceClass"], one["AllocatedStorage"]) == ("db.t4g.micro", 20)
    assert rds.servers.passwords[one["DbiResourceId"]] == "old-password"
    assert one["PendingModifiedValues"] == {}
    assert "Not today." in rds.told()
    assert not any("Finished applying" in message or "Unable" in message for message in rds.told())


def test_a_password_can_fail_too(rds):
    resource = rds.available()["DbiResourceId"]
    rds.happens("fail_modify", field="MasterUserPassword")
    rds.modify(MasterUserPassword="new-password")
    assert rds.until("db", "available")["PendingModifiedValues"] == {}
    assert rds.servers.passwords[resource] == "old-password"
    assert any(message.startswith("Unable to reset your password") for message in rds.told())


def test_of_storage_nothing_is_changed_alone(rds):
    rds.available(AllocatedStorage=399)
    rds.happens("fail_modify", field="AllocatedStorage")
    rds.modify(AllocatedStorage=450, ApplyImmediately=True)
    one = rds.until("db", "available")
    assert (one["AllocatedStorage"], one["Iops"], one["StorageThroughput"]) == (399, 3000, 125)


def test_a_call_that_changes_something_else_is_not_meant(rds):
    rds.available()
    rds.happens("fail_modify", field="EngineVersion")
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.until("db", "available")["DBInstanceClass"] == "db.t4g.small"
    rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", EngineVersion="99.9")
    assert rds.waiting() == ["fail_modify"]


def test_a_deferred_change_fails_in_the_maintenance_window(rds):
    rds.available()
    rds.happens("fail_modify", field="DBInstanceClass")
    rds.modify(DBInstanceClass="db.t4g.small")
    assert rds.describe()["PendingModifiedValues"] == {"DBInstanceClass": "db.t4g.small"}
    rds.modify(PreferredMaintenanceWindow="tue:22:00-tue:23:00")
    rds.after(60)
    one = rds.until("db", "available")
    assert (one["DBInstanceClass"], one["PendingModifiedValues"]) == ("db.t4g.micro", {})


def test_a_count_is_a_count_and_the_name_may_be_of_one_to_come(rds):
    rds.happens("fail_modify", "DB", count=2)
    rds.available()
    for expected in ("db.t4g.micro", "db.t4g.micro", "db.t4g.small"):
        rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
        assert rds.until("db", "available")["DBInstanceClass"] == expected
    assert rds.waiting() == []


def test_a_longer_retention_fails_at_once_too(make_rds):
    """It takes effect now, whatever ApplyImmediately says, and so it fails now."""
    rds = make_rds(modifying=2)
    rds.available()
    rds.happens("fail_modify", field="BackupRetentionPeriod")
    rds.modify(BackupRetentionPeriod=7)
    assert [rds.after(seconds) for seconds in (0, 2)] == ["modifying", "available"]
    one = rds.describe()
    assert (one["BackupRetentionPeriod"], one["PendingModifiedValues"]) == (1, {})
