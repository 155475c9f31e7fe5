"""Codes and texts as a client gets them from a running lab (rds-semantics §1, §11.10)."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def client(lab):
    return boto3.client(
        "rds",
        endpoint_url=lab.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
    )


@pytest.mark.row("1", "Code ≠ shape name")
@pytest.mark.parametrize(
    ("operation", "request_", "code", "status"),
    [
        ("describe_db_instances", {"DBInstanceIdentifier": "zz"}, "DBInstanceNotFound", 404),
        ("describe_db_subnet_groups", {"DBSubnetGroupName": "zz"}, "DBSubnetGroupNotFoundFault", 404),
        ("describe_db_parameters", {"DBParameterGroupName": "zz"}, "DBParameterGroupNotFound", 404),
        ("describe_db_snapshots", {"DBSnapshotIdentifier": "zz"}, "DBSnapshotNotFound", 404),
        ("create_db_instance", {}, "MissingParameter", 400),
        ("modify_db_instance", {}, "MissingParameter", 400),
        ("delete_db_instance", {}, "MissingParameter", 400),
        ("describe_db_instances", {"MaxRecords": 5}, "InvalidParameterValue", 400),
        ("describe_db_instances", {"Marker": "x"}, "InvalidParameterValue", 400),
    ],
    ids=str,
)
def test_refusals_have_rds_own_codes(client, operation, request_, code, status):
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**request_)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["Error"]["Type"] == "Sender"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.row("1", "Code ≠ shape name")
def test_a_state_conflict_is_dispatched_by_the_sdk(client, lab):
    client.create_db_instance(
        DBInstanceIdentifier="wire",
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="master",
        MasterUserPassword="long-enough",
    )
    with pytest.raises(client.exceptions.InvalidDBInstanceStateFault):
        client.modify_db_instance(DBInstanceIdentifier="wire", MasterUserPassword="other-password")
    client.delete_db_instance(DBInstanceIdentifier="wire", SkipFinalSnapshot=True)


def test_what_only_tells_is_understood_by_the_sdk(client):
    quotas = client.describe_account_attributes()["AccountQuotas"]
    assert {"DBInstances", "AllocatedStorage", "DBParameterGroups", "ManualSnapshots"} <= {
        each["AccountQuotaName"] for each in quotas
    }
    assert all(each["Used"] <= each["Max"] for each in quotas)
    certificates = client.describe_certificates()["Certificates"]
    assert all(each["ValidTill"] > each["ValidFrom"] for each in certificates)
    assert len(certificates) == 3
    assert client.describe_pending_maintenance_actions()["PendingMaintenanceActions"] == []
    parameters = client.describe_db_parameters(DBParameterGroupName="default.postgres16")["Parameters"]
    assert {each["IsModifiable"] for each in parameters} == {True, False}


@pytest.mark.row("3", "Waiters")
def test_an_instance_is_waited_for_until_it_is_there_and_until_it_is_gone(client):
    client.create_db_instance(
        DBInstanceIdentifier="wire-storage",
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="master",
        MasterUserPassword="long-enough",
    )
    client.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="wire-storage", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    valid = client.describe_valid_db_instance_modifications(DBInstanceIdentifier="wire-storage")
    storage = valid["ValidDBInstanceModificationsMessage"]["Storage"]
    assert {"gp2", "gp3", "io1", "io2"} <= {each["StorageType"] for each in storage}
    client.delete_db_instance(DBInstanceIdentifier="wire-storage", SkipFinalSnapshot=True)
    client.get_waiter("db_instance_deleted").wait(
        DBInstanceIdentifier="wire-storage", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    with pytest.raises(client.exceptions.DBInstanceNotFoundFault):
        client.describe_db_instances(DBInstanceIdentifier="wire-storage")
