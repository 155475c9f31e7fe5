"""Parameter groups and subnet groups (rds-semantics §2, §5, §7)."""

import pytest

IN_USE = ("InvalidDBParameterGroupState", 400)


@pytest.fixture
def mine(rds):
    rds.call(
        "CreateDBParameterGroup",
        DBParameterGroupName="Mine",
        DBParameterGroupFamily="postgres16",
        Description="mine",
    )
    return rds


def group_of(rds):
    (group,) = rds.describe()["DBParameterGroups"]
    return group["DBParameterGroupName"], group["ParameterApplyStatus"]


def parameter(name, value="1", method="pending-reboot"):
    return {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}


def test_there_is_a_default_group_for_each_family(rds):
    groups = rds.call("DescribeDBParameterGroups")["DBParameterGroups"]
    assert {group["DBParameterGroupName"] for group in groups} == {
        *(f"default.postgres{major}" for major in (14, 15, 16, 17, 18)),
        *(f"default.mysql{major}" for major in ("8.0", "8.4")),
        *(f"default.mariadb{major}" for major in ("10.6", "10.11", "11.4")),
    }


@pytest.mark.row("4", "DBParameterGroupName")
def test_another_group_takes_a_reboot_to_be_in_sync(mine):
    mine.available()
    mine.modify(DBParameterGroupName="mine")
    mine.until("db", "available")
    assert group_of(mine) == ("mine", "pending-reboot")
    mine.after(86_400 * 8)
    assert group_of(mine) == ("mine", "pending-reboot")
    mine.call("RebootDBInstance", DBInstanceIdentifier="db")
    mine.until("db", "available")
    assert group_of(mine) == ("mine", "in-sync")


def test_a_static_parameter_takes_a_reboot(mine):
    mine.available(DBParameterGroupName="mine")
    mine.call(
        "ModifyDBParameterGroup",
        DBParameterGroupName="mine",
        Parameters=[parameter("max_connections", "50")],
    )
    assert group_of(mine) == ("mine", "pending-reboot")


@pytest.mark.row("7", "ModifyDBParameterGroup")
def test_a_static_parameter_cannot_be_applied_immediately(mine):
    refusal = mine.refused(
        "ModifyDBParameterGroup",
        DBParameterGroupName="mine",
        Parameters=[parameter("max_connections", "50", "immediate")],
    )
    assert refusal == (
        "InvalidParameterCombination",
        400,
        "cannot use immediate apply method for static parameter",
    )


def test_at_most_twenty_parameters_and_only_known_ones(mine):
    many = [parameter(f"p{number}") for number in range(21)]
    for parameters in (many, [parameter("no_such_parameter")], []):
        refusal = mine.refused("ModifyDBParameterGroup", DBParameterGroupName="mine", Parameters=parameters)
        assert refusal[1] == 400


def test_the_groups_parameters_reach_the_server(mine):
    mine.call(
        "ModifyDBParameterGroup", DBParameterGroupName="mine", Parameters=[parameter("rds.force_ssl", "0")]
    )
    one = mine.available(DBParameterGroupName="mine")
    assert mine.servers.specs[one["DbiResourceId"]].parameters["rds.force_ssl"] == "0"


def test_defaults_and_what_was_set_are_told_apart(mine):
    mine.call(
        "ModifyDBParameterGroup", DBParameterGroupName="mine", Parameters=[parameter("rds.force_ssl", "0")]
    )
    rows = mine.call("DescribeDBParameters", DBParameterGroupName="mine")["Parameters"]
    told = {row["ParameterName"]: row for row in rows}
    assert told["rds.force_ssl"]["ParameterValue"] == "0"
    assert told["rds.force_ssl"]["Source"] == "user"
    assert told["max_connections"]["ApplyType"] == "static"
    assert told["max_connections"]["Source"] != "user"
    defaults = mine.call("DescribeDBParameters", DBParameterGroupName="default.postgres16")["Parameters"]
    assert {row["ParameterName"]: row.get("ParameterValue") for row in defaults}["rds.force_ssl"] == "1"


@pytest.mark.row("5", "Reuse")
def test_a_group_in_use_cannot_be_deleted_until_the_instance_is_gone(make_rds):
    rds = make_rds(deleting=2)
    rds.call(
        "CreateDBParameterGroup",
        DBParameterGroupName="mine",
        DBParameterGroupFamily="postgres16",
        Description="mine",
    )
    rds.available(DBParameterGroupName="mine")
    rds.delete(SkipFinalSnapshot=True)
    assert rds.refused("DeleteDBParameterGroup", DBParameterGroupName="mine")[:2] == IN_USE
    rds.settled()
    rds.time += 2
    rds.call("DeleteDBParameterGroup", DBParameterGroupName="mine")
    assert rds.refused("DescribeDBParameterGroups", DBParameterGroupName="mine")[:2] == (
        "DBParameterGroupNotFound",
        404,
    )


@pytest.mark.row("2", "Parameter/subnet group names")
@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"DBParameterGroupName": "mine"}, "DBParameterGroupAlreadyExists"),
        ({"DBParameterGroupName": "default.mine"}, "InvalidParameterValue"),
        ({"DBParameterGroupName": "a--b"}, "InvalidParameterValue"),
        ({"DBParameterGroupFamily": "postgres9.6"}, "InvalidParameterValue"),
        ({"Description": None}, "MissingParameter"),
    ],
    ids=str,
)
def test_a_bad_group_is_refused(mine, request_, code):
    wanted = {
        "DBParameterGroupName": "other",
        "DBParameterGroupFamily": "postgres16",
        "Description": "other",
    } | request_
    sent = {name: value for name, value in wanted.items() if value is not None}
    assert mine.refused("CreateDBParameterGroup", **sent)[0] == code


def test_default_groups_stay_as_they_are(rds):
    for operation in ("ModifyDBParameterGroup", "DeleteDBParameterGroup"):
        request = {"DBParameterGroupName": "default.postgres16", "Parameters": [parameter("rds.force_ssl")]}
        assert rds.refused(operation, **request)[:2] == IN_USE


def test_an_unknown_subnet_group_keeps_its_suffix_on_the_wire(rds):
    for operation in ("DescribeDBSubnetGroups", "DeleteDBSubnetGroup"):
        assert rds.refused(operation, DBSubnetGroupName="zz")[:2] == ("DBSubnetGroupNotFoundFault", 404)
