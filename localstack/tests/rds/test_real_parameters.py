"""A parameter group and a real server (rds-semantics §4, §7): what SHOW says, and when."""

import time

import boto3
import psycopg
import pytest

GROUP = {"DBParameterGroupName": "real-parameters"}
INSTANCE = {"DBInstanceIdentifier": "real-parameters"}


@pytest.fixture(scope="module")
def client(lab):
    return boto3.client(
        "rds",
        endpoint_url=lab.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def until(client, status, group):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        one = client.describe_db_instances(**INSTANCE)["DBInstances"][0]
        found = one["DBInstanceStatus"], one["DBParameterGroups"][0]["ParameterApplyStatus"]
        if found == (status, group):
            return one
        time.sleep(0.1)
    raise AssertionError(f"It is {found}, not {(status, group)}.")


def put(client, name, value, method):
    one = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
    client.modify_db_parameter_group(**GROUP, Parameters=[one])


def reset(client, name):
    one = {"ParameterName": name, "ApplyMethod": "pending-reboot"}
    client.reset_db_parameter_group(**GROUP, ResetAllParameters=False, Parameters=[one])


@pytest.mark.row("7", "ParameterApplyStatus")
def test_the_server_runs_with_its_group(client, lab):
    client.create_db_parameter_group(**GROUP, DBParameterGroupFamily="postgres16", Description="real")
    client.create_db_instance(
        **INSTANCE,
        **GROUP,
        Engine="postgres",
        EngineVersion="16",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="master",
        MasterUserPassword="first-password",
    )
    endpoint = until(client, "available", "in-sync")["Endpoint"]

    def show(name):
        with psycopg.connect(
            host=endpoint["Address"],
            port=endpoint["Port"],
            user="master",
            password="first-password",
            dbname="postgres",
            sslmode="require",
            connect_timeout=5,
        ) as connection:
            return connection.execute("select current_setting(%s)", [name]).fetchone()[0]

    put(client, "work_mem", "2048", "immediate")
    until(client, "available", "in-sync")
    deadline = time.monotonic() + 10
    while show("work_mem") != "2MB":
        assert time.monotonic() < deadline, "An immediate parameter did not reach the server."

    put(client, "max_connections", "50", "pending-reboot")
    until(client, "available", "pending-reboot")
    assert show("max_connections") != "50"
    client.reboot_db_instance(**INSTANCE)
    until(client, "available", "in-sync")
    assert (show("max_connections"), show("work_mem")) == ("50", "2MB")

    put(client, "timezone", "Nowhere/Land", "pending-reboot")
    client.reboot_db_instance(**INSTANCE)
    until(client, "incompatible-parameters", "in-sync")
    with pytest.raises(psycopg.OperationalError):
        show("work_mem")
    reset(client, "timezone")
    client.reboot_db_instance(**INSTANCE)
    until(client, "available", "in-sync")
    assert (show("max_connections"), show("timezone")) == ("50", "UTC")
    client.delete_db_instance(**INSTANCE, SkipFinalSnapshot=True)
    with pytest.raises(client.exceptions.InvalidDBParameterGroupStateFault):
        client.delete_db_parameter_group(**GROUP)
    client.get_waiter("db_instance_deleted").wait(**INSTANCE, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    client.delete_db_parameter_group(**GROUP)


def test_a_new_server_that_does_not_start_with_its_group_is_repaired(client):
    client.create_db_parameter_group(**GROUP, DBParameterGroupFamily="postgres17", Description="real")
    put(client, "shared_preload_libraries", "no_such_library", "pending-reboot")
    client.create_db_instance(
        **INSTANCE,
        **GROUP,
        Engine="postgres",
        EngineVersion="17",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="master",
        MasterUserPassword="first-password",
    )
    until(client, "incompatible-parameters", "in-sync")
    reset(client, "shared_preload_libraries")
    client.reboot_db_instance(**INSTANCE)
    one = until(client, "available", "in-sync")
    with psycopg.connect(
        host=one["Endpoint"]["Address"],
        port=one["Endpoint"]["Port"],
        user="master",
        password="first-password",
        dbname="postgres",
        sslmode="require",
        connect_timeout=5,
    ) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    client.delete_db_instance(**INSTANCE, SkipFinalSnapshot=True)
