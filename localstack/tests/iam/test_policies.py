"""The policies of ``policies/``: enough for every step, no action too many, and nothing for strangers.

That they are enough is shown by the stories of ``tests/it``, all of which run under them. Here each action is
taken out in turn, and a named step must fail.
"""

import copy
import json
from pathlib import Path

import pytest

from rds_lab.iam.evaluate import allows
from rds_lab.iam.needed import needs

POLICIES = Path(__file__).parents[3] / "policies"
BROKER = ["broker-read", "broker-lifecycle", "broker-secrets", "broker-kms", "broker-monitoring"]
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
        return self.tags if kind in ("db", "pg") and not name.startswith("default") and name != "*" else {}

    def copies_tags(self, identifier):
        return True

    def secret(self, name):
        if name == TOKENS:
            return TOKENS, {}, None
        return f"arn:aws:secretsmanager:eu-central-1:000000000000:secret:{name}-AbCdEf", self.tags, KEY

    def key_arn(self, key):
        return key


def rendered(name):
    text = (POLICIES / f"{name}.json").read_text()
    for placeholder, value in VALUES.items():
        text = text.replace("${" + placeholder + "}", value)
    assert "${" not in text.replace("$${", "")
    return json.loads(text.replace("$${", "${"))


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
GROUP_ARN = f"arn:aws:rds:eu-central-1:000000000000:pg:{GROUP}"
ONE = {"DBInstanceIdentifier": ID}
# Step → service, operation, request; the step is named after the stories that need it (tests/it/story).
STEPS = {
    "check: quotas": ("rds", "DescribeAccountAttributes", {}),
    "check: classes": ("rds", "DescribeOrderableDBInstanceOptions", {}),
    "check: subnet group": ("rds", "DescribeDBSubnetGroups", {"DBSubnetGroupName": "databases"}),
    "check: security groups": ("ec2", "DescribeSecurityGroups", {"GroupIds": ["sg-0123456789abcdef0"]}),
    "check: key": ("kms", "DescribeKey", {"KeyId": KEY}),
    "book: observe": ("rds", "DescribeDBInstances", {}),
    "book: store a password": (
        "secretsmanager",
        "CreateSecret",
        {"Name": SECRET, "KmsKeyId": KEY, "Tags": TAGS},
    ),
    "book: create the instance": ("rds", "CreateDBInstance", NEW),
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


def denied(policies, world, step):
    service, operation, request = step
    if operation in CREATES:
        world = World({}, first=not world.has_service_linked_role)
    return [
        need.action
        for need in needs(world, service, operation, request)
        if not allows(policies, need.action, need.resource, need.context)
    ]


def failing(policies):
    return {name for name, step in STEPS.items() if denied(policies, World(first=True), step)}


def test_they_are_enough_for_every_step():
    assert failing([rendered(name) for name in BROKER]) == set()


def actions():
    """Every action of every statement."""
    for name in BROKER:
        for number, statement in enumerate(rendered(name)["Statement"]):
            listed = statement["Action"]
            for action in listed if isinstance(listed, list) else [listed]:
                yield pytest.param(name, number, action, id=f"{statement['Sid']}-{action}")


@pytest.mark.parametrize(("name", "number", "action"), list(actions()))
def test_without_any_one_action_a_step_fails(name, number, action):
    documents = {each: copy.deepcopy(rendered(each)) for each in BROKER}
    statement = documents[name]["Statement"][number]
    listed = statement["Action"]
    rest = [each for each in (listed if isinstance(listed, list) else [listed]) if each != action]
    statement["Action"] = rest or ["none:None"]
    assert failing(list(documents.values())), f"nothing needs {action} of {statement['Sid']}"


MUTATIONS = [
    name
    for name, (_, operation, _request) in STEPS.items()
    if operation not in CREATES
    and not operation.startswith(("Describe", "List"))
    and not name.startswith("tokens")
]


@pytest.mark.parametrize("step", MUTATIONS)
@pytest.mark.parametrize("tags", [{}, {"codesphere:broker": "another"}], ids=["untagged", "foreign"])
def test_what_does_not_carry_the_brokers_tag_is_not_touched(step, tags):
    policies = [rendered(name) for name in BROKER]
    assert denied(policies, World(tags), STEPS[step])


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("CreateDBInstance", {**NEW, "Tags": []}),
        ("CreateDBInstance", {**NEW, "Tags": [{"Key": "codesphere:broker", "Value": "another"}]}),
        ("CreateDBInstance", {**NEW, "PubliclyAccessible": True}),
        ("CreateDBInstance", {**NEW, "DBInstanceIdentifier": "someone-elses"}),
        ("CreateDBInstance", {**NEW, "DBSubnetGroupName": "public"}),
        ("CreateDBInstance", {**NEW, "KmsKeyId": KEY.replace("1234", "9999")}),
        ("CreateDBInstance", {**NEW, "MonitoringRoleArn": MONITORING.replace("monitoring", "administrator")}),
        ("CreateDBParameterGroup", {"DBParameterGroupName": GROUP}),
        ("CreateDBParameterGroup", {"DBParameterGroupName": "other", "Tags": TAGS}),
    ],
)
def test_nothing_is_made_that_is_not_the_brokers_own_and_private(operation, request_):
    policies = [rendered(name) for name in BROKER]
    assert denied(policies, World(), ("rds", operation, request_))


def test_an_instance_is_not_given_to_another_broker():
    tags = [{"Key": "codesphere:broker", "Value": "another"}]
    step = ("rds", "AddTagsToResource", {"ResourceName": DB_ARN, "Tags": tags})
    assert denied([rendered(name) for name in BROKER], World(), step)


@pytest.mark.parametrize("name", [path.stem for path in sorted(POLICIES.glob("*.json"))])
def test_every_statement_says_what_it_is_for(name):
    document = rendered(name)
    assert document["Version"] == "2012-10-17"
    sids = [statement["Sid"] for statement in document["Statement"]]
    assert all(sids) and len(set(sids)) == len(sids)
