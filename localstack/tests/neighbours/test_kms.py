"""Keys of KMS's own API, as RDS and Secrets Manager use them."""

from uuid import uuid4

import pytest

FAULT = "KMSKeyNotAccessibleFault"


@pytest.fixture
def kms(aws):
    return aws("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]


def disabled(kms):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=key)
    return key


def going(kms):
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    return key


UNUSABLE = {
    "unknown": lambda kms: str(uuid4()),
    "of nobody's alias": lambda kms: f"alias/{uuid4()}",
    "of another region": lambda kms: kms.create_key()["KeyMetadata"]["Arn"].replace("central", "west"),
    "no key": lambda kms: "arn:aws:s3:::bucket",
    "of no account": lambda kms: f"arn:aws:kms:eu-central-1:nobody:key/{uuid4()}",
    "disabled": disabled,
    "about to be deleted": going,
    "asymmetric": lambda kms: kms.create_key(KeySpec="RSA_2048")["KeyMetadata"]["Arn"],
    "for signing": lambda kms: kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")[
        "KeyMetadata"
    ]["Arn"],
}


@pytest.mark.row("8", "KMS")
@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_key_that_cannot_encrypt_is_refused(aws, kms, create, name, refused, kind):
    key = UNUSABLE[kind](kms)
    assert refused(create, StorageEncrypted=True, KmsKeyId=key) == FAULT
    secrets = aws("secretsmanager")
    assert refused(secrets.create_secret, Name=name, SecretString="x", KmsKeyId=key) == "EncryptionFailure"
    assert refused(secrets.describe_secret, SecretId=name) == "ResourceNotFoundException"


def test_a_key_goes_by_id_arn_and_alias_and_is_told_as_an_arn(aws, kms, create, key):
    alias = f"alias/{uuid4()}"
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    alias_arn = key["Arn"].replace(f"key/{key['KeyId']}", alias)
    for called in (key["KeyId"], key["Arn"], alias, alias_arn):
        assert create(StorageEncrypted=True, KmsKeyId=called)["KmsKeyId"] == key["Arn"]
        aws("secretsmanager").create_secret(Name=f"test/{uuid4()}", SecretString="x", KmsKeyId=called)


def test_without_a_key_it_is_awss_own(aws, create, name):
    assert create(StorageEncrypted=True)["KmsKeyId"].startswith("arn:aws:kms:eu-central-1:000000000000:")
    for key in ({}, {"KmsKeyId": "alias/aws/secretsmanager"}):
        secret = f"{name}{len(key)}"
        aws("secretsmanager").create_secret(Name=secret, SecretString="x", **key)
        assert aws("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] == "x"


@pytest.mark.row("8", "KMS")
def test_a_secret_is_neither_read_nor_written_while_its_key_is_disabled(aws, kms, key, name, refused):
    secrets = aws("secretsmanager")
    secrets.create_secret(Name=name, SecretString="first", KmsKeyId=key["KeyId"])
    kms.disable_key(KeyId=key["KeyId"])
    assert refused(secrets.get_secret_value, SecretId=name) == "DecryptionFailure"
    (failed,) = secrets.batch_get_secret_value(SecretIdList=[name])["Errors"]
    assert failed["ErrorCode"] == "DecryptionFailure"
    for write in (secrets.put_secret_value, secrets.update_secret):
        assert refused(write, SecretId=name, SecretString="second") == "EncryptionFailure"
    assert secrets.describe_secret(SecretId=name)["Name"] == name
    kms.enable_key(KeyId=key["KeyId"])
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "first"
    secrets.put_secret_value(SecretId=name, SecretString="second")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "second"


@pytest.mark.row("8", "KMS")
def test_a_secret_is_not_given_a_key_that_cannot_be_used(aws, kms, name, refused):
    secrets = aws("secretsmanager")
    secrets.create_secret(Name=name, SecretString="x")
    bad = disabled(kms)
    assert refused(secrets.update_secret, SecretId=name, KmsKeyId=bad) == "EncryptionFailure"
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "x"


def test_a_tag_gives_a_key_its_id(kms):
    wanted = str(uuid4())
    kms.create_key(Tags=[{"TagKey": "_custom_id_", "TagValue": wanted}])
    assert kms.describe_key(KeyId=wanted)["KeyMetadata"]["KeyState"] == "Enabled"
