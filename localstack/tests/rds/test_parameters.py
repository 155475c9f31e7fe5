"""What is set in a parameter group, and which values are taken (rds-semantics §7)."""

import pytest

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
GROUP = {"DBParameterGroupName": "mine"}


def parameter(name, value="1", method="immediate"):
    return {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}


@pytest.fixture
def mine(rds):
    rds.call(
        "CreateDBParameterGroup",
        DBParameterGroupName="mine",
        DBParameterGroupFamily="postgres16",
        Description="mine",
    )
    return rds


def told(rds, **request):
    rows, marker = [], {}
    while True:
        page = rds.call("DescribeDBParameters", **GROUP, **request, **marker)
        rows += page["Parameters"]
        if not page.get("Marker"):
            return {row["ParameterName"]: row for row in rows}
        marker = {"Marker": page["Marker"]}


@pytest.mark.row("7", "ModifyDBParameterGroup")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("work_mem", "63"),
        ("work_mem", "2147483648"),
        ("work_mem", "4MB"),
        ("work_mem", "1.5"),
        ("work_mem", ""),
        ("rds.force_ssl", "on"),
        ("rds.force_ssl", "2"),
        ("log_statement", "some"),
        ("random_page_cost", "cheap"),
        ("random_page_cost", "-1"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_those_that_are(mine, name, value):
    refusal = mine.refused("ModifyDBParameterGroup", **GROUP, Parameters=[parameter(name, value)])
    allowed = told(mine)[name]["AllowedValues"]
    text = f"Invalid parameter value: {value} for: {name} allowed values are: {allowed}"
    assert refusal == (VALUE, 400, text)
    assert told(mine, Source="user") == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("work_mem", "64"),
        ("log_min_duration_statement", "-1"),
        ("random_page_cost", "1.1"),
        ("log_statement", "ddl"),
        ("maintenance_work_mem", "GREATEST({DBInstanceClassMemory*1024/63963136},65536)"),
    ],
)
def test_a_value_that_is_allowed_is_shown_as_the_users(mine, name, value):
    mine.call("ModifyDBParameterGroup", **GROUP, Parameters=[parameter(name, value)])
    own = told(mine, Source="user")
    assert {each: row["ParameterValue"] for each, row in own.items()} == {name: value}
    assert own[name]["ApplyMethod"] == "immediate"


@pytest.mark.row("7", "ModifyDBParameterGroup")
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ([parameter("no_such_parameter")], VALUE),
        ([parameter("port", "5432", "pending-reboot")], VALUE),
        ([parameter("work_mem", "64", "now")], VALUE),
        ([{"ParameterName": "work_mem", "ApplyMethod": "immediate"}], "MissingParameter"),
        ([parameter("work_mem", "64"), parameter("max_connections", "50")], COMBINATION),
        ([parameter("work_mem", str(64 + number)) for number in range(21)], VALUE),
    ],
    ids=["unknown", "unmodifiable", "method", "no value", "static", "21"],
)
def test_one_bad_parameter_leaves_the_group_as_it_was(mine, parameters, code):
    assert mine.refused("ModifyDBParameterGroup", **GROUP, Parameters=parameters)[:2] == (code, 400)
    assert told(mine, Source="user") == {}


@pytest.mark.row("7", "DescribeDBParameters")
def test_every_parameter_is_of_one_source(mine):
    parameters = [parameter("work_mem", "64"), parameter("max_connections", "50", "pending-reboot")]
    mine.call("ModifyDBParameterGroup", **GROUP, Parameters=parameters)
    sources = {source: told(mine, Source=source) for source in ("user", "system", "engine-default")}
    assert set(sources["user"]) == {"work_mem", "max_connections"}
    assert "shared_preload_libraries" in sources["system"]
    assert all("ParameterValue" not in row for row in sources["engine-default"].values())
    everything = told(mine)
    assert sum(map(len, sources.values())) == len(everything)
    assert {"DataType", "ApplyType", "IsModifiable", "AllowedValues"} <= everything["work_mem"].keys()
    assert everything["port"]["IsModifiable"] is False
    assert mine.refused("DescribeDBParameters", **GROUP, Source="mine")[:2] == (VALUE, 400)


@pytest.mark.row("7", "DescribeDBParameters")
def test_parameters_come_in_pages(mine):
    page = mine.call("DescribeDBParameters", **GROUP, MaxRecords=20)
    assert len(page["Parameters"]) == 20
    rest = mine.call("DescribeDBParameters", **GROUP, MaxRecords=100, Marker=page["Marker"])
    assert not {row["ParameterName"] for row in page["Parameters"]} & {
        row["ParameterName"] for row in rest["Parameters"]
    }


@pytest.mark.row("7", "ResetDBParameterGroup")
def test_some_are_reset_or_all(mine):
    parameters = [
        parameter("work_mem", "64"),
        parameter("lock_timeout", "5"),
        parameter("max_connections", "50", "pending-reboot"),
    ]
    mine.call("ModifyDBParameterGroup", **GROUP, Parameters=parameters)
    one = [{"ParameterName": "work_mem", "ApplyMethod": "immediate"}]
    mine.call("ResetDBParameterGroup", **GROUP, Parameters=one)
    assert set(told(mine, Source="user")) == {"lock_timeout", "max_connections"}
    static = [{"ParameterName": "max_connections", "ApplyMethod": "immediate"}]
    refusal = mine.refused("ResetDBParameterGroup", **GROUP, Parameters=static)
    assert refusal == (COMBINATION, 400, "cannot use immediate apply method for static parameter")
    both = {"ResetAllParameters": True, "Parameters": one}
    assert mine.refused("ResetDBParameterGroup", **GROUP, **both)[:2] == (COMBINATION, 400)
    assert mine.refused("ResetDBParameterGroup", **GROUP, ResetAllParameters=False)[:2] == (VALUE, 400)
    mine.call("ResetDBParameterGroup", **GROUP, ResetAllParameters=True)
    assert told(mine, Source="user") == {}


@pytest.mark.row("7", "Quota: parameter groups")
def test_the_quota_counts_groups_of_ones_own(rds):
    rds.settings.update({"parameterGroupQuota": 2})
    for name in ("one", "two"):
        rds.call(
            "CreateDBParameterGroup",
            DBParameterGroupName=name,
            DBParameterGroupFamily="postgres16",
            Description="mine",
        )
    refusal = rds.refused(
        "CreateDBParameterGroup",
        DBParameterGroupName="three",
        DBParameterGroupFamily="postgres16",
        Description="mine",
    )
    assert refusal[:2] == ("DBParameterGroupQuotaExceeded", 400)
    rds.call("DeleteDBParameterGroup", DBParameterGroupName="one")
    rds.call(
        "CreateDBParameterGroup",
        DBParameterGroupName="three",
        DBParameterGroupFamily="postgres16",
        Description="mine",
    )


def test_a_groups_tags_are_checked_like_an_instances(rds):
    wanted = {
        "DBParameterGroupName": "mine",
        "DBParameterGroupFamily": "postgres16",
        "Description": "mine",
    }
    bad = [{"Key": "aws:x", "Value": ""}]
    assert rds.refused("CreateDBParameterGroup", **wanted, Tags=bad)[:2] == (VALUE, 400)
    good = [{"Key": "team", "Value": "a"}]
    arn = rds.call("CreateDBParameterGroup", **wanted, Tags=good)["DBParameterGroup"]["DBParameterGroupArn"]
    assert rds.call("ListTagsForResource", ResourceName=arn)["TagList"] == good


@pytest.mark.parametrize(
    "operation",
    ["ModifyDBParameterGroup", "ResetDBParameterGroup", "DeleteDBParameterGroup", "DescribeDBParameters"],
)
def test_an_unknown_group_is_not_found(rds, operation):
    request = {"DBParameterGroupName": "zz", "Parameters": [parameter("work_mem", "64")]}
    assert rds.refused(operation, **request) == (
        "DBParameterGroupNotFound",
        404,
        "DBParameterGroup not found: zz",
    )


def test_what_was_set_is_among_the_groups_events(mine):
    mine.call("ModifyDBParameterGroup", **GROUP, Parameters=[parameter("work_mem", "64")])
    request = {"SourceType": "db-parameter-group", "SourceIdentifier": "mine"}
    (event,) = mine.call("DescribeEvents", **request)["Events"]
    assert "work_mem to 64" in event["Message"]
    assert event["SourceArn"].endswith(":pg:mine")


def test_groups_come_in_pages(rds):
    rds.settings.update({"parameterGroupQuota": 30})
    for number in range(30):
        rds.call(
            "CreateDBParameterGroup",
            DBParameterGroupName=f"mine-{number:02}",
            DBParameterGroupFamily="postgres16",
            Description="mine",
        )
    page = rds.call("DescribeDBParameterGroups", MaxRecords=20)
    rest = rds.call("DescribeDBParameterGroups", MaxRecords=100, Marker=page["Marker"])
    names = [each["DBParameterGroupName"] for each in page["DBParameterGroups"] + rest["DBParameterGroups"]]
    assert len(page["DBParameterGroups"]) == 20
    assert names == sorted(set(names))
    assert {f"mine-{number:02}" for number in range(30)} < set(names)


def test_a_copy_has_what_was_set_and_goes_its_own_way(mine):
    mine.call("ModifyDBParameterGroup", **GROUP, Parameters=[parameter("work_mem", "64")])
    request = {
        "SourceDBParameterGroupIdentifier": "arn:aws:rds:eu-central-1:000000000000:pg:mine",
        "TargetDBParameterGroupIdentifier": "Copy",
        "TargetDBParameterGroupDescription": "copied",
    }
    made = mine.call("CopyDBParameterGroup", **request)["DBParameterGroup"]
    assert (made["DBParameterGroupName"], made["DBParameterGroupFamily"]) == ("copy", "postgres16")
    mine.call("ResetDBParameterGroup", **GROUP, ResetAllParameters=True)
    rows = mine.call("DescribeDBParameters", DBParameterGroupName="copy", Source="user")["Parameters"]
    assert [(row["ParameterName"], row["ParameterValue"]) for row in rows] == [("work_mem", "64")]
    assert mine.refused("CopyDBParameterGroup", **request)[:2] == ("DBParameterGroupAlreadyExists", 400)
    unknown = request | {"SourceDBParameterGroupIdentifier": "zz"}
    assert mine.refused("CopyDBParameterGroup", **unknown)[:2] == ("DBParameterGroupNotFound", 404)
