"""§6: snapshots, stop and start."""

import pytest


@pytest.mark.row("6", "Describe filters")
def test_snapshots_are_narrowed_by_filters(rds):
    for name in ("one", "two"):
        rds.available(name)
        rds.delete(name, FinalDBSnapshotIdentifier=f"last-of-{name}")
        rds.settled()
    rows = {row["DBInstanceIdentifier"]: row for row in rds.call("DescribeDBSnapshots")["DBSnapshots"]}
    for name, value in (
        ("db-instance-id", "one"),
        ("db-snapshot-id", "last-of-one"),
        ("dbi-resource-id", rows["one"]["DbiResourceId"]),
    ):
        filters = [{"Name": name, "Values": [value]}]
        assert rds.call("DescribeDBSnapshots", Filters=filters)["DBSnapshots"] == [rows["one"]]
    for name, value, number in (("snapshot-type", "manual", 2), ("engine", "mysql", 0)):
        filters = [{"Name": name, "Values": [value]}]
        assert len(rds.call("DescribeDBSnapshots", Filters=filters)["DBSnapshots"]) == number
    assert rds.call("DescribeDBSnapshots", SnapshotType="automated")["DBSnapshots"] == []
