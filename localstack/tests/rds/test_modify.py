"""ModifyDBInstance: when what takes effect (rds-semantics §3 "operation lag", §4, §11.1, §11.3)."""

import pytest

SUBNETS = pytest.mark.row("4", "DBSubnetGroupName")
NOTHING = ("InvalidParameterCombination", 400, "No modifications were requested")


@pytest.fixture
def slow(make_rds):
    rds = make_rds(modifyVisible=1, modifying=2, resettingMasterCredentials=3, upgrading=4)
    rds.available()
    return rds


@pytest.mark.row("3", "Operation lag")
def test_the_answer_has_the_old_values_and_the_status_turns_a_moment_later(slow):
    answer = slow.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert answer["DBInstanceStatus"] == "available"
    assert answer["DBInstanceClass"] == "db.t4g.micro"
    assert answer["PendingModifiedValues"] == {"DBInstanceClass": "db.t4g.small"}
    assert slow.after(0.9) == "available"
    assert slow.after(0.1) == "modifying"
    assert slow.describe()["DBInstanceClass"] == "db.t4g.micro"
    assert slow.after(2) == "available"
    assert slow.describe()["DBInstanceClass"] == "db.t4g.small"
    assert slow.describe()["PendingModifiedValues"] == {}


@pytest.mark.row("4", "MasterUserPassword")
def test_a_password_takes_effect_when_the_reset_ends(slow):
    answer = slow.modify(MasterUserPassword="new-password")
    resource = answer["DbiResourceId"]
    assert answer["PendingModifiedValues"] == {"MasterUserPassword": "****"}
    assert slow.after(1) == "resetting-master-credentials"
    assert slow.after(2.9) == "resetting-master-credentials"
    assert slow.servers.passwords[resource] == "old-password"
    assert slow.after(0.1) == "available"
    assert slow.servers.passwords[resource] == "new-password"
    assert slow.describe()["PendingModifiedValues"] == {}


@pytest.mark.row("4", "MasterUserPassword")
def test_a_password_is_in_no_answer_log_or_event(rds, caplog):
    caplog.set_level("DEBUG")
    rds.available()
    rds.servers.broken.add("set_master_password")
    rds.modify(MasterUserPassword="new-password")
    rds.until("db", "failed")
    told = f"{rds.describe()} {rds.call('DescribeEvents')} {caplog.text} {rds.provider.__dict__}"
    assert "new-password" not in told


def test_the_same_password_again_is_a_change(rds):
    rds.available()
    rds.modify(MasterUserPassword="old-password")


AUTHORITY = "CACertificateIdentifier"
# The row of CONFORMANCE.md, the parameter, what is sent, and the name under which it shows.
DEFERRED = [
    ("DBInstanceClass", "DBInstanceClass", "db.t4g.small", "DBInstanceClass"),
    ("Storage", "AllocatedStorage", 30, "AllocatedStorage"),
    ("EngineVersion", "EngineVersion", "16.14", "EngineVersion"),
    ("MultiAZ, CA and the like", "MultiAZ", True, "MultiAZ"),
    ("MultiAZ, CA and the like", AUTHORITY, "rds-ca-ecc384-g1", AUTHORITY),
    ("BackupRetentionPeriod", "BackupRetentionPeriod", 0, "BackupRetentionPeriod"),
    ("NewDBInstanceIdentifier", "NewDBInstanceIdentifier", "db-2", "DBInstanceIdentifier"),
]


@pytest.mark.parametrize(
    ("parameter", "value", "shown"),
    [pytest.param(*case, marks=pytest.mark.row("4", row)) for row, *case in DEFERRED],
    ids=str,
)
def test_it_waits_for_the_maintenance_window_unless_told_otherwise(rds, parameter, value, shown):
    rds.available()
    before = rds.describe()[shown]
    assert rds.modify(**{parameter: value})["PendingModifiedValues"][shown] == value
    assert rds.after(3600) == "available"
    assert rds.describe()[shown] == before
    rds.modify(**{parameter: value}, ApplyImmediately=True)
    rds.settled()
    (one,) = rds.call("DescribeDBInstances")["DBInstances"]
    rds.until(one["DBInstanceIdentifier"], "available")
    (one,) = rds.call("DescribeDBInstances")["DBInstances"]
    assert one[shown] == value
    assert one["PendingModifiedValues"] == {}


AT_ONCE = [
    ("DeletionProtection", True),
    ("CopyTagsToSnapshot", True),
    ("AutoMinorVersionUpgrade", False),
    ("PubliclyAccessible", True),
    ("PreferredBackupWindow", "22:00-22:30"),
    ("PreferredMaintenanceWindow", "mon:10:00-mon:10:30"),
    ("MaxAllocatedStorage", 100),
]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        *(pytest.param(*case, marks=pytest.mark.row("4", "What takes effect now")) for case in AT_ONCE),
        pytest.param("BackupRetentionPeriod", 7, marks=pytest.mark.row("4", "BackupRetentionPeriod")),
    ],
)
def test_it_takes_effect_now_whatever_apply_immediately_says(rds, parameter, value):
    rds.available()
    assert rds.describe().get(parameter) != value
    rds.modify(**{parameter: value}, ApplyImmediately=False)
    one = rds.until("db", "available")
    assert one[parameter] == value
    assert one["PendingModifiedValues"] == {}


@pytest.mark.row("4", "ApplyImmediately flushes")
def test_apply_immediately_takes_earlier_changes_along(rds):
    rds.available()
    rds.modify(EngineVersion="16.14")
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    one = rds.until("db", "available")
    assert (one["EngineVersion"], one["DBInstanceClass"]) == ("16.14", "db.t4g.small")
    assert one["PendingModifiedValues"] == {}


@pytest.mark.row("4", "Cancel a pending change")
def test_back_to_what_is_cancels_a_pending_change(rds):
    rds.available()
    rds.modify(DBInstanceClass="db.t4g.small")
    answer = rds.modify(DBInstanceClass="db.t4g.micro", ApplyImmediately=True)
    assert answer["PendingModifiedValues"] == {}


@pytest.mark.row("4", "No modifications were requested")
@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"ApplyImmediately": True},
        {"AllowMajorVersionUpgrade": True},
        {"DBInstanceClass": "db.t4g.micro"},
        {"AllocatedStorage": 20, "ApplyImmediately": True},
        {"EngineVersion": "16.13", "BackupRetentionPeriod": 1},
        {"DeletionProtection": False},
    ],
    ids=str,
)
def test_nothing_new_is_refused(rds, request_):
    rds.available()
    assert rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **request_) == NOTHING


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"MasterUserPassword": "short"}, "InvalidParameterValue"),
        ({"DBInstanceClass": "db.x9.huge"}, "InvalidParameterCombination"),
        ({"BackupRetentionPeriod": 36}, "InvalidParameterValue"),
        ({"PreferredBackupWindow": "nonsense"}, "InvalidParameterValue"),
        ({"DBParameterGroupName": "nobodys"}, "DBParameterGroupNotFound"),
        ({"CACertificateIdentifier": "rds-ca-2019"}, "CertificateNotFound"),
        pytest.param({"DBSubnetGroupName": "default"}, "InvalidVPCNetworkStateFault", marks=SUBNETS),
        pytest.param({"DBSubnetGroupName": "nobodys"}, "DBSubnetGroupNotFoundFault", marks=SUBNETS),
        ({"NewDBInstanceIdentifier": "-"}, "InvalidParameterValue"),
        ({"NewDBInstanceIdentifier": "taken", "ApplyImmediately": True}, "DBInstanceAlreadyExists"),
    ],
    ids=str,
)
def test_what_is_wrong_changes_nothing_of_the_call(rds, request_, code):
    rds.available("taken")
    before = rds.available()
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", DeletionProtection=True, **request_)
    assert refusal[0] == code
    assert rds.describe()["DeletionProtection"] is before["DeletionProtection"] is False


@pytest.mark.row("4", "DBInstanceClass")
def test_a_class_change_restarts_the_server(rds):
    one = rds.available()
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    rds.until("db", "available")
    assert ("restart", one["DbiResourceId"]) in rds.servers.calls


@pytest.mark.row("4", "NewDBInstanceIdentifier")
def test_a_renamed_instance_keeps_its_resource_id_and_tags(rds):
    one = rds.available(Tags=[{"Key": "a", "Value": "b"}])
    rds.modify(NewDBInstanceIdentifier="Other", ApplyImmediately=True)
    rds.settled()
    renamed = rds.until("other", "available")
    assert renamed["DbiResourceId"] == one["DbiResourceId"]
    assert renamed["TagList"] == one["TagList"]
    assert renamed["DBInstanceArn"].endswith(":db:other")
    assert rds.refused("DescribeDBInstances", DBInstanceIdentifier="db")[0] == "DBInstanceNotFound"


@pytest.mark.row("4", "PendingModifiedValues")
def test_a_second_change_within_the_moment_joins_the_first(slow):
    slow.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    pending = slow.modify(MasterUserPassword="new-password")["PendingModifiedValues"]
    assert pending == {"DBInstanceClass": "db.t4g.small", "MasterUserPassword": "****"}
    slow.after(1)
    for _ in range(3):
        slow.after(3)
    one = slow.until("db", "available")
    assert one["DBInstanceClass"] == "db.t4g.small"
    assert slow.servers.passwords[one["DbiResourceId"]] == "new-password"


@pytest.mark.row("4", "Window moved to now")
def test_deferred_changes_are_applied_in_the_maintenance_window(rds):
    """§11.3; and moving the window to now applies them at once (§4). The clock stands on Tuesday, 22:13."""
    rds.available()
    rds.modify(DBInstanceClass="db.t4g.small")
    rds.modify(PreferredMaintenanceWindow="tue:22:00-tue:23:00")
    rds.after(60)
    assert rds.until("db", "available")["DBInstanceClass"] == "db.t4g.small"
    assert rds.told()["Applying pending modifications in the maintenance window"] == ["maintenance"]
