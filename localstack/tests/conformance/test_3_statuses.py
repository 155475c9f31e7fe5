"""§3: statuses and what is accepted in them."""

import pytest


@pytest.mark.row("3", "Endpoint and DbiResourceId")
def test_the_resource_id_outlives_a_rename_and_the_endpoint_is_there_when_available(make_rds):
    rds = make_rds(creating=4, endpoint=2)
    assert "Endpoint" not in rds.create()
    rds.settled()
    assert rds.after(4) == "available"
    before = rds.describe()
    assert before["Endpoint"]["Port"]
    rds.modify(NewDBInstanceIdentifier="other", ApplyImmediately=True)
    rds.settled()
    assert rds.until("other", "available")["DbiResourceId"] == before["DbiResourceId"]


@pytest.mark.row("3", "StopDBInstance")
def test_multi_az_can_be_stopped(rds):
    rds.available(MultiAZ=True)
    rds.call("StopDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "stopped")
