"""Which call is accepted in which status (the second table of rds-semantics §3)."""

import pytest

STATE = "InvalidDBInstanceState"
MODIFY = (STATE, 400, "Database instance is not in available state.")
REBOOT = (STATE, 400, "Instance cannot currently reboot due to an in-progress management operation")
STOP = (STATE, 400, "Instance db is not in available state.")
START = (STATE, 400, "Instance db is not stopped, it cannot be started.")
SNAPSHOT = (
    STATE,
    400,
    "Cannot create a snapshot because the database instance db is not currently in the available state.",
)
CREATING = (STATE, 400, "Instance db is currently creating - a final snapshot cannot be taken.")
DELETING = (STATE, 400, "Instance db is already being deleted.")

LOCKED = (
    "InvalidParameterCombination",
    400,
    "You can't currently modify the storage of this DB instance because the previous storage change is being "
    "optimized.",
)

CALLS = {
    "password": ("ModifyDBInstance", {"MasterUserPassword": "new-password"}),
    "grow": ("ModifyDBInstance", {"AllocatedStorage": 40}),
    "group": ("ModifyDBInstance", {"DBParameterGroupName": "mine"}),
    "reboot": ("RebootDBInstance", {}),
    "stop": ("StopDBInstance", {}),
    "start": ("StartDBInstance", {}),
    "final": ("DeleteDBInstance", {"FinalDBSnapshotIdentifier": "last"}),
    "delete": ("DeleteDBInstance", {"SkipFinalSnapshot": True}),
}
OK = None
# Accepts nothing but its end.
BUSY = (MODIFY, MODIFY, MODIFY, REBOOT, STOP, START, SNAPSHOT, OK)
# Status: another password, more storage, another parameter group; reboot, stop, start; delete with a final
# snapshot, delete without.
TABLE = {
    "creating": (MODIFY, MODIFY, MODIFY, REBOOT, STOP, START, CREATING, OK),
    "backing-up": BUSY,
    "available": (OK, OK, OK, OK, OK, START, OK, OK),
    "modifying": BUSY,
    "storage-optimization": (OK, LOCKED, OK, OK, STOP, START, OK, OK),
    "resetting-master-credentials": BUSY,
    "upgrading": BUSY,
    "rebooting": BUSY,
    "stopping": BUSY,
    "stopped": (MODIFY, MODIFY, OK, REBOOT, STOP, OK, OK, OK),
    "starting": BUSY,
    "storage-full": (MODIFY, OK, MODIFY, REBOOT, STOP, START, SNAPSHOT, OK),
    "failed": BUSY,
    "incompatible-create": BUSY,
    "incompatible-network": (OK, OK, OK, REBOOT, STOP, START, SNAPSHOT, OK),
    "incompatible-parameters": (MODIFY, MODIFY, OK, OK, STOP, START, SNAPSHOT, OK),
    "incompatible-option-group": BUSY,
    "incompatible-restore": BUSY,
    "incompatible-credentials": BUSY,
    "restore-error": BUSY,
    "insufficient-capacity": BUSY,
    "inaccessible-encryption-credentials": BUSY,
    "inaccessible-encryption-credentials-recoverable": (*BUSY[:5], OK, *BUSY[6:]),
    "deleting": (MODIFY, MODIFY, MODIFY, REBOOT, STOP, START, DELETING, DELETING),
}
# What takes long enough to be seen, and how one gets there. All others come by a happening.
WAYS = {
    "creating": ({"creating": 9}, None),
    "backing-up": ({"backingUp": 9}, None),
    "available": ({}, None),
    "modifying": ({"modifying": 9}, {"DBInstanceClass": "db.t4g.small"}),
    "storage-optimization": ({"storageOptimization": 9}, {"AllocatedStorage": 30}),
    "resetting-master-credentials": ({"resettingMasterCredentials": 9}, {"MasterUserPassword": "other-one"}),
    "upgrading": ({"upgrading": 9}, {"EngineVersion": "16.14"}),
    "rebooting": ({"rebooting": 9}, "RebootDBInstance"),
    "stopping": ({"stopping": 9}, "StopDBInstance"),
    "stopped": ({}, "StopDBInstance"),
    "starting": ({"starting": 9}, "StartDBInstance"),
    "failed": ({}, None),
    "deleting": ({"deleting": 9}, {"SkipFinalSnapshot": True}),
}


def reach(make_rds, status):
    durations, way = WAYS.get(status, ({}, None))
    rds = make_rds(**durations)
    if status == "failed":
        rds.servers.broken.add("create")
    rds.create()
    if way is not None or status not in WAYS:
        rds.until("db", "available")
    if status not in WAYS:
        rds.happens("status", status=status)
    if status == "starting":
        rds.call("StopDBInstance", DBInstanceIdentifier="db")
        rds.until("db", "stopped")
    if isinstance(way, str):
        rds.call(way, DBInstanceIdentifier="db")
    elif status == "deleting":
        rds.delete(**way)
    elif way:
        rds.modify(**way, ApplyImmediately=True)
    rds.until("db", status)
    return rds


def group(rds):
    rds.call(
        "CreateDBParameterGroup",
        DBParameterGroupName="mine",
        DBParameterGroupFamily="postgres16",
        Description="mine",
    )


def rows(status, call):
    """The rows of CONFORMANCE.md that a cell is for: that of the call, and that of the status."""
    operation, request = CALLS[call]
    skip = "skip=true" if "SkipFinalSnapshot" in request else "final snapshot"
    yield pytest.mark.row("3", f"{operation}, {skip}" if operation == "DeleteDBInstance" else operation)
    if (status, call) == ("creating", "final"):
        yield pytest.mark.row("5", "Status creating + final")
    elif (status, operation) == ("stopped", "ModifyDBInstance"):
        yield pytest.mark.row("3", "Modify while `stopped`")
    elif status in ("inaccessible-encryption-credentials-recoverable", "storage-full"):
        yield pytest.mark.row("3", f"`{status}`")
    elif status == "failed" or status not in WAYS:
        yield pytest.mark.row("3", "`failed`, `incompatible-*`")
    elif TABLE[status] is BUSY or status == "creating":
        yield pytest.mark.row("3", "Transient statuses")


@pytest.mark.parametrize(
    ("status", "call", "refusal"),
    [
        pytest.param(status, call, answer, marks=[*rows(status, call)])
        for status, answers in TABLE.items()
        for call, answer in zip(CALLS, answers, strict=True)
    ],
    ids=lambda value: value if isinstance(value, str) else ("no" if value else "yes"),
)
def test_a_call_in_a_status(make_rds, status, call, refusal):
    rds = reach(make_rds, status)
    group(rds)
    operation, request = CALLS[call]
    if refusal:
        assert rds.refused(operation, DBInstanceIdentifier="db", **request) == refusal
        assert rds.status() == status
    else:
        rds.call(operation, DBInstanceIdentifier="db", **request)


@pytest.mark.row("3", "AddTagsToResource / RemoveTags")
@pytest.mark.parametrize("status", TABLE)
def test_tags_can_be_set_in_every_status(make_rds, status):
    rds = reach(make_rds, status)
    arn = rds.describe()["DBInstanceArn"]
    rds.call("AddTagsToResource", ResourceName=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert rds.describe()["TagList"] == [{"Key": "a", "Value": "b"}]


@pytest.mark.row("3", "Modify while `stopped`")
@pytest.mark.parametrize(
    "change",
    [{"DBInstanceClass": "db.t4g.small"}, {"DeletionProtection": True}, {"BackupRetentionPeriod": 7}],
    ids=str,
)
def test_a_stopped_instance_is_not_modified(make_rds, change):
    rds = reach(make_rds, "stopped")
    assert rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **change) == MODIFY
    assert rds.describe()["PendingModifiedValues"] == {}


@pytest.mark.row("3", "Modify while `stopped`")
def test_a_stopped_instance_takes_a_parameter_group_and_nothing_with_it(make_rds):
    rds = reach(make_rds, "stopped")
    group(rds)
    mixed = {"DBParameterGroupName": "mine", "DBInstanceClass": "db.t4g.small"}
    assert rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **mixed) == MODIFY
    rds.modify(DBParameterGroupName="mine")
    assert rds.status() == "stopped"
    rds.call("StartDBInstance", DBInstanceIdentifier="db")
    one = rds.until("db", "available")
    assert one["DBParameterGroups"] == [{"DBParameterGroupName": "mine", "ParameterApplyStatus": "in-sync"}]


@pytest.mark.parametrize(
    "operation",
    ["ModifyDBInstance", "DeleteDBInstance", "RebootDBInstance", "StopDBInstance", "StartDBInstance"],
)
def test_what_is_not_there_is_not_found(rds, operation):
    refusal = rds.refused(operation, DBInstanceIdentifier="zz", SkipFinalSnapshot=True, DBInstanceClass="x")
    assert refusal == ("DBInstanceNotFound", 404, "DBInstance zz not found.")
    assert rds.refused(operation)[:2] == ("MissingParameter", 400)


@pytest.mark.row("3", "`stopped`")
@pytest.mark.row("4", "Cancel a pending change")
def test_stopping_drops_what_is_pending(rds):
    rds.available()
    rds.modify(DBInstanceClass="db.t4g.small")
    rds.call("StopDBInstance", DBInstanceIdentifier="db")
    assert rds.until("db", "stopped")["PendingModifiedValues"] == {}


@pytest.mark.row("3", "`stopped`")
@pytest.mark.row("6", "StopDBInstance")
def test_a_stop_lasts_seven_days_at_most(rds):
    """§6: and the instance tells when it will start again."""
    rds.available()
    rds.call("StopDBInstance", DBInstanceIdentifier="db")
    one = rds.until("db", "stopped")
    assert one["AutomaticRestartTime"].timestamp() == pytest.approx(rds.time + 7 * 86_400)
    assert rds.after(7 * 86_400) == "available"


def test_a_reboot_does_not_wait_for_storage_optimization(make_rds):
    rds = reach(make_rds, "storage-optimization")
    rds.settings.update({"durations": {"rebooting": 9}})
    answer = rds.call("RebootDBInstance", DBInstanceIdentifier="db")["DBInstance"]
    assert answer["DBInstanceStatus"] == "rebooting"


@pytest.mark.parametrize(
    ("operation", "status"), [("RebootDBInstance", "rebooting"), ("StopDBInstance", "stopping")]
)
def test_a_change_that_is_not_visible_yet_holds_up_nothing(make_rds, operation, status):
    """§3: within the lag the status is `available`, so the call is accepted, and begins."""
    rds = make_rds(modifyVisible=5, rebooting=9, stopping=9)
    rds.available()
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.call(operation, DBInstanceIdentifier="db")["DBInstance"]["DBInstanceStatus"] == status
