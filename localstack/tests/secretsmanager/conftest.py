"""A Secrets Manager client that shows every answer, and secrets of the test's own."""

from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture
def secrets(lab):
    return boto3.client(
        "secretsmanager",
        endpoint_url=lab.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


@pytest.fixture
def name():
    return f"test/{uuid4()}"


@pytest.fixture
def tokens():
    return [str(uuid4()) for _ in range(4)]


@pytest.fixture
def refused():
    """The code and message of what must be refused, never with a status other than 400."""

    def call(operation, **request):
        with pytest.raises(ClientError) as caught:
            operation(**request)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    return call
