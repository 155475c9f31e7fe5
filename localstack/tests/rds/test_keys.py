"""KMS keys: an instance is neither made nor started with one that cannot be used (rds-semantics §3)."""

import pytest

FAULT = "KMSKeyNotAccessibleFault"
MINE = "arn:aws:kms:eu-central-1:000000000000:alias/mine"


def text(key):
    return (
        f"The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to "
        "access it."
    )


@pytest.mark.parametrize("key", ["alias/nobodys", "alias/disabled"])
def test_a_key_that_cannot_be_used_is_refused_and_leaves_nothing_behind(rds, key):
    assert rds.create_refused(StorageEncrypted=True, KmsKeyId=key) == (FAULT, 400, text(key))
    assert rds.call("DescribeDBInstances")["DBInstances"] == []


@pytest.mark.parametrize(("sent", "shown"), [("alias/mine", MINE), (None, MINE.replace("mine", "aws/rds"))])
def test_an_encrypted_instance_shows_its_keys_arn(rds, sent, shown):
    one = rds.available(StorageEncrypted=True, KmsKeyId=sent)
    assert (one["StorageEncrypted"], one["KmsKeyId"]) == (True, shown)
    assert "KmsKeyId" not in rds.available("plain")


@pytest.mark.row("3", "StartDBInstance")
def test_an_instance_does_not_start_without_its_key(rds):
    rds.available(StorageEncrypted=True, KmsKeyId="alias/mine")
    rds.call("StopDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "stopped")
    rds.keys.usable["alias/mine"] = False
    assert rds.refused("StartDBInstance", DBInstanceIdentifier="db") == (FAULT, 400, text(MINE))
    assert rds.status() == "stopped"
    rds.keys.usable["alias/mine"] = True
    rds.call("StartDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "available")


@pytest.mark.row("3", "`inaccessible-encryption-credentials-recoverable`")
def test_an_instance_that_lost_its_key_starts_when_it_can_be_used_again(rds):
    rds.available(StorageEncrypted=True, KmsKeyId="alias/mine")
    rds.happens("status", status="inaccessible-encryption-credentials-recoverable")
    rds.keys.usable["alias/mine"] = False
    assert rds.refused("StartDBInstance", DBInstanceIdentifier="db")[0] == FAULT
    rds.keys.usable["alias/mine"] = True
    rds.call("StartDBInstance", DBInstanceIdentifier="db")
    rds.until("db", "available")
