"""CreateDBInstance: the way to `available` (rds-semantics §3) and what is refused (§2)."""

import re

import pytest

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
IDENTIFIER = (
    "The parameter DBInstanceIdentifier is not a valid identifier. Identifiers must begin with a letter; "
    "must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two "
    "consecutive hyphens."
)
PASSWORD = "The parameter MasterUserPassword is not a valid password"
ALPHABET = f"{PASSWORD}. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
CLASS = (
    "RDS does not support creating a DB instance with the following combination: DBInstanceClass=db.x9.huge, "
    "Engine=postgres, EngineVersion=16.13, LicenseModel=postgresql-license. For supported combinations of "
    "instance class and database engine version, see the documentation."
)
GP3 = "You can't specify IOPS or storage throughput for engine postgres and a storage size less than 400."


def size(kind, gib):
    return f"Invalid storage size for engine name postgres and storage type {kind}: {gib}"


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


def test_names_are_lower_case_and_found_in_any_case(rds):
    assert rds.available("My-DB")["DBInstanceIdentifier"] == "my-db"
    assert rds.describe("MY-db")["DBInstanceArn"] == "arn:aws:rds:eu-central-1:000000000000:db:my-db"


def test_resource_ids_are_unique_to_each_life(rds):
    first = rds.available("one")["DbiResourceId"]
    assert re.fullmatch(r"db-[A-Z0-9]{26}", first)
    rds.delete("one", SkipFinalSnapshot=True)
    rds.settled()
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert rds.available("one")["DbiResourceId"] != first


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, "17.10"), ("16", "16.14"), ("16.13", "16.13"), ("18", "18.4")],
)
def test_a_major_version_means_its_newest_minor_one(rds, given, expected):
    assert rds.create(EngineVersion=given)["EngineVersion"] == expected


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


def test_tags_are_in_the_answer_and_in_every_description(rds):
    tags = [{"Key": "codesphere:wish", "Value": "1"}, {"Key": "empty", "Value": ""}]
    assert rds.create(Tags=tags)["TagList"] == tags
    assert rds.describe()["TagList"] == tags


def test_a_key_is_told_as_an_arn(rds):
    key = "1234abcd-12ab-34cd-56ef-1234567890ab"
    one = rds.create(StorageEncrypted=True, KmsKeyId=key)
    assert one["KmsKeyId"] == f"arn:aws:kms:eu-central-1:000000000000:key/{key}"


def test_a_name_that_is_taken_comes_before_a_quota_that_is_full(rds):
    rds.create()
    rds.settings.update({"instanceQuota": 1})
    assert rds.create_refused(DBInstanceIdentifier="DB")[:2] == ("DBInstanceAlreadyExists", 400)
    assert rds.create_refused(DBInstanceIdentifier="two")[:2] == ("InstanceQuotaExceeded", 400)


def test_the_storage_quota_holds_for_all_together(rds):
    rds.settings.update({"storageQuotaGiB": 50})
    rds.create()
    assert rds.create_refused(DBInstanceIdentifier="two", AllocatedStorage=31)[:2] == (
        "StorageQuotaExceeded",
        400,
    )
    rds.create("two", AllocatedStorage=30)


BAD = [
    ({"DBInstanceIdentifier": "1db"}, VALUE, IDENTIFIER),
    ({"DBInstanceIdentifier": "db-"}, VALUE, IDENTIFIER),
    ({"DBInstanceIdentifier": "d--b"}, VALUE, IDENTIFIER),
    ({"DBInstanceIdentifier": "d_b"}, VALUE, IDENTIFIER),
    ({"DBInstanceIdentifier": "dß"}, VALUE, IDENTIFIER),
    ({"DBInstanceIdentifier": "d" * 64}, VALUE, None),
    ({"DBInstanceIdentifier": None}, "MissingParameter", None),
    ({"DBInstanceClass": None}, "MissingParameter", None),
    ({"Engine": None}, "MissingParameter", None),
    ({"Engine": "postgresql"}, VALUE, "Invalid DB engine: postgresql"),
    ({"EngineVersion": "9.5"}, COMBINATION, "Cannot find version 9.5 for postgres"),
    ({"EngineVersion": "16.1"}, COMBINATION, "Cannot find version 16.1 for postgres"),
    ({"DBInstanceClass": "db.x9.huge"}, COMBINATION, CLASS),
    (
        {"MasterUsername": "admin"},
        VALUE,
        "MasterUsername admin cannot be used as it is a reserved word used by the engine",
    ),
    ({"MasterUsername": "rdsadmin"}, VALUE, None),
    ({"MasterUsername": "Select"}, VALUE, None),
    (
        {"MasterUsername": "pg_dba"},
        VALUE,
        'MasterUsername pg_dba cannot be used because role names starting with "pg_" are reserved by the '
        "PostgreSQL engine",
    ),
    ({"MasterUsername": "1st"}, VALUE, None),
    ({"MasterUsername": "a" * 17}, VALUE, None),
    ({"MasterUserPassword": "x" * 7}, VALUE, f"{PASSWORD} because it is shorter than 8 characters."),
    ({"MasterUserPassword": "x" * 129}, VALUE, f"{PASSWORD} because it is longer than 128 characters."),
    ({"MasterUserPassword": "with space"}, VALUE, ALPHABET),
    ({"MasterUserPassword": "with/slash"}, VALUE, ALPHABET),
    ({"MasterUserPassword": "with@at-sign"}, VALUE, ALPHABET),
    ({"MasterUserPassword": 'with"quote'}, VALUE, ALPHABET),
    ({"MasterUserPassword": "umläute-gehen-nicht"}, VALUE, ALPHABET),
    (
        {"DBName": "1db"},
        VALUE,
        "DBName must begin with a letter and contain only alphanumeric characters.",
    ),
    ({"DBName": "a-b"}, VALUE, None),
    ({"DBName": "d" * 64}, VALUE, None),
    ({"DBName": "select"}, VALUE, None),
    ({"Port": 1149}, VALUE, None),
    ({"Port": 65536}, VALUE, None),
    ({"BackupRetentionPeriod": 36}, VALUE, None),
    ({"BackupRetentionPeriod": -1}, VALUE, None),
    ({"PreferredBackupWindow": "03:00-03:29"}, VALUE, None),
    ({"PreferredBackupWindow": "3-4"}, VALUE, None),
    ({"PreferredMaintenanceWindow": "sun:04:00-sun:04:10"}, VALUE, None),
    (
        {"PreferredBackupWindow": "03:00-04:00", "PreferredMaintenanceWindow": "mon:03:30-mon:04:30"},
        VALUE,
        "The backup window and maintenance window must not overlap.",
    ),
    ({"MultiAZ": True, "AvailabilityZone": "eu-central-1a"}, COMBINATION, None),
    ({"AllocatedStorage": 19}, COMBINATION, size("gp3", 19)),
    ({"AllocatedStorage": 65537}, COMBINATION, size("gp3", 65537)),
    ({"StorageType": "io1", "AllocatedStorage": 99, "Iops": 1000}, COMBINATION, size("io1", 99)),
    ({"Iops": 3000, "StorageType": "gp3"}, COMBINATION, GP3),
    ({"StorageThroughput": 125}, COMBINATION, GP3),
    ({"StorageType": "gp3", "AllocatedStorage": 400, "Iops": 3000}, COMBINATION, None),
    (
        {"StorageType": "io1", "AllocatedStorage": 100},
        COMBINATION,
        "The storage type io1 requires iops to be specified.",
    ),
    (
        {"StorageType": "gp2", "Iops": 4000},
        COMBINATION,
        "Invalid iops value for engine name postgres and storage type gp2: 4000",
    ),
    ({"StorageType": "gp9"}, VALUE, None),
    ({"MaxAllocatedStorage": 19}, COMBINATION, "Max storage size must be greater than storage size"),
    (
        {"MaxAllocatedStorage": 21},
        COMBINATION,
        "The maximum allocated storage must be increased by at least 10 percent.",
    ),
    ({"KmsKeyId": "alias/mine"}, COMBINATION, None),
    ({"ManageMasterUserPassword": True}, COMBINATION, None),
    (
        {"DBParameterGroupName": "default.postgres15"},
        COMBINATION,
        "The Parameter Group default.postgres15 with DBParameterGroupFamily postgres15 cannot be used for "
        "this instance. Please use a Parameter Group with DBParameterGroupFamily postgres16",
    ),
    ({"DBParameterGroupName": "nobodys"}, "DBParameterGroupNotFound", None),
    ({"DBSubnetGroupName": "nobodys"}, "DBSubnetGroupNotFoundFault", None),
    ({"CACertificateIdentifier": "rds-ca-2019"}, "CertificateNotFound", None),
    ({"VpcSecurityGroupIds": ["default"]}, VALUE, None),
    ({"Tags": [{"Key": "a,b", "Value": ""}]}, VALUE, None),
    ({"Tags": [{"Key": "a", "Value": "{}"}]}, VALUE, None),
    ({"Tags": [{"Key": "aws:x", "Value": ""}]}, VALUE, None),
    ({"Tags": [{"Key": "x", "Value": "rds:y"}]}, VALUE, None),
    ({"Tags": [{"Key": "k" * 129, "Value": ""}]}, VALUE, None),
    ({"Tags": [{"Key": "k", "Value": "v" * 257}]}, VALUE, None),
    ({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, VALUE, None),
]


@pytest.mark.parametrize(("request_", "code", "text"), BAD, ids=lambda value: str(value)[:40])
def test_bad_input_is_refused_and_leaves_nothing_behind(rds, request_, code, text):
    found, status, message = rds.create_refused(**request_)
    assert found == code
    assert status == (404 if code.endswith(("NotFound", "NotFoundFault")) else 400)
    assert text is None or message == text
    assert request_.get("MasterUserPassword", "none sent") not in message
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert rds.servers.calls == []
