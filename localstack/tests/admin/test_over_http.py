"""Faults, counts and settings as a client of a running lab meets them."""

import time
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError


@pytest.fixture
def secrets(aws):
    return aws("secretsmanager")


@pytest.fixture
def name():
    return f"test/{uuid4()}"


def exists(secrets, name):
    return bool(secrets.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"])


@pytest.mark.row("1", "Throttling")
def test_throttling_is_worded_as_each_service_does(admin, aws, secrets, name):
    assert (
        admin("POST", "faults", {"operation": "CreateSecret", "kind": "throttle", "identifier": name})[0]
        == 201
    )
    secrets.create_secret(Name=f"test/other-{uuid4()}", SecretString="x")
    with pytest.raises(ClientError) as caught:
        secrets.create_secret(Name=name, SecretString="x")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["Error"]["Code"] == "ThrottlingException"

    fault = {"service": "rds", "operation": "DescribeDBInstances", "kind": "throttle", "identifier": "db-x"}
    admin("POST", "faults", fault)
    aws("rds").describe_db_instances()
    with pytest.raises(ClientError) as caught:
        aws("rds").describe_db_instances(Filters=[{"Name": "db-instance-id", "Values": ["db-x"]}])
    assert caught.value.response["Error"] == {
        "Type": "Sender",
        "Code": "Throttling",
        "Message": "Rate exceeded",
    }


@pytest.mark.row("1", "Un-modelled codes")
@pytest.mark.parametrize(
    ("said", "code", "status"),
    [({}, "InternalFailure", 500), ({"code": "Unavailable", "status": 503}, "Unavailable", 503)],
)
def test_an_error_comes_instead_of_the_operation(admin, secrets, name, said, code, status):
    admin("POST", "faults", {"operation": "CreateSecret", "kind": "error", "identifier": name} | said)
    with pytest.raises(ClientError) as caught:
        secrets.create_secret(Name=name, SecretString="x")
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert not exists(secrets, name)


@pytest.mark.parametrize(("kind", "applied"), [("drop_before", False), ("drop_after", True)])
def test_a_dropped_connection(admin, secrets, name, kind, applied):
    admin("POST", "faults", {"operation": "CreateSecret", "kind": kind, "identifier": name})
    with pytest.raises(ConnectionClosedError):
        secrets.create_secret(Name=name, SecretString="x")
    assert exists(secrets, name) is applied


def test_a_delayed_call_is_done_later(admin, secrets, name):
    fault = {"operation": "CreateSecret", "kind": "delay", "identifier": name, "delaySeconds": 0.5}
    admin("POST", "faults", fault)
    start = time.monotonic()
    secrets.create_secret(Name=name, SecretString="x")
    assert time.monotonic() - start >= 0.5


def test_faults_are_listed_with_what_is_left_and_removed(admin, secrets, name):
    status, made = admin(
        "POST", "faults", {"operation": "*", "kind": "error", "identifier": name, "count": 2}
    )
    assert (status, made["count"]) == (201, 2)
    with pytest.raises(ClientError):
        secrets.describe_secret(SecretId=name)
    assert [one["count"] for one in admin("GET", "faults")[1] if one["id"] == made["id"]] == [1]
    admin("POST", "faults", {"operation": "*", "kind": "error", "identifier": f"not-{name}"})
    assert admin("DELETE", f"faults?identifier={name}") == (204, None)
    assert [one["identifier"] for one in admin("GET", "faults")[1]] == [f"not-{name}"]
    assert admin("DELETE", "faults") == (204, None)
    assert admin("GET", "faults") == (200, [])
    assert admin("POST", "faults", {"kind": "explode"}) == (
        400,
        {"error": "kind must be one of throttle, error, delay, drop_before, drop_after."},
    )


def test_calls_are_counted_with_those_that_a_fault_hit(admin, secrets, name):
    admin("POST", "faults", {"operation": "CreateSecret", "kind": "drop_before", "identifier": name})
    assert admin("DELETE", "calls")[0] == 204
    with pytest.raises(ConnectionClosedError):
        secrets.create_secret(Name=name, SecretString="x")
    secrets.create_secret(Name=name, SecretString="x")
    secrets.describe_secret(SecretId=name)
    counts = {"secretsmanager.CreateSecret": 2, "secretsmanager.DescribeSecret": 1}
    assert admin("GET", "calls") == (200, counts)


def test_settings_are_read_and_changed(admin):
    _, before = admin("GET", "config")
    assert before["engines"] is True
    assert admin("POST", "config", {"engines": False}) == (200, before | {"engines": False})
    assert admin("POST", "config", {"engines": True}) == (200, before)
    status, answer = admin("POST", "config", {"engines": "maybe"})
    assert (status, list(answer)) == (400, ["error"])
