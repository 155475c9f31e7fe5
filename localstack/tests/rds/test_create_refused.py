"""What CreateDBInstance refuses, with RDS's own codes and texts (rds-semantics §2, §4.1)."""

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


# By the row of CONFORMANCE.md: what is sent, the code, and the text where it is known.
BAD = {
    ("1", "Un-modelled codes"): [
        ({"StorageType": "gp9"}, VALUE, None),
        ({"KmsKeyId": "alias/mine"}, COMBINATION, None),
    ],
    ("1", "Code ≠ shape name"): [
        ({"DBParameterGroupName": "nobodys"}, "DBParameterGroupNotFound", None),
        ({"DBSubnetGroupName": "nobodys"}, "DBSubnetGroupNotFoundFault", None),
    ],
    ("2", "DBInstanceIdentifier"): [
        ({"DBInstanceIdentifier": "1db"}, VALUE, IDENTIFIER),
        ({"DBInstanceIdentifier": "db-"}, VALUE, IDENTIFIER),
        ({"DBInstanceIdentifier": "d--b"}, VALUE, IDENTIFIER),
        ({"DBInstanceIdentifier": "d_b"}, VALUE, IDENTIFIER),
        ({"DBInstanceIdentifier": "dß"}, VALUE, IDENTIFIER),
        ({"DBInstanceIdentifier": "d" * 64}, VALUE, None),
        ({"DBInstanceIdentifier": None}, "MissingParameter", None),
    ],
    ("2", "DBInstanceClass"): [
        ({"DBInstanceClass": None}, "MissingParameter", None),
        ({"DBInstanceClass": "db.x9.huge"}, COMBINATION, CLASS),
    ],
    ("2", "Engine"): [
        ({"Engine": None}, "MissingParameter", None),
        ({"Engine": "postgresql"}, VALUE, "Invalid DB engine: postgresql"),
    ],
    ("2", "EngineVersion"): [
        ({"EngineVersion": "9.5"}, COMBINATION, "Cannot find version 9.5 for postgres"),
        ({"EngineVersion": "16.1"}, COMBINATION, "Cannot find version 16.1 for postgres"),
    ],
    ("2", "MasterUsername"): [
        (
            {"MasterUsername": "admin"},
            VALUE,
            "MasterUsername admin cannot be used as it is a reserved word used by the engine",
        ),
        ({"MasterUsername": "rdsadmin"}, VALUE, None),
        (
            {"MasterUsername": "pg_dba"},
            VALUE,
            'MasterUsername pg_dba cannot be used because role names starting with "pg_" are reserved by the '
            "PostgreSQL engine",
        ),
        ({"MasterUsername": "1st"}, VALUE, None),
        ({"MasterUsername": "a" * 17}, VALUE, None),
    ],
    ("2", "Reserved words"): [
        ({"MasterUsername": "Select"}, VALUE, None),
        ({"DBName": "select"}, VALUE, None),
    ],
    ("2", "MasterUserPassword"): [
        ({"MasterUserPassword": "x" * 7}, VALUE, f"{PASSWORD} because it is shorter than 8 characters."),
        ({"MasterUserPassword": "x" * 129}, VALUE, f"{PASSWORD} because it is longer than 128 characters."),
        ({"MasterUserPassword": "with space"}, VALUE, ALPHABET),
        ({"MasterUserPassword": "with/slash"}, VALUE, ALPHABET),
        ({"MasterUserPassword": "with@at-sign"}, VALUE, ALPHABET),
        ({"MasterUserPassword": 'with"quote'}, VALUE, ALPHABET),
        ({"MasterUserPassword": "umläute-gehen-nicht"}, VALUE, ALPHABET),
    ],
    ("2", "DBName"): [
        (
            {"DBName": "1db"},
            VALUE,
            "DBName must begin with a letter and contain only alphanumeric characters.",
        ),
        ({"DBName": "a-b"}, VALUE, None),
        ({"DBName": "d" * 64}, VALUE, None),
    ],
    ("2", "Port"): [
        ({"Port": 1149}, VALUE, None),
        ({"Port": 65536}, VALUE, None),
    ],
    ("2", "BackupRetentionPeriod"): [
        ({"BackupRetentionPeriod": 36}, VALUE, None),
        ({"BackupRetentionPeriod": -1}, VALUE, None),
    ],
    ("2", "Windows"): [
        ({"PreferredBackupWindow": "03:00-03:29"}, VALUE, None),
        ({"PreferredBackupWindow": "3-4"}, VALUE, None),
        ({"PreferredMaintenanceWindow": "sun:04:00-sun:04:10"}, VALUE, None),
        (
            {"PreferredBackupWindow": "03:00-04:00", "PreferredMaintenanceWindow": "mon:03:30-mon:04:30"},
            VALUE,
            "The backup window and maintenance window must not overlap.",
        ),
    ],
    ("2", "AvailabilityZone"): [
        ({"MultiAZ": True, "AvailabilityZone": "eu-central-1a"}, COMBINATION, None),
    ],
    ("2", "Parameter group family"): [
        (
            {"DBParameterGroupName": "default.postgres15"},
            COMBINATION,
            "The Parameter Group default.postgres15 with DBParameterGroupFamily postgres15 cannot be used "
            "for this instance. Please use a Parameter Group with DBParameterGroupFamily postgres16",
        ),
    ],
    ("2", "RDS tags"): [
        ({"Tags": [{"Key": "a,b", "Value": ""}]}, VALUE, None),
        ({"Tags": [{"Key": "a", "Value": "{}"}]}, VALUE, None),
        ({"Tags": [{"Key": "aws:x", "Value": ""}]}, VALUE, None),
        ({"Tags": [{"Key": "x", "Value": "rds:y"}]}, VALUE, None),
        ({"Tags": [{"Key": "k" * 129, "Value": ""}]}, VALUE, None),
        ({"Tags": [{"Key": "k", "Value": "v" * 257}]}, VALUE, None),
        ({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, VALUE, None),
    ],
    ("4", "ManageMasterUserPassword"): [
        ({"ManageMasterUserPassword": True}, COMBINATION, None),
    ],
    ("4", "VpcSecurityGroupIds"): [
        ({"VpcSecurityGroupIds": ["default"]}, VALUE, None),
    ],
    ("4.1", "gp3 <400 GiB"): [
        ({"AllocatedStorage": 19}, COMBINATION, size("gp3", 19)),
        ({"Iops": 3000, "StorageType": "gp3"}, COMBINATION, GP3),
        ({"StorageThroughput": 125}, COMBINATION, GP3),
    ],
    ("4.1", "gp3 ≥400 GiB"): [
        ({"AllocatedStorage": 65537}, COMBINATION, size("gp3", 65537)),
        ({"StorageType": "gp3", "AllocatedStorage": 400, "Iops": 3000}, COMBINATION, None),
    ],
    ("4.1", "io1 / io2"): [
        ({"StorageType": "io1", "AllocatedStorage": 99, "Iops": 1000}, COMBINATION, size("io1", 99)),
        (
            {"StorageType": "io1", "AllocatedStorage": 100},
            COMBINATION,
            "The storage type io1 requires iops to be specified.",
        ),
    ],
    ("4.1", "gp2"): [
        (
            {"StorageType": "gp2", "Iops": 4000},
            COMBINATION,
            "Invalid iops value for engine name postgres and storage type gp2: 4000",
        ),
    ],
    ("4.1", "MaxAllocatedStorage"): [
        ({"MaxAllocatedStorage": 19}, COMBINATION, "Max storage size must be greater than storage size"),
        (
            {"MaxAllocatedStorage": 21},
            COMBINATION,
            "The maximum allocated storage must be increased by at least 10 percent.",
        ),
    ],
    ("4.2", "CA"): [
        ({"CACertificateIdentifier": "rds-ca-2019"}, "CertificateNotFound", None),
    ],
}


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [pytest.param(*case, marks=pytest.mark.row(*row)) for row, cases in BAD.items() for case in cases],
    ids=lambda value: str(value)[:40],
)
def test_bad_input_is_refused_and_leaves_nothing_behind(rds, request_, code, text):
    found, status, message = rds.create_refused(**request_)
    assert found == code
    assert status == (404 if code.endswith(("NotFound", "NotFoundFault")) else 400)
    assert text is None or message == text
    assert request_.get("MasterUserPassword", "none sent") not in message
    assert rds.call("DescribeDBInstances")["DBInstances"] == []
    assert rds.servers.calls == []
