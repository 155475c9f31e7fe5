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
