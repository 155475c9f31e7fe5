"""The broker's policies as its role has them, an account to try them in, and every step that it takes."""

import json
import re
from pathlib import Path

from rds_lab.iam.evaluate import listed

POLICIES = Path(__file__).parents[3] / "policies"
BROKER = ["broker-read", "broker-lifecycle", "broker-secrets", "broker-kms", "broker-monitoring"]
# With what only a catalogue without encryption needs.
ALL = [*BROKER, "broker-unencrypted"]
ID = "codesphere-a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
GROUP = f"{ID}-1a2b3c4d-postgres17"
SECRET = "codesphere/a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11/inc/user"
KEY = "arn:aws:kms:eu-central-1:000000000000:key/1234"
MONITORING = "arn:aws:iam::000000000000:role/monitoring"
TOKENS = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:tokens-AbCdEf"
OURS = {"codesphere:broker": "codesphere"}
VALUES = {
    "partition": "aws",
    "region": "eu-central-1",
    "account": "000000000000",
    "prefix": "codesphere",
    "subnet_group": "databases",
    "kms_key_arn": KEY,
    "token_secret_arn": TOKENS,
    "monitoring_role_arn": MONITORING,
}


class World:
    """An account with things of the broker's, or of someone else's."""

    region = "eu-central-1"
    service_linked_role = (
        "arn:aws:iam::000000000000:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"
    )

    def __init__(self, tags=None, *, first=False):
        self.tags = OURS if tags is None else tags
        self.has_service_linked_role = not first

    def rds_arn(self, kind, name):
        return f"arn:aws:rds:eu-central-1:000000000000:{kind}:{name}"

    def rds_tags(self, kind, name):
        has_some = kind in ("db", "pg", "snapshot") and not name.startswith("default") and name != "*"
        return self.tags if has_some else {}

    def default_groups(self, engine, version):
        return {"pg": "default.postgres17", "og": "default:postgres-17"}

    def groups_of(self, identifier, version):
        return {"subgrp": VALUES["subnet_group"], "pg": GROUP, "og": "default:postgres-17"}

    def copies_tags(self, identifier):
        return True

    def secret(self, name):
        if name == TOKENS:
            return TOKENS, {}, None
        return f"arn:aws:secretsmanager:eu-central-1:000000000000:secret:{name}-AbCdEf", self.tags, KEY

    def key_arn(self, key):
        return key

    def role_arn(self, name):
        return f"arn:aws:iam::000000000000:role/{name}"


def text_of(name):
    """The text of a document, rendered as Terraform's ``templatefile`` does it."""
    text = (POLICIES / f"{name}.json").read_text()
    return re.sub(r"(?<!\$)\$\{(\w+)\}", lambda found: VALUES[found[1]], text).replace("$${", "${")


def rendered(name):
    return json.loads(text_of(name))


TAGS = [{"Key": "codesphere:broker", "Value": "codesphere"}, {"Key": "codesphere:wish", "Value": "w"}]
NEW = {
    "DBInstanceIdentifier": ID,
    "DBSubnetGroupName": "databases",
    "PubliclyAccessible": False,
    "StorageEncrypted": True,
    "KmsKeyId": KEY,
    "MonitoringInterval": 60,
    "MonitoringRoleArn": MONITORING,
    "Tags": TAGS,
}
DB_ARN = f"arn:aws:rds:eu-central-1:000000000000:db:{ID}"
SNAPSHOT_ARN = f"arn:aws:rds:eu-central-1:000000000000:snapshot:{ID}-final-db1"
GROUP_ARN = f"arn:aws:rds:eu-central-1:000000000000:pg:{GROUP}"
ONE = {"DBInstanceIdentifier": ID}
# Step → service, operation, request; the step is named after the stories that need it (tests/it/story).
STEPS = {
    "check: quotas": ("rds", "DescribeAccountAttributes", {}),
    "check: classes": ("rds", "DescribeOrderableDBInstanceOptions", {}),
    "check: subnet group": ("rds", "DescribeDBSubnetGroups", {"DBSubnetGroupName": "databases"}),
    "check: security groups": ("ec2", "DescribeSecurityGroups", {"GroupIds": ["sg-0123456789abcdef0"]}),
    "check: monitoring role": ("iam", "GetRole", {"RoleName": "monitoring"}),
    "check: key": ("kms", "DescribeKey", {"KeyId": KEY}),
    "book: observe": ("rds", "DescribeDBInstances", {}),
    "book: store a password": (
        "secretsmanager",
        "CreateSecret",
        {"Name": SECRET, "KmsKeyId": KEY, "Tags": TAGS},
    ),
    "book: create the instance": ("rds", "CreateDBInstance", NEW),
    "book: create one that is not encrypted": (
        "rds",
        "CreateDBInstance",
        {**NEW, "StorageEncrypted": False, "KmsKeyId": None},
    ),
    "change: write the wish": ("rds", "AddTagsToResource", {"ResourceName": DB_ARN, "Tags": TAGS[1:]}),
    "change: grow": ("rds", "ModifyDBInstance", ONE),
    "rotate: read a password": ("secretsmanager", "GetSecretValue", {"SecretId": SECRET}),
    "rotate: store the next": ("secretsmanager", "PutSecretValue", {"SecretId": SECRET}),
    "upgrade: learn the ways": ("rds", "DescribeDBEngineVersions", {}),
    "failure: learn why": ("rds", "DescribeEvents", {"SourceIdentifier": ID}),
    "parameters: make a group": (
        "rds",
        "CreateDBParameterGroup",
        {"DBParameterGroupName": GROUP, "Tags": TAGS},
    ),
    "parameters: fill it": ("rds", "ModifyDBParameterGroup", {"DBParameterGroupName": GROUP}),
    "parameters: take back": ("rds", "ResetDBParameterGroup", {"DBParameterGroupName": GROUP}),
    "parameters: look into it": ("rds", "DescribeDBParameters", {"DBParameterGroupName": GROUP}),
    "parameters: use it": ("rds", "ModifyDBInstance", {**ONE, "DBParameterGroupName": GROUP}),
    "parameters: use the default": (
        "rds",
        "ModifyDBInstance",
        {**ONE, "DBParameterGroupName": "default.postgres17"},
    ),
    "parameters: reboot": ("rds", "RebootDBInstance", ONE),
    "delete: start what is stopped": ("rds", "StartDBInstance", ONE),
    "delete: without snapshot": ("rds", "DeleteDBInstance", {**ONE, "SkipFinalSnapshot": True}),
    "delete: with snapshot": (
        "rds",
        "DeleteDBInstance",
        {**ONE, "FinalDBSnapshotIdentifier": f"{ID}-final-db1"},
    ),
    "delete: find the snapshot": ("rds", "DescribeDBSnapshots", {"DBSnapshotIdentifier": f"{ID}-final-db1"}),
    "delete: passwords": ("secretsmanager", "DeleteSecret", {"SecretId": SECRET}),
    "delete: the group": ("rds", "DeleteDBParameterGroup", {"DBParameterGroupName": GROUP}),
    "orphans: list secrets": ("secretsmanager", "ListSecrets", {}),
    "orphans: list groups": ("rds", "DescribeDBParameterGroups", {}),
    "orphans: whose group": ("rds", "ListTagsForResource", {"ResourceName": GROUP_ARN}),
    "secrets: is it lost": ("secretsmanager", "DescribeSecret", {"SecretId": SECRET}),
    "tokens: read": ("secretsmanager", "GetSecretValue", {"SecretId": TOKENS}),
}
CREATES = {"CreateSecret", "CreateDBInstance", "CreateDBParameterGroup"}


def allowed_by(document):
    """Each action that a document allows, with the Sid of its statement."""
    for statement in document["Statement"]:
        for action in listed(statement["Action"]):
            yield statement["Sid"], action
