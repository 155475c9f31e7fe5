"""§8: Secrets Manager."""

from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.mark.row("8", "Name")
def test_the_same_name_again_has_another_arn(aws):
    secrets, name = aws("secretsmanager"), f"test/{uuid4()}"
    arns = set()
    for _ in range(2):
        arn = secrets.create_secret(Name=name, SecretString="a")["ARN"]
        assert arn.rpartition("-")[0].endswith(f":secret:{name}")
        assert len(arn.rpartition("-")[2]) == 6
        arns.add(arn)
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert len(arns) == 2
    for bad in ("a b", "ä", "a*"):
        with pytest.raises(ClientError) as caught:
            secrets.create_secret(Name=bad, SecretString="a")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.row("8", "DeleteSecret")
def test_force_on_what_is_not_there_succeeds_and_a_window_with_it_does_not(aws):
    secrets, name = aws("secretsmanager"), f"test/{uuid4()}"
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.delete_secret(SecretId=name)
    secrets.create_secret(Name=name, SecretString="a")
    both = {"ForceDeleteWithoutRecovery": True, "RecoveryWindowInDays": 7}
    with pytest.raises(ClientError) as caught:
        secrets.delete_secret(SecretId=name, **both)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    for days in (6, 31):
        with pytest.raises(ClientError) as caught:
            secrets.delete_secret(SecretId=name, RecoveryWindowInDays=days)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    secrets.delete_secret(SecretId=name)
    with pytest.raises(secrets.exceptions.InvalidRequestException):
        secrets.get_secret_value(SecretId=name)
