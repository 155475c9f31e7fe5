"""DescribeDBInstances: names, filters, pages (rds-semantics §7)."""

import time

import pytest

VALUE = "InvalidParameterValue"


@pytest.fixture
def many(make_rds):
    rds = make_rds()
    rds.settings.update({"engines": False})
    for number in range(250):
        rds.create(f"db-{number:03}")
    return rds


def names(page):
    return [one["DBInstanceIdentifier"] for one in page["DBInstances"]]


@pytest.mark.row("7", "By identifier")
def test_by_name_or_arn_and_unknown_is_an_error(many):
    arn = "arn:aws:rds:eu-central-1:000000000000:db:db-007"
    for given in ("db-007", "DB-007", arn):
        assert names(many.call("DescribeDBInstances", DBInstanceIdentifier=given)) == ["db-007"]
    refusal = many.refused("DescribeDBInstances", DBInstanceIdentifier="zz")
    assert refusal == ("DBInstanceNotFound", 404, "DBInstance zz not found.")


@pytest.mark.row("7", "Filters")
def test_by_filter_and_unknown_is_an_empty_list(many):
    one = many.describe("db-007")
    wanted = [
        ("db-instance-id", ["db-007", "zz"], ["db-007"]),
        ("db-instance-id", [one["DBInstanceArn"]], ["db-007"]),
        ("db-instance-id", ["zz"], []),
        ("db-instance-id", ["DB-007"], []),
        ("db-instance-id", ["db-0*"], []),
        ("dbi-resource-id", [one["DbiResourceId"]], ["db-007"]),
        ("engine", ["mysql"], []),
        ("db-cluster-id", ["c"], []),
        ("domain", ["d"], []),
    ]
    for name, values, expected in wanted:
        filters = [{"Name": name, "Values": values}]
        assert names(many.call("DescribeDBInstances", Filters=filters)) == expected, (name, values)


@pytest.mark.row("7", "Filters")
def test_filters_all_hold(many):
    filters = [
        {"Name": "db-instance-id", "Values": ["db-001", "db-002"]},
        {"Name": "engine", "Values": ["postgres"]},
        {"Name": "dbi-resource-id", "Values": [many.describe("db-002")["DbiResourceId"]]},
    ]
    assert names(many.call("DescribeDBInstances", Filters=filters)) == ["db-002"]


@pytest.mark.row("7", "Filters")
def test_an_unknown_filter_is_refused(many):
    for name in ("tag:team", "Engine"):
        refusal = many.refused("DescribeDBInstances", Filters=[{"Name": name, "Values": ["x"]}])
        assert refusal == (VALUE, 400, f"Unrecognized filter name: {name}")


def test_a_hundred_names_in_one_filter_are_one_page(many):
    wanted = [f"db-{number:03}" for number in range(0, 200, 2)]
    page = many.call("DescribeDBInstances", Filters=[{"Name": "db-instance-id", "Values": wanted}])
    assert names(page) == wanted
    assert not page.get("Marker")


@pytest.mark.row("7", "Pages")
@pytest.mark.parametrize(
    ("size", "pages"), [(None, [100, 100, 50]), (20, [20] * 12 + [10]), (100, [100, 100, 50])]
)
def test_pages(many, size, pages):
    found, request = [], {} if size is None else {"MaxRecords": size}
    while True:
        page = many.call("DescribeDBInstances", **request)
        found.append(names(page))
        if not page.get("Marker"):
            break
        request["Marker"] = page["Marker"]
    assert [len(each) for each in found] == pages
    assert [name for each in found for name in each] == [f"db-{number:03}" for number in range(250)]


@pytest.mark.row("7", "Pages")
@pytest.mark.parametrize("size", [0, 19, 101, -1])
def test_a_page_has_20_to_100_rows(many, size):
    refusal = many.refused("DescribeDBInstances", MaxRecords=size)
    assert refusal == (VALUE, 400, f"Invalid value {size} for MaxRecords. Must be between 20 and 100")


@pytest.mark.row("7", "Pages")
def test_a_marker_survives_the_row_it_stands_behind(many):
    marker = many.call("DescribeDBInstances")["Marker"]
    assert "db-099" not in marker
    many.delete("db-099", SkipFinalSnapshot=True)
    assert names(many.call("DescribeDBInstances", Marker=marker))[0] == "db-100"


@pytest.mark.row("7", "Pages")
@pytest.mark.parametrize("marker", ["nonsense", "db-099", "ZGItMDk5", "*", "ü"])
def test_a_bad_marker_is_refused(many, marker):
    assert many.refused("DescribeDBInstances", Marker=marker)[:2] == (VALUE, 400)


@pytest.mark.row("6", "LatestRestorableTime")
def test_nothing_can_be_restored_before_the_first_backup(make_rds):
    """§6, §10: LatestRestorableTime lags five minutes and is absent without backups."""
    rds = make_rds(backingUp=5)
    rds.create()
    rds.until("db", "backing-up")
    assert "LatestRestorableTime" not in rds.describe()
    assert rds.after(600) == "available"
    assert rds.after(600) == "available"
    assert rds.describe()["LatestRestorableTime"].timestamp() <= rds.time - 300
    rds.available("none", BackupRetentionPeriod=0)
    rds.after(600, "none")
    assert "LatestRestorableTime" not in rds.describe("none")


def test_regions_and_accounts_are_apart(many):
    many.context.region = "eu-west-1"
    assert many.call("DescribeDBInstances")["DBInstances"] == []
    many.context.region, many.context.account_id = "eu-central-1", "111111111111"
    assert many.call("DescribeDBInstances")["DBInstances"] == []


def test_a_thousand_are_described_quickly(make_rds):
    rds = make_rds()
    rds.settings.update({"engines": False})
    for number in range(1000):
        rds.create(f"db-{number:04}")
    began = time.perf_counter()
    for number in range(100):
        rds.describe(f"db-{number * 10:04}")
    rds.call("DescribeDBInstances")
    assert time.perf_counter() - began < 1
