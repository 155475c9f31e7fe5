"""The life of a MySQL and of a MariaDB instance with a real server behind it, over the RDS API."""

import ssl
import time

import boto3
import pymysql
import pytest

from rds_lab.engines.sweep import processes

DEADLINE = 60


@pytest.fixture(scope="module")
def client(lab):
    return boto3.client(
        "rds",
        endpoint_url=lab.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def until(client, identifier, condition):
    deadline = time.monotonic() + DEADLINE
    while True:
        one = client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        settled = one["DBInstanceStatus"] == "available" and not one.get("PendingModifiedValues")
        if settled and condition(one):
            return one
        assert one["DBInstanceStatus"] not in ("failed", "incompatible-parameters")
        assert time.monotonic() < deadline, f"It is still {one['DBInstanceStatus']}."
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("engine", "old", "new", "said"),
    [("mysql", "8.0.43", "8.4.7", "8.4.7"), ("mariadb", "10.11.15", "11.4.9", "11.4.9-MariaDB")],
)
def test_a_whole_life(client, lab, engine, old, new, said):
    group = f"life-of-{engine}"
    major = old.rpartition(".")[0]
    client.create_db_parameter_group(
        DBParameterGroupName=group, DBParameterGroupFamily=f"{engine}{major}", Description="A test's"
    )
    client.modify_db_parameter_group(
        DBParameterGroupName=group,
        Parameters=[
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
            for name, value in (("max_connections", "44"), ("require_secure_transport", "1"))
        ],
    )
    client.create_db_instance(
        DBInstanceIdentifier=engine,
        Engine=engine,
        EngineVersion=old,
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        DBName="shop",
        MasterUsername="admin",
        MasterUserPassword="first-password",
        DBParameterGroupName=group,
    )
    one = until(client, engine, lambda one: True)
    directory = lab.var / "servers" / one["DbiResourceId"]
    assert processes(directory)

    def log_in(password, **changes):
        settings = {
            "host": one["Endpoint"]["Address"],
            "port": one["Endpoint"]["Port"],
            "user": "admin",
            "password": password,
            "database": "shop",
            "connect_timeout": 5,
            "autocommit": True,
            "ssl": ssl.create_default_context(cafile=lab.var / "ca.pem"),
        }
        return pymysql.connect(**settings | changes)

    def ask(password, query):
        with log_in(password) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    ask("first-password", "CREATE TABLE kept AS SELECT 42 AS answer")
    assert ask("first-password", "SELECT @@GLOBAL.max_connections") == ((44,),)
    with pytest.raises(pymysql.OperationalError):
        log_in("first-password", ssl=None, ssl_disabled=True)

    client.modify_db_instance(DBInstanceIdentifier=engine, MasterUserPassword="second-password")
    until(client, engine, lambda one: True)
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        log_in("first-password")

    client.modify_db_instance(
        DBInstanceIdentifier=engine,
        EngineVersion=new,
        AllowMajorVersionUpgrade=True,
        ApplyImmediately=True,
        DBParameterGroupName=f"default.{engine}{new.rpartition('.')[0]}",
    )
    until(client, engine, lambda one: one["EngineVersion"] == new)
    client.reboot_db_instance(DBInstanceIdentifier=engine)
    until(client, engine, lambda one: True)
    assert ask("second-password", "SELECT answer, VERSION() FROM kept") == ((42, said),)

    client.delete_db_instance(DBInstanceIdentifier=engine, SkipFinalSnapshot=True)
    client.get_waiter("db_instance_deleted").wait(
        DBInstanceIdentifier=engine, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    assert not processes(directory)
    assert not directory.exists()
    client.delete_db_parameter_group(DBParameterGroupName=group)
