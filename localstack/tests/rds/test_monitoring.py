"""Enhanced Monitoring, as CreateDBInstance sets it up (RDS API reference; rds-semantics §3)."""

import pytest

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
ROLE = "arn:aws:iam::000000000000:role/monitoring"


@pytest.mark.row("3", "Transient statuses")
def test_it_is_configured_after_the_first_backup(make_rds):
    rds = make_rds(creating=4, backingUp=2, configuringMonitoring=1)
    assert rds.create(MonitoringInterval=60, MonitoringRoleArn=ROLE)["DBInstanceStatus"] == "creating"
    assert rds.after(4) == "backing-up"
    assert rds.after(2) == "configuring-enhanced-monitoring"
    assert rds.after(1) == "available"
    one = rds.describe()
    assert (one["MonitoringInterval"], one["MonitoringRoleArn"]) == (60, ROLE)


def test_it_is_configured_without_backups_too(make_rds):
    rds = make_rds(creating=4, configuringMonitoring=1)
    rds.create(MonitoringInterval=1, MonitoringRoleArn=ROLE, BackupRetentionPeriod=0)
    assert rds.after(4) == "configuring-enhanced-monitoring"
    assert rds.after(1) == "available"


@pytest.mark.row("3", "Enhanced Monitoring")
def test_nothing_is_configured_without_it(make_rds):
    rds = make_rds(creating=4, backingUp=2, configuringMonitoring=1)
    rds.create(MonitoringInterval=0)
    rds.after(4)
    assert rds.after(2) == "available"
    one = rds.describe()
    assert one["MonitoringInterval"] == 0
    assert "MonitoringRoleArn" not in one


@pytest.mark.row("3", "Transient statuses")
def test_a_change_waits_until_it_is_configured(make_rds):
    rds = make_rds(configuringMonitoring=1)
    rds.create(MonitoringInterval=60, MonitoringRoleArn=ROLE)
    assert rds.after(0) == "configuring-enhanced-monitoring"
    refusal = rds.refused("ModifyDBInstance", DBInstanceIdentifier="db", DBInstanceClass="db.t4g.small")
    assert refusal[:2] == ("InvalidDBInstanceState", 400)


@pytest.mark.row("3", "Enhanced Monitoring")
@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        ({"MonitoringInterval": 2, "MonitoringRoleArn": ROLE}, VALUE, None),
        ({"MonitoringInterval": -1, "MonitoringRoleArn": ROLE}, VALUE, None),
        (
            {"MonitoringInterval": 60},
            COMBINATION,
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
        ),
        *(
            (
                {**interval, "MonitoringRoleArn": ROLE},
                COMBINATION,
                "You must specify a MonitoringInterval value other than 0 when you specify a "
                "MonitoringRoleARN value.",
            )
            for interval in ({}, {"MonitoringInterval": 0})
        ),
    ],
    ids=str,
)
def test_interval_and_role_go_together(rds, request_, code, text):
    found, status, message = rds.create_refused(**request_)
    assert (found, status) == (code, 400)
    assert text is None or message == text
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
