"""Clients of a running lab, in which no servers are started: none of these tests looks into a database."""

import json
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from requests import post

INSTANCE = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t4g.micro",
    "AllocatedStorage": 20,
    "MasterUsername": "master",
    "MasterUserPassword": "a-long-password",
}


@pytest.fixture(autouse=True)
def no_servers(lab):
    def set_engines(on):
        body = json.dumps({"engines": on})
        assert post(f"{lab.endpoint}/_localstack/rds-lab/config", data=body, proxies={}).ok

    set_engines(False)
    yield
    set_engines(True)


@pytest.fixture
def aws(lab):
    def client(service):
        return boto3.client(
            service,
            endpoint_url=lab.endpoint,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    return client


@pytest.fixture
def name():
    return f"test-{uuid4().hex}"


@pytest.fixture
def create(aws):
    """Make an instance, which goes when the test ends."""
    made = []

    def call(**request):
        wanted = INSTANCE | {"DBInstanceIdentifier": f"test-{uuid4().hex}"} | request
        made.append(aws("rds").create_db_instance(**wanted)["DBInstance"])
        return made[-1]

    yield call
    for each in made:
        aws("rds").delete_db_instance(
            DBInstanceIdentifier=each["DBInstanceIdentifier"], SkipFinalSnapshot=True
        )


@pytest.fixture
def refused():
    """The code of what must be refused, never as an error of the server."""

    def call(operation, **request):
        with pytest.raises(ClientError) as caught:
            operation(**request)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        return caught.value.response["Error"]["Code"]

    return call
