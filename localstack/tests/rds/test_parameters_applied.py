"""How a parameter group reaches the servers of its instances (rds-semantics §3, §4, §7)."""

import threading

import pytest

COMBINATION = "InvalidParameterCombination"
STATE = "InvalidDBInstanceState"


def parameter(name, value, method="immediate"):
    return {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}


WORK_MEM = parameter("work_mem", "64")
CONNECTIONS = parameter("max_connections", "50", "pending-reboot")


def create(rds, name="mine", family="postgres16", parameters=()):
    rds.call(
        "CreateDBParameterGroup", DBParameterGroupName=name, DBParameterGroupFamily=family, Description=name
    )
    if parameters:
        put(rds, *parameters, name=name)


def put(rds, *parameters, name="mine"):
    rds.call("ModifyDBParameterGroup", DBParameterGroupName=name, Parameters=list(parameters))
    rds.settled()


def reboot(rds, until="available", **request):
    rds.call("RebootDBInstance", DBInstanceIdentifier="db", **request)
    return rds.until("db", until)


def group_of(rds):
    (group,) = rds.describe()["DBParameterGroups"]
    return group["DBParameterGroupName"], group["ParameterApplyStatus"]


def has(rds):
    """What the server was told last."""
    return [call[2] for call in rds.servers.calls if call[0] == "set_parameters"][-1]


def messages(rds):
    return [event["Message"] for event in rds.call("DescribeEvents")["Events"]]


@pytest.fixture
def member(rds):
    create(rds)
    rds.available(DBParameterGroupName="mine")
    return rds


def test_an_immediate_parameter_reaches_the_server_at_once(member):
    put(member, WORK_MEM)
    assert has(member) == {"work_mem": "64"}
    assert group_of(member) == ("mine", "in-sync")
    assert member.status() == "available"


@pytest.mark.row("4", "DBParameterGroupName")
@pytest.mark.row("7", "ParameterApplyStatus")
def test_the_rest_waits_for_a_reboot_and_for_nothing_else(member):
    put(member, WORK_MEM, CONNECTIONS, parameter("lock_timeout", "5", "pending-reboot"))
    assert has(member) == {"work_mem": "64"}
    assert group_of(member) == ("mine", "pending-reboot")
    # The clock stands on Tuesday, 22:13: the window is open.
    member.modify(DBInstanceClass="db.t4g.small", PreferredMaintenanceWindow="tue:22:00-tue:23:00")
    member.after(60)
    assert member.until("db", "available")["DBInstanceClass"] == "db.t4g.small"
    assert group_of(member) == ("mine", "pending-reboot")
    reboot(member)
    assert has(member) == {"work_mem": "64", "max_connections": "50", "lock_timeout": "5"}
    assert [call[0] for call in member.servers.calls[-2:]] == ["set_parameters", "restart"]
    assert group_of(member) == ("mine", "in-sync")


def test_back_to_what_the_server_has_needs_no_reboot(member):
    put(member, CONNECTIONS)
    assert group_of(member)[1] == "pending-reboot"
    reset = [{"ParameterName": "max_connections", "ApplyMethod": "pending-reboot"}]
    member.call("ResetDBParameterGroup", DBParameterGroupName="mine", Parameters=reset)
    assert group_of(member)[1] == "in-sync"


@pytest.mark.row("7", "ResetDBParameterGroup")
def test_a_reset_of_all_reaches_the_server_as_far_as_it_can(member):
    put(member, WORK_MEM, CONNECTIONS)
    reboot(member)
    member.call("ResetDBParameterGroup", DBParameterGroupName="mine", ResetAllParameters=True)
    member.settled()
    assert has(member) == {"max_connections": "50"}
    assert group_of(member)[1] == "pending-reboot"
    reboot(member)
    assert has(member) == {}
    assert group_of(member)[1] == "in-sync"


@pytest.mark.row("7", "ParameterApplyStatus")
def test_it_is_applying_for_a_moment(make_rds):
    rds = make_rds(applyingParameters=2)
    create(rds)
    rds.available()
    rds.modify(DBParameterGroupName="mine")
    assert group_of(rds) == ("mine", "applying")
    rds.after(2)
    assert group_of(rds) == ("mine", "pending-reboot")
    reboot(rds)
    put(rds, WORK_MEM)
    assert group_of(rds) == ("mine", "applying")
    rds.after(2)
    assert group_of(rds) == ("mine", "in-sync")


@pytest.mark.row("4", "DBParameterGroupName")
def test_another_group_is_in_use_after_a_reboot(rds):
    create(rds, parameters=[WORK_MEM])
    rds.available()
    rds.modify(DBParameterGroupName="mine")
    rds.settled()
    assert [call[0] for call in rds.servers.calls] == ["create"]
    assert "Updated to use DBParameterGroup mine" in messages(rds)
    reboot(rds)
    assert has(rds) == {"work_mem": "64"}
    rds.modify(DBParameterGroupName="default.postgres16")
    assert group_of(rds) == ("default.postgres16", "pending-reboot")
    reboot(rds)
    assert has(rds) == {}


@pytest.mark.row("7", "ParameterApplyStatus")
def test_a_value_that_the_server_refuses_while_it_runs_failed_to_apply(member):
    member.servers.broken.add("set_parameters")
    put(member, WORK_MEM)
    assert group_of(member)[1] == "failed-to-apply"
    member.servers.broken.clear()
    reboot(member)
    assert group_of(member)[1] == "in-sync"


@pytest.mark.row("3", "`failed`, `incompatible-*`")
def test_a_server_that_does_not_start_is_incompatible_until_the_group_is_corrected(member):
    put(member, CONNECTIONS)
    member.servers.broken.add("restart")
    reboot(member, until="incompatible-parameters")
    assert any("incompatible-parameters" in message for message in messages(member))
    assert "DB instance restarted" not in messages(member)
    for request in ({"MasterUserPassword": "new-password"}, {"DBInstanceClass": "db.t4g.small"}):
        refusal = member.refused("ModifyDBInstance", DBInstanceIdentifier="db", **request)
        assert refusal == (STATE, 400, "Database instance is not in available state.")
    reboot(member, until="incompatible-parameters")
    member.servers.broken.clear()
    member.call("ResetDBParameterGroup", DBParameterGroupName="mine", ResetAllParameters=True)
    assert member.status() == "incompatible-parameters"
    reboot(member)
    assert has(member) == {}
    assert group_of(member) == ("mine", "in-sync")
    assert "DB instance restarted" in messages(member)


@pytest.mark.row("3", "`failed`, `incompatible-*`")
def test_or_until_it_has_another_group(member):
    put(member, CONNECTIONS)
    member.servers.broken.add("restart")
    reboot(member, until="incompatible-parameters")
    member.servers.broken.clear()
    member.modify(DBParameterGroupName="default.postgres16")
    assert member.status() == "incompatible-parameters"
    reboot(member)
    assert group_of(member) == ("default.postgres16", "in-sync")


def test_it_can_be_incompatible_from_the_start_of_a_stop(member):
    put(member, CONNECTIONS)
    member.call("StopDBInstance", DBInstanceIdentifier="db")
    member.until("db", "stopped")
    member.servers.broken.add("start")
    member.call("StartDBInstance", DBInstanceIdentifier="db")
    member.until("db", "incompatible-parameters")
    member.delete(SkipFinalSnapshot=True)


def test_a_new_instance_that_does_not_start_with_its_group_can_be_repaired(rds):
    create(rds, parameters=[CONNECTIONS])
    honest = rds.servers.create

    def refuse(spec):
        if "max_connections" in spec.parameters:
            rds.servers.broken.add("create")
        try:
            return honest(spec)
        finally:
            rds.servers.broken.discard("create")

    rds.servers.create = refuse
    rds.create(DBParameterGroupName="mine")
    rds.until("db", "incompatible-parameters")
    rds.call("ResetDBParameterGroup", DBParameterGroupName="mine", ResetAllParameters=True)
    reboot(rds)
    assert group_of(rds) == ("mine", "in-sync")


def test_without_parameters_of_ones_own_a_server_that_does_not_start_has_failed(rds):
    rds.available()
    rds.servers.broken.add("restart")
    reboot(rds, until="failed")


WRONG = (
    "The Parameter Group {} with DBParameterGroupFamily {} cannot be used for this instance. Please use a "
    "Parameter Group with DBParameterGroupFamily {}"
)
MAJOR = {"EngineVersion": "17", "AllowMajorVersionUpgrade": True, "ApplyImmediately": True}


@pytest.mark.row("2", "Parameter group family")
def test_a_group_is_of_the_family_of_the_version_it_is_for(rds):
    create(rds, "mine16")
    create(rds, "mine17", "postgres17")
    rds.available(DBParameterGroupName="mine16")
    for request, name, has_, wants in (
        ({}, "mine17", "postgres17", "postgres16"),
        ({}, "default.postgres17", "postgres17", "postgres16"),
        (MAJOR, "mine16", "postgres16", "postgres17"),
        (MAJOR, "default.postgres18", "postgres18", "postgres17"),
    ):
        call = {"DBInstanceIdentifier": "db", "DBParameterGroupName": name, **request}
        assert rds.refused("ModifyDBInstance", **call) == (COMBINATION, 400, WRONG.format(name, has_, wants))


@pytest.mark.row("4.2", "Custom parameter group")
def test_the_group_for_a_new_version_comes_with_that_version(make_rds):
    rds = make_rds(upgrading=3)
    create(rds, "mine16", parameters=[WORK_MEM])
    create(rds, "mine17", "postgres17", parameters=[CONNECTIONS])
    rds.available(DBParameterGroupName="mine16")
    rds.modify(**MAJOR, DBParameterGroupName="mine17")
    assert group_of(rds) == ("mine16", "in-sync")
    in_use = rds.refused("DeleteDBParameterGroup", DBParameterGroupName="mine17")
    assert in_use[:2] == ("InvalidDBParameterGroupState", 400)
    assert rds.after(0) == "upgrading"
    assert rds.after(3) == "available"
    assert [call[0] for call in rds.servers.calls[-2:]] == ["set_parameters", "upgrade"]
    assert has(rds) == {}
    assert group_of(rds) == ("mine17", "pending-reboot")
    reboot(rds)
    assert has(rds) == {"max_connections": "50"}
    rds.call("DeleteDBParameterGroup", DBParameterGroupName="mine16")


@pytest.mark.row("4.2", "Custom parameter group")
def test_a_default_group_for_a_new_version_is_in_sync(rds):
    create(rds, "mine16", parameters=[WORK_MEM])
    rds.available(DBParameterGroupName="mine16")
    rds.modify(**MAJOR, DBParameterGroupName="default.postgres17")
    rds.until("db", "available")
    assert group_of(rds) == ("default.postgres17", "in-sync")


@pytest.mark.row("3", "RebootDBInstance")
def test_failover_needs_a_standby(rds):
    rds.available()
    refusal = rds.refused("RebootDBInstance", DBInstanceIdentifier="db", ForceFailover=True)
    assert refusal[:2] == (COMBINATION, 400)
    assert rds.status() == "available"
    rds.modify(MultiAZ=True, ApplyImmediately=True)
    before = rds.until("db", "available")
    after = reboot(rds, ForceFailover=True)
    assert after["AvailabilityZone"] == before["SecondaryAvailabilityZone"]
    assert after["SecondaryAvailabilityZone"] != after["AvailabilityZone"]


def test_a_reboot_is_told(rds):
    rds.available()
    reboot(rds)
    told = messages(rds)
    assert told.index("DB instance shutdown") < told.index("DB instance restarted")


def test_without_engines_a_group_takes_its_course_all_the_same(rds):
    rds.settings.update({"engines": False})
    create(rds)
    rds.available()
    rds.modify(DBParameterGroupName="mine")
    put(rds, WORK_MEM, CONNECTIONS)
    assert group_of(rds) == ("mine", "pending-reboot")
    reboot(rds)
    assert group_of(rds) == ("mine", "in-sync")
    assert rds.servers.calls == []


def test_what_is_set_while_it_reboots_is_not_lost(make_rds):
    rds = make_rds(rebooting=5)
    create(rds)
    rds.available(DBParameterGroupName="mine")
    rds.call("RebootDBInstance", DBInstanceIdentifier="db")
    put(rds, WORK_MEM)
    assert rds.after(5) == "available"
    assert has(rds) == {"work_mem": "64"}
    assert group_of(rds) == ("mine", "in-sync")


def test_a_group_for_a_version_that_is_given_up_is_free_again(rds):
    create(rds, "mine17", "postgres17")
    rds.available()
    rds.modify(EngineVersion="17", AllowMajorVersionUpgrade=True, DBParameterGroupName="mine17")
    assert rds.refused("DeleteDBParameterGroup", DBParameterGroupName="mine17")[1] == 400
    rds.modify(EngineVersion="16.13", ApplyImmediately=True)
    rds.call("DeleteDBParameterGroup", DBParameterGroupName="mine17")


def test_a_group_for_an_upgrade_that_a_stop_has_dropped_is_free_again(rds):
    create(rds, "mine17", "postgres17")
    rds.available()
    rds.modify(EngineVersion="17", AllowMajorVersionUpgrade=True, DBParameterGroupName="mine17")
    rds.call("StopDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "stopped")
    rds.call("DeleteDBParameterGroup", DBParameterGroupName="mine17")


def test_a_server_that_is_down_is_told_with_its_next_start(member):
    put(member, CONNECTIONS)
    member.servers.broken.add("restart")
    reboot(member, until="incompatible-parameters")
    calls = len(member.servers.calls)
    put(member, WORK_MEM)
    assert member.servers.calls[calls:] == []
    member.servers.broken.clear()
    reboot(member)
    assert has(member) == {"max_connections": "50", "work_mem": "64"}


def test_it_is_applying_until_the_server_has_it(member):
    put(member, CONNECTIONS)
    free, honest = threading.Event(), member.servers.set_parameters

    def wait(*call):
        assert free.wait(10)
        honest(*call)

    member.servers.set_parameters = wait
    member.call("RebootDBInstance", DBInstanceIdentifier="db")
    try:
        assert (member.status(), group_of(member)[1]) == ("rebooting", "applying")
    finally:
        free.set()
    member.until("db", "available")
    assert group_of(member)[1] == "in-sync"
