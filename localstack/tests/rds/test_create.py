"""CreateDBInstance: the way to `available`, and what it then is (rds-semantics §2, §3)."""

import re

import pytest


@pytest.mark.row("3", "`available`")
def test_it_goes_through_creating_and_backing_up(make_rds):
    rds = make_rds(creating=4, backingUp=1)
    assert rds.create()["DBInstanceStatus"] == "creating"
    assert rds.after(3.9) == "creating"
    assert rds.after(0.1) == "backing-up"
    assert rds.after(0.9) == "backing-up"
    assert rds.after(0.1) == "available"


def test_no_backup_is_made_where_backups_are_off(make_rds):
    rds = make_rds(creating=4, backingUp=1)
    rds.create(BackupRetentionPeriod=0)
    assert rds.after(4) == "available"


@pytest.mark.row("3", "Endpoint and DbiResourceId")
def test_the_endpoint_appears_late_and_no_creation_time_before_it_is_created(make_rds):
    rds = make_rds(creating=4, endpoint=2)
    rds.create()
    rds.settled()
    one = rds.describe()
    assert "Endpoint" not in one
    assert "InstanceCreateTime" not in one
    rds.after(2)
    assert rds.describe()["Endpoint"]["Address"] == "localhost"
    assert rds.after(2) == "available"
    assert rds.describe()["InstanceCreateTime"].timestamp() == pytest.approx(1_700_000_004)


@pytest.mark.row("3", "`failed`, `incompatible-*`")
def test_it_fails_when_its_server_cannot_be_made(make_rds, caplog):
    rds = make_rds()
    rds.servers.broken.add("create")
    rds.create()
    rds.until("db", "failed")
    events = rds.call("DescribeEvents", SourceType="db-instance", SourceIdentifier="db")["Events"]
    assert ["failure"] in [event["EventCategories"] for event in events]
    assert "old-password" not in caplog.text
    rds.delete(SkipFinalSnapshot=True)


def test_without_engines_there_is_no_server(make_rds):
    rds = make_rds()
    rds.settings.update({"engines": False})
    assert rds.available()["Endpoint"]["Address"] == "localhost"
    rds.delete(SkipFinalSnapshot=True)
    assert rds.servers.calls == []


def test_the_server_gets_what_was_asked_for(rds):
    one = rds.available(DBName="shop")
    spec = rds.servers.specs[one["DbiResourceId"]]
    assert (spec.engine, spec.version, spec.database) == ("postgres", "16.13", "shop")
    assert (spec.master_username, spec.master_password) == ("master", "old-password")
    assert spec.parameters["rds.force_ssl"] == "1"
    assert "old-password" not in repr(spec)


@pytest.mark.row("2", "DBInstanceIdentifier")
def test_names_are_lower_case_and_found_in_any_case(rds):
    assert rds.available("My-DB")["DBInstanceIdentifier"] == "my-db"
    assert rds.describe("MY-db")["DBInstanceArn"] == "arn:aws:rds:eu-central-1:000000000000:db:my-db"


@pytest.mark.row("3", "Endpoint and DbiResourceId")
def test_resource_ids_are_unique_to_each_life(rds):
    first = rds.available("one")["DbiResourceId"]
    assert re.fullmatch(r"db-[A-Z0-9]{26}", first)
    rds.delete("one", SkipFinalSnapshot=True)
    rds.settled()
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert rds.available("one")["DbiResourceId"] != first


@pytest.mark.row("2", "EngineVersion")
@pytest.mark.row("4.2", "Major-only versions")
@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, "17.10"), ("16", "16.14"), ("16.13", "16.13"), ("18", "18.4")],
)
def test_a_major_version_means_its_newest_minor_one(rds, given, expected):
    assert rds.create(EngineVersion=given)["EngineVersion"] == expected


@pytest.mark.row("2", "Always send explicitly")
def test_defaults_are_those_of_the_api(rds):
    """§2 "always send explicitly", §4.1, §10."""
    one = rds.available()
    expected = {
        "StorageType": "gp3",
        "Iops": 3000,
        "StorageThroughput": 125,
        "StorageEncrypted": False,
        "BackupRetentionPeriod": 1,
        "MultiAZ": False,
        "DeletionProtection": False,
        "CopyTagsToSnapshot": False,
        "AutoMinorVersionUpgrade": True,
        "LicenseModel": "postgresql-license",
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "MonitoringInterval": 0,
        "PendingModifiedValues": {},
        "TagList": [],
        "EngineLifecycleSupport": "open-source-rds-extended-support",
    }
    assert {name: one.get(name) for name in expected} == expected
    assert one["DBParameterGroups"] == [
        {"DBParameterGroupName": "default.postgres16", "ParameterApplyStatus": "in-sync"}
    ]
    assert one["OptionGroupMemberships"][0]["OptionGroupName"] == "default:postgres-16"
    assert [group["Status"] for group in one["VpcSecurityGroups"]] == ["active"]
    assert one["DBSubnetGroup"]["DBSubnetGroupName"] == "default"
    assert "MasterUserPassword" not in str(one)


def test_extended_support_is_paid_unless_it_is_refused(rds):
    """§2 "always send explicitly"."""
    disabled = "open-source-rds-extended-support-disabled"
    assert rds.create(EngineLifecycleSupport=disabled)["EngineLifecycleSupport"] == disabled
    mariadb = {"Engine": "mariadb", "EngineVersion": "10.11.15", "DBName": "app"}
    code = rds.create_refused(DBInstanceIdentifier="maria", EngineLifecycleSupport=disabled, **mariadb)[0]
    assert code == "InvalidParameterCombination"
    assert (
        rds.create_refused(DBInstanceIdentifier="free", EngineLifecycleSupport="free")[0]
        == "InvalidParameterValue"
    )


def test_tags_are_in_the_answer_and_in_every_description(rds):
    tags = [{"Key": "codesphere:wish", "Value": "1"}, {"Key": "empty", "Value": ""}]
    assert rds.create(Tags=tags)["TagList"] == tags
    assert rds.describe()["TagList"] == tags


@pytest.mark.row("7", "Quota: DB instances")
def test_a_name_that_is_taken_comes_before_a_quota_that_is_full(rds):
    rds.create()
    rds.settings.update({"instanceQuota": 1})
    assert rds.create_refused(DBInstanceIdentifier="DB")[:2] == ("DBInstanceAlreadyExists", 400)
    assert rds.create_refused(DBInstanceIdentifier="two")[:2] == ("InstanceQuotaExceeded", 400)


@pytest.mark.row("7", "Quota: total storage")
def test_the_storage_quota_holds_for_all_together(rds):
    rds.settings.update({"storageQuotaGiB": 50})
    rds.create()
    assert rds.create_refused(DBInstanceIdentifier="two", AllocatedStorage=31)[:2] == (
        "StorageQuotaExceeded",
        400,
    )
    rds.create("two", AllocatedStorage=30)
