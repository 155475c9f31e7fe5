"""A real server behind an instance: what a client sees of it (rds-semantics §11.11)."""

import time

import boto3
import psycopg
import pytest


@pytest.fixture(scope="module")
def client(lab):
    return boto3.client(
        "rds",
        endpoint_url=lab.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def until(client, status, identifier="real"):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        one = client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        if one["DBInstanceStatus"] == status and not one.get("PendingModifiedValues"):
            return one
        assert one["DBInstanceStatus"] != "failed"
        time.sleep(0.1)
    raise AssertionError(f"It did not become {status}.")


@pytest.mark.row("4", "MasterUserPassword")
def test_passwords_tls_and_the_end_of_the_data(client, lab):
    client.create_db_instance(
        DBInstanceIdentifier="real",
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        DBName="shop",
        MasterUsername="master",
        MasterUserPassword="first-password",
    )
    endpoint = until(client, "available")["Endpoint"]

    def log_in(password):
        with psycopg.connect(
            host=endpoint["Address"],
            port=endpoint["Port"],
            user="master",
            password=password,
            dbname="shop",
            sslmode="verify-full",
            sslrootcert=str(lab.var / "ca.pem"),
            connect_timeout=5,
        ) as connection:
            return connection.execute("select current_user").fetchone()[0]

    assert log_in("first-password") == "master"
    client.modify_db_instance(DBInstanceIdentifier="real", MasterUserPassword="second-password")
    assert log_in("first-password") == "master"
    until(client, "available")
    assert log_in("second-password") == "master"
    with pytest.raises(psycopg.OperationalError):
        log_in("first-password")
    client.delete_db_instance(DBInstanceIdentifier="real", SkipFinalSnapshot=True)
    client.get_waiter("db_instance_deleted").wait(
        DBInstanceIdentifier="real", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    with pytest.raises(psycopg.OperationalError):
        log_in("second-password")
