"""`status`, `stuck` and `recover`: an instance is somewhere, and stays there (rds-semantics §3)."""

import pytest

STATE = "InvalidDBInstanceState"
DAY = 86_400
DOWN = """failed stopped insufficient-capacity restore-error incompatible-network incompatible-parameters
incompatible-option-group incompatible-restore incompatible-credentials inaccessible-encryption-credentials
inaccessible-encryption-credentials-recoverable""".split()
UP = [
    "storage-full",
    "backing-up",
    "modifying",
    "maintenance",
    "configuring-enhanced-monitoring",
    "brand-new",
]


def power(rds):
    """What was done to the server, but for its making."""
    return [call[0] for call in rds.servers.calls if call[0] in ("stop", "start", "restart", "destroy")]


@pytest.mark.row("3", "`failed`, `incompatible-*`")
@pytest.mark.parametrize("status", DOWN + UP)
def test_it_is_in_a_status_until_it_recovers(rds, status):
    rds.available()
    rds.happens("status", status=status)
    assert rds.status() == status
    assert rds.after(6 * DAY) == status
    stopped = status in DOWN
    assert power(rds) == (["stop"] if stopped else [])
    assert any(status in message or "storage" in message for message in rds.told())
    rds.happens("recover")
    rds.until("db", "available")
    assert power(rds) == (["stop", "start"] if stopped else [])


@pytest.mark.parametrize("end", [("status", {"status": "available"}), ("recover", {})], ids=str)
def test_both_ways_end_it(rds, end):
    rds.available()
    rds.happens("status", status="failed")
    rds.happens(end[0], **end[1])
    rds.until("db", "available")
    assert rds.waiting() == []


@pytest.mark.parametrize("status", ["failed", "stopped", "storage-full"])
def test_it_ends_by_itself_after_a_time(rds, status):
    rds.available()
    rds.happens("status", status=status, seconds=5)
    assert rds.after(4.9) == status
    assert rds.after(0.1) == "available"


def test_one_status_follows_another(rds):
    rds.available()
    rds.happens("status", status="failed", seconds=5)
    rds.happens("status", status="storage-full", seconds=50)
    assert rds.after(49) == "storage-full"
    assert power(rds) == ["stop", "start"]
    assert rds.after(1) == "available"


def test_a_create_ends_in_it_and_is_created_when_it_recovers(make_rds):
    rds = make_rds(creating=3)
    rds.happens("status", status="incompatible-network")
    rds.create()
    assert rds.status() == "creating"
    assert rds.after(3) == "incompatible-network"
    assert "DB instance created" not in rds.told()
    assert "InstanceCreateTime" not in rds.describe()
    rds.happens("recover")
    rds.until("db", "available")
    assert "DB instance created" in rds.told()
    assert "InstanceCreateTime" in rds.describe()


def test_a_create_that_is_under_way_ends_in_it(make_rds):
    rds = make_rds(creating=3)
    rds.create()
    rds.happens("status", status="failed")
    assert (rds.status(), rds.waiting()) == ("creating", ["status"])
    assert rds.after(3) == "failed"


def test_what_it_was_at_goes_on_afterwards(make_rds):
    rds = make_rds(modifying=5)
    rds.available()
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.after(1) == "modifying"
    rds.happens("status", status="failed")
    assert rds.after(10) == "failed"
    rds.happens("recover")
    rds.settled()
    assert rds.after(1) == "modifying"
    assert rds.after(5) == "available"
    assert rds.describe()["DBInstanceClass"] == "db.t4g.small"


MODIFY = "Database instance is not in available state."
SNAPSHOT = (
    "Cannot create a snapshot because the database instance db is not currently in the available state."
)


@pytest.mark.parametrize("status", sorted({*DOWN, *UP} - {"stopped"}))
def test_a_final_snapshot_is_refused_and_a_delete_without_one_is_not(rds, status):
    rds.available()
    rds.happens("status", status=status)
    final = rds.refused("DeleteDBInstance", DBInstanceIdentifier="db", FinalDBSnapshotIdentifier="last")
    assert final == (STATE, 400, SNAPSHOT)
    rds.delete(SkipFinalSnapshot=True)
    rds.settled()
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert rds.servers.specs == {}


def test_a_stopped_one_is_deleted_with_a_snapshot(rds):
    rds.available()
    rds.happens("status", status="stopped")
    rds.delete(FinalDBSnapshotIdentifier="last")


@pytest.mark.row("3", "`storage-full`")
def test_a_full_one_takes_storage_alone_and_then_everything(rds):
    rds.available()
    rds.happens("status", status="storage-full")
    for request in ({"DBInstanceClass": "db.t4g.small"}, {"AllocatedStorage": 40, "MultiAZ": True}):
        refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **request)
        assert refusal == (STATE, 400, MODIFY)
    rds.modify(AllocatedStorage=40, MaxAllocatedStorage=80, ApplyImmediately=True)
    assert rds.until("db", "available")["AllocatedStorage"] == 40
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    # What had held it has ended with that: nothing is left to recover from.
    rds.happens("recover")
    assert rds.until("db", "available")["DBInstanceClass"] == "db.t4g.small"


@pytest.mark.row("3", "`failed`, `incompatible-*`")
def test_incompatible_parameters_take_another_group_and_a_reboot(rds):
    rds.available()
    rds.call(
        "CreateDBParameterGroup",
        DBParameterGroupName="mine",
        DBParameterGroupFamily="postgres16",
        Description="mine",
    )
    rds.happens("status", status="incompatible-parameters")
    assert (
        rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", DBInstanceClass="db.t4g.small")[2]
        == MODIFY
    )
    rds.modify(DBParameterGroupName="mine")
    assert rds.status() == "incompatible-parameters"
    rds.call("RebootDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "available")
    assert power(rds) == ["stop", "restart"]


@pytest.mark.row("3", "`failed`, `incompatible-*`")
def test_a_change_that_is_accepted_starts_the_server_again(rds):
    rds.available()
    rds.happens("status", status="incompatible-network")
    rds.modify(MultiAZ=True, ApplyImmediately=True)
    assert rds.until("db", "available")["MultiAZ"] is True
    assert power(rds) == ["stop", "start"]


@pytest.mark.row("3", "`storage-optimization`")
def test_an_optimization_outlasts_other_changes_until_it_recovers(rds):
    rds.available()
    rds.happens("status", status="storage-optimization")
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.until("db", "storage-optimization")["DBInstanceClass"] == "db.t4g.small"
    assert rds.after(6 * DAY) == "storage-optimization"
    rds.happens("recover")
    rds.until("db", "available")
    rds.happens("status", status="failed")
    rds.settled()
    assert rds.status() == "failed"
    assert power(rds) == ["restart", "stop"]


@pytest.mark.row("3", "`inaccessible-encryption-credentials-recoverable`")
@pytest.mark.parametrize("status", ["stopped", "inaccessible-encryption-credentials-recoverable"])
def test_it_can_be_started(rds, status):
    rds.available()
    rds.happens("status", status=status)
    assert rds.refused("RebootDBInstance", DBInstanceIdentifier="db")[0] == STATE
    rds.call("StartDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "available")
    assert power(rds) == ["stop", "start"]


def test_a_stop_is_for_seven_days(rds):
    rds.available()
    rds.happens("status", status="stopped")
    assert rds.describe()["AutomaticRestartTime"].timestamp() == rds.time + 7 * DAY
    assert rds.after(7 * DAY) == "available"
    assert "AutomaticRestartTime" not in rds.describe()


STUCK = {
    "creating": ("creating", None),
    "modifying": ("modifying", {"DBInstanceClass": "db.t4g.small"}),
    "upgrading": ("upgrading", {"EngineVersion": "16.14"}),
}


@pytest.mark.parametrize("status", STUCK)
@pytest.mark.parametrize("early", [True, False], ids=["before", "during"])
def test_it_does_not_come_out_before_it_recovers(make_rds, status, early):
    transition, change = STUCK[status]
    rds = make_rds(**{transition: 2})
    if change:
        rds.create()
        rds.settled()
        rds.time += 2
        rds.until("db", "available")
    if early:
        rds.happens("stuck")
    if change:
        rds.modify(**change, ApplyImmediately=True)
    else:
        rds.create()
    if not early:
        rds.happens("stuck")
    assert rds.after(DAY) == status
    rds.happens("recover")
    one = rds.until("db", "available")
    assert all(one[name] == value for name, value in (change or {}).items())


def test_a_stuck_one_can_be_deleted_and_its_name_is_not_stuck_afterwards(make_rds):
    rds = make_rds(modifying=2)
    rds.available()
    rds.happens("stuck")
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.after(9) == "modifying"
    rds.delete(SkipFinalSnapshot=True)
    rds.settled()
    rds.available()
    rds.modify(DBInstanceClass="db.t4g.small", ApplyImmediately=True)
    assert rds.after(2) == "available"


def test_recover_forgets_what_waits_for_an_instance_to_come(rds):
    rds.happens("stuck")
    rds.happens("status", status="failed")
    rds.happens("recover")
    assert rds.waiting() == []
    rds.available()


def test_what_was_done_to_the_server_is_not_done_twice(make_rds):
    rds = make_rds(upgrading=5)
    rds.available()
    rds.modify(EngineVersion="16.14", ApplyImmediately=True)
    assert rds.after(1) == "upgrading"
    rds.happens("status", status="failed")
    rds.happens("recover")
    rds.settled()
    assert rds.after(1) == "upgrading"
    assert rds.after(5) == "available"
    assert rds.describe()["EngineVersion"] == "16.14"
    assert [call[0] for call in rds.servers.calls].count("upgrade") == 1
