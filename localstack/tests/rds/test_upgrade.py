"""Engine versions: what leads to what (rds-semantics §4.2, §11.6)."""

import pytest

COMBINATION = "InvalidParameterCombination"
FLAG = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."


@pytest.mark.row("4.2", "Minor and major")
@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"EngineVersion": "17.10"}, FLAG),
        ({"EngineVersion": "17"}, FLAG),
        (
            {"EngineVersion": "15.18", "AllowMajorVersionUpgrade": True},
            "Cannot upgrade postgres from 16.13 to 15.18",
        ),
        ({"EngineVersion": "15"}, "Cannot upgrade postgres from 16.13 to 15.18"),
    ],
    ids=str,
)
def test_what_cannot_be_reached_is_refused(rds, request_, text):
    rds.available()
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", ApplyImmediately=True, **request_)
    assert refusal == (COMBINATION, 400, text)


@pytest.mark.row("4.2", "ValidUpgradeTarget")
def test_an_older_minor_version_is_refused(rds):
    rds.available(EngineVersion="16.14")
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", EngineVersion="16.13")
    assert refusal == (COMBINATION, 400, "Cannot upgrade postgres from 16.14 to 16.13")


@pytest.mark.row("4.2", "ValidUpgradeTarget")
def test_an_unknown_version_is_refused(rds):
    rds.available()
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", EngineVersion="99.1")
    assert refusal[:2] == (COMBINATION, 400)


@pytest.mark.row("4.2", "Minor and major")
def test_a_minor_upgrade_needs_no_flag(make_rds):
    rds = make_rds(upgrading=4)
    one = rds.available()
    rds.modify(EngineVersion="16.14", ApplyImmediately=True)
    assert rds.after(0) == "upgrading"
    assert rds.after(4) == "available"
    assert rds.describe()["EngineVersion"] == "16.14"
    assert ("upgrade", one["DbiResourceId"], "16.14") in rds.servers.calls


def test_default_groups_follow_a_major_upgrade(rds):
    rds.available()
    rds.modify(EngineVersion="17", AllowMajorVersionUpgrade=True, ApplyImmediately=True)
    one = rds.until("db", "available")
    assert one["EngineVersion"] == "17.10"
    assert one["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres17"
    assert one["OptionGroupMemberships"][0]["OptionGroupName"] == "default:postgres-17"


def group(rds, name, family):
    rds.call(
        "CreateDBParameterGroup", DBParameterGroupName=name, DBParameterGroupFamily=family, Description="mine"
    )


@pytest.mark.row("4.2", "Custom parameter group")
def test_a_group_of_ones_own_must_be_replaced_in_the_same_call(rds):
    group(rds, "mine16", "postgres16")
    group(rds, "mine17", "postgres17")
    rds.available(DBParameterGroupName="mine16")
    wanted = {"EngineVersion": "17.10", "AllowMajorVersionUpgrade": True, "ApplyImmediately": True}
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", **wanted)
    assert refusal == (
        COMBINATION,
        400,
        "The current DB instance parameter group mine16 is custom. You must explicitly specify a new DB "
        "instance parameter group, either default or custom, for the engine version upgrade.",
    )
    rds.modify(**wanted, DBParameterGroupName="mine17")
    one = rds.until("db", "available")
    assert one["EngineVersion"] == "17.10"
    assert one["DBParameterGroups"][0]["DBParameterGroupName"] == "mine17"


@pytest.mark.row("4.2", "ValidUpgradeTarget")
def test_versions_tell_their_targets(rds):
    rows = rds.call("DescribeDBEngineVersions", Engine="postgres")["DBEngineVersions"]
    assert [row["EngineVersion"] for row in rows] == rds.servers.versions("postgres")
    targets = {row["EngineVersion"]: row["ValidUpgradeTarget"] for row in rows}
    assert [(each["EngineVersion"], each["IsMajorVersionUpgrade"]) for each in targets["16.13"]] == [
        ("16.14", False),
        ("17.10", True),
        ("18.4", True),
    ]
    assert targets["18.4"] == []


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"EngineVersion": "16"}, ["16.13", "16.14"]),
        ({"EngineVersion": "15.18"}, ["15.18"]),
        ({"DBParameterGroupFamily": "postgres14"}, ["14.23"]),
        ({"DefaultOnly": True}, ["17.10"]),
        ({"EngineVersion": "9.5"}, []),
    ],
    ids=str,
)
def test_versions_can_be_narrowed(rds, request_, expected):
    rows = rds.call("DescribeDBEngineVersions", Engine="postgres", **request_)["DBEngineVersions"]
    assert [row["EngineVersion"] for row in rows] == expected


@pytest.mark.row("4.3", "DescribeOrderableDBInstanceOptions")
def test_what_can_be_ordered_can_be_created(rds):
    rows, marker = [], {}
    while True:
        page = rds.call(
            "DescribeOrderableDBInstanceOptions",
            Engine="postgres",
            EngineVersion="16.13",
            MaxRecords=20,
            **marker,
        )
        rows += page["OrderableDBInstanceOptions"]
        if not page.get("Marker"):
            break
        marker = {"Marker": page["Marker"]}
    classes = {row["DBInstanceClass"] for row in rows}
    assert {"db.t4g.micro", "db.t3.2xlarge", "db.m8g.48xlarge", "db.r7g.16xlarge", "db.m7g.large"} <= classes
    for number, name in enumerate(sorted(classes)):
        rds.create(f"db-{number}", DBInstanceClass=name)
