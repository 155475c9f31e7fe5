"""DescribeEvents (rds-semantics §3: async failures show only here; the last hour; 14 days)."""

from datetime import UTC, datetime

import pytest


def at(moment):
    return datetime.fromtimestamp(moment, UTC)


def messages(rds, **request):
    return [event["Message"] for event in rds.call("DescribeEvents", **request)["Events"]]


def test_the_life_of_an_instance_is_told_in_order(rds):
    rds.available()
    rds.call("RebootDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "available")
    rds.modify(MasterUserPassword="new-password")
    rds.until("db", "available")
    rds.delete(SkipFinalSnapshot=True)
    rds.settled()
    told = messages(rds)
    steps = [
        "DB instance created",
        "Finished DB Instance backup",
        "DB instance restarted",
        "Reset master credentials",
        "DB instance deleted",
    ]
    assert [message for message in told if message in steps] == steps


@pytest.mark.row("3", "Event window")
def test_the_last_hour_is_the_default_window(rds):
    rds.available()
    rds.after(3601)
    assert messages(rds) == []
    assert "DB instance created" in messages(rds, Duration=120)
    assert "DB instance created" in messages(rds, StartTime=at(rds.time - 7200))
    assert messages(rds, StartTime=at(rds.time - 7200), EndTime=at(rds.time - 7000)) == []
    assert "DB instance created" in messages(rds, StartTime=at(rds.time - 7200), Duration=120)


def test_events_are_narrowed_by_source_and_category(rds):
    rds.available("one")
    rds.available("two")
    events = rds.call("DescribeEvents", SourceType="db-instance", SourceIdentifier="one")["Events"]
    assert {event["SourceIdentifier"] for event in events} == {"one"}
    assert {event["SourceArn"] for event in events} == {"arn:aws:rds:eu-central-1:000000000000:db:one"}
    assert len(messages(rds, EventCategories=["creation"])) == 2
    assert messages(rds, SourceType="db-snapshot") == []


@pytest.mark.parametrize(
    "request_",
    [
        {"SourceIdentifier": "db"},
        {"StartTime": at(1_700_000_000), "EndTime": at(1_699_999_000)},
        {"MaxRecords": 19},
        {"Marker": "nonsense"},
    ],
    ids=str,
)
def test_bad_requests_are_refused(rds, request_):
    assert rds.refused("DescribeEvents", **request_)[:2] in (
        ("InvalidParameterCombination", 400),
        ("InvalidParameterValue", 400),
    )


def test_events_come_in_pages(rds):
    for number in range(30):
        rds.available(f"db-{number:02}")
    first = rds.call("DescribeEvents", MaxRecords=50)
    rest = rds.call("DescribeEvents", MaxRecords=100, Marker=first["Marker"])
    both = first["Events"] + rest["Events"]
    assert len(first["Events"]) == 50
    assert len([event for event in both if event["Message"] == "DB instance created"]) == 30


@pytest.mark.row("3", "Event window")
def test_a_duration_means_nothing_beside_a_start_and_reaches_back_from_an_end(rds):
    rds.available()
    rds.after(7200)
    assert "DB instance created" in messages(rds, StartTime=at(rds.time - 7300), Duration=1)
    reboot_time = rds.time
    rds.call("RebootDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "available")
    told = messages(rds, StartTime=at(reboot_time - 7300), Duration=1)
    assert {"DB instance created", "DB instance restarted"} <= set(told)
    assert "DB instance created" in messages(rds, EndTime=at(rds.time - 7140), Duration=2)
    assert messages(rds, EndTime=at(rds.time - 3600), Duration=2) == []
