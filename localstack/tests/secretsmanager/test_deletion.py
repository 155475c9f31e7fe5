"""Secrets that are gone, or on their way."""

import pytest

MARKED = "You can't perform this operation on the secret because it was marked for deletion."


@pytest.mark.row("8", "After delete")
def test_a_scheduled_secret_takes_nothing_until_it_is_restored(secrets, refused, name):
    secrets.create_secret(Name=name, SecretString="a")
    secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    tag = {"Key": "k", "Value": "v"}
    for operation, request in (
        (secrets.get_secret_value, {}),
        (secrets.put_secret_value, {"SecretString": "b"}),
        (secrets.update_secret, {"Description": "b"}),
        (secrets.tag_resource, {"Tags": [tag]}),
        (secrets.untag_resource, {"TagKeys": ["k"]}),
    ):
        assert refused(operation, SecretId=name, **request)[0] == "InvalidRequestException"
    assert refused(secrets.put_secret_value, SecretId=name, SecretString="b")[1] == MARKED
    created = refused(secrets.create_secret, Name=name, SecretString="a")
    assert created[0] == "InvalidRequestException"
    assert "already scheduled for deletion" in created[1]
    assert "DeletedDate" in secrets.describe_secret(SecretId=name)
    assert secrets.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"] == []
    secrets.restore_secret(SecretId=name)
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "a"


@pytest.mark.row("8", "Name")
def test_the_arn_of_a_deleted_secret_does_not_reach_its_successor(secrets, refused, name):
    old = secrets.create_secret(Name=name, SecretString="a")["ARN"]
    secrets.delete_secret(SecretId=old, ForceDeleteWithoutRecovery=True)
    new = secrets.create_secret(Name=name, SecretString="b")["ARN"]
    assert new != old
    assert refused(secrets.get_secret_value, SecretId=old)[0] == "ResourceNotFoundException"
    assert refused(secrets.delete_secret, SecretId=old)[0] == "ResourceNotFoundException"
    forced = secrets.delete_secret(SecretId=old, ForceDeleteWithoutRecovery=True)
    assert (forced["ARN"], forced["Name"]) == (old, name)
    assert secrets.get_secret_value(SecretId=new)["SecretString"] == "b"


def test_a_missing_secret_is_never_an_internal_error(secrets, refused, name):
    for operation, request in (
        (secrets.get_secret_value, {}),
        (secrets.describe_secret, {}),
        (secrets.put_secret_value, {"SecretString": "b"}),
        (secrets.update_secret, {"SecretString": "b"}),
        (secrets.delete_secret, {}),
        (secrets.restore_secret, {}),
        (secrets.tag_resource, {"Tags": []}),
        (secrets.untag_resource, {"TagKeys": ["k"]}),
        (secrets.list_secret_version_ids, {}),
    ):
        code, message = refused(operation, SecretId=name, **request)
        assert code == "ResourceNotFoundException"
        assert message.startswith("Secrets Manager can't find the specified secret")
