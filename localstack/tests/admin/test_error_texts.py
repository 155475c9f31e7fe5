"""Errors of capacity, quotas and keys as the SDK meets them, each in RDS's words (rds-semantics §1)."""

import pytest
from botocore.exceptions import ClientError

CODES = {
    "InsufficientDBInstanceCapacity": "capacity for the requested instance class",
    "InstanceQuotaExceeded": "Instance quota exceeded",
    "StorageQuotaExceeded": "Storage quota exceeded",
    "SnapshotQuotaExceeded": "Cannot create more than 100 manual snapshots",
    "DBParameterGroupQuotaExceeded": "Cannot create more than 50 DB parameter groups",
    "KMSKeyNotAccessibleFault": "KMS key",
    "InvalidDBInstanceState": "not in available state",
    "DBUpgradeDependencyFailure": "upgrade failed",
    "ProvisionedIopsNotAvailableInAZFault": "Provisioned IOPS",
}


@pytest.mark.parametrize(("code", "text"), CODES.items())
def test_a_code_comes_with_its_status_and_text(admin, aws, code, text):
    fault = {"operation": "ModifyDBInstance", "kind": "error", "code": code, "identifier": "texts"}
    assert admin("POST", "faults", fault)[0] == 201
    with pytest.raises(ClientError) as caught:
        aws("rds").modify_db_instance(DBInstanceIdentifier="texts")
    error = caught.value.response
    assert (error["Error"]["Code"], error["Error"]["Type"]) == (code, "Sender")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert text in error["Error"]["Message"]


def test_a_fault_can_bring_its_own_text(admin, aws):
    fault = {"operation": "ModifyDBInstance", "kind": "error", "code": "InstanceQuotaExceeded"}
    admin("POST", "faults", fault | {"message": "No more.", "identifier": "texts"})
    with pytest.raises(ClientError) as caught:
        aws("rds").modify_db_instance(DBInstanceIdentifier="texts")
    assert caught.value.response["Error"]["Message"] == "No more."
