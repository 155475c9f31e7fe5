"""The policies of ``policies/``: enough for every step, no action too many, and nothing for strangers.

That they are enough is shown by the stories of ``tests/it``, all of which run under them. Here each action is
taken out in turn, and a named step must fail; that the stories take those steps, and which statement let
them, is what ``after_the_stories.py`` holds.
"""

import json
import re

import pytest
from broker_policies import (
    ALL,
    BROKER,
    CREATES,
    DB_ARN,
    GROUP,
    GROUP_ARN,
    KEY,
    MONITORING,
    NEW,
    POLICIES,
    SECRET,
    SNAPSHOT_ARN,
    STEPS,
    TAGS,
    World,
    allowed_by,
    listed,
    rendered,
)

from rds_lab.iam.evaluate import allows
from rds_lab.iam.needed import needs


def denied(policies, world, step, unsent=()):
    """What is refused of a step, where AWS does not send these condition keys."""
    service, operation, request = step
    if operation in CREATES:
        world = World({}, first=not world.has_service_linked_role)
    return [
        need.action
        for need in needs(world, service, operation, request)
        if not allows(
            policies,
            need.action,
            need.resource,
            {key: values for key, values in need.context.items() if key not in unsent},
        )
    ]


def failing(policies):
    return {name for name, step in STEPS.items() if denied(policies, World(first=True), step)}


@pytest.mark.row("9", "rds:CreateDBSnapshot")
@pytest.mark.row("9", "Start/Stop/Reboot")
@pytest.mark.row("9", "rds:DescribeDBInstances, DescribeDBSnapshots")
@pytest.mark.row("9", "What knows no resources")
@pytest.mark.row("9", "rds:CreateDBInstance")
@pytest.mark.row("9", "iam:PassRole")
@pytest.mark.row("9", "iam:CreateServiceLinkedRole")
@pytest.mark.row("9", "Tags at creation")
@pytest.mark.row("9", "Secrets Manager")
def test_they_are_enough_for_every_step():
    assert failing([rendered(name) for name in ALL]) == set()


ACTIONS = [(name, sid, action) for name in ALL for sid, action in allowed_by(rendered(name))]


@pytest.mark.row("9", "KMS CMK")
@pytest.mark.row("9", "EC2")
@pytest.mark.parametrize(("name", "sid", "action"), ACTIONS, ids=["-".join(each[1:]) for each in ACTIONS])
def test_without_any_one_action_a_step_fails(name, sid, action):
    documents = {each: rendered(each) for each in ALL}
    [statement] = [each for each in documents[name]["Statement"] if each["Sid"] == sid]
    statement["Action"] = [each for each in listed(statement["Action"]) if each != action] or ["none:None"]
    assert failing(list(documents.values())), f"nothing needs {action} of {sid}"


RESOURCES = [
    (name, statement["Sid"], resource)
    for name in ALL
    for statement in rendered(name)["Statement"]
    for resource in listed(statement["Resource"])
]


@pytest.mark.row("9", "rds:CreateDBInstance")
@pytest.mark.row("9", "rds:ModifyDBInstance, DeleteDBInstance, AddTagsToResource")
@pytest.mark.parametrize(
    ("name", "sid", "resource"), RESOURCES, ids=[f"{sid}-{each}" for _, sid, each in RESOURCES]
)
def test_without_any_one_resource_a_step_fails(name, sid, resource):
    documents = {each: rendered(each) for each in ALL}
    [statement] = [each for each in documents[name]["Statement"] if each["Sid"] == sid]
    statement["Resource"] = [each for each in listed(statement["Resource"]) if each != resource]
    assert failing(list(documents.values())), f"nothing needs {resource} of {sid}"


MUTATIONS = [
    name
    for name, (_, operation, _request) in STEPS.items()
    if operation not in CREATES
    and not operation.startswith(("Describe", "List", "GetRole"))
    and not name.startswith("tokens")
]


@pytest.mark.row("9", "rds:ModifyDBInstance, DeleteDBInstance, AddTagsToResource")
@pytest.mark.parametrize("step", MUTATIONS)
@pytest.mark.parametrize("tags", [{}, {"codesphere:broker": "another"}], ids=["untagged", "foreign"])
def test_what_does_not_carry_the_brokers_tag_is_not_touched(step, tags):
    policies = [rendered(name) for name in BROKER]
    assert denied(policies, World(tags), STEPS[step])


@pytest.mark.row("9", "rds:CreateDBInstance")
@pytest.mark.row("9", "iam:PassRole")
@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("CreateDBInstance", {**NEW, "Tags": []}),
        ("CreateDBInstance", {**NEW, "Tags": [{"Key": "codesphere:broker", "Value": "another"}]}),
        ("CreateDBInstance", {**NEW, "PubliclyAccessible": True}),
        ("CreateDBInstance", {**NEW, "StorageEncrypted": False, "KmsKeyId": None}),
        ("CreateDBInstance", {**NEW, "DBInstanceIdentifier": "someone-elses"}),
        ("CreateDBInstance", {**NEW, "DBSubnetGroupName": "public"}),
        ("CreateDBInstance", {**NEW, "DBParameterGroupName": "other"}),
        ("CreateDBInstance", {**NEW, "OptionGroupName": "other"}),
        ("CreateDBInstance", {**NEW, "KmsKeyId": KEY.replace("1234", "9999")}),
        ("CreateDBInstance", {**NEW, "MonitoringRoleArn": MONITORING.replace("monitoring", "administrator")}),
        ("CreateDBParameterGroup", {"DBParameterGroupName": GROUP}),
        ("CreateDBParameterGroup", {"DBParameterGroupName": "other", "Tags": TAGS}),
    ],
)
def test_nothing_is_made_that_is_not_the_brokers_own_and_private(operation, request_):
    policies = [rendered(name) for name in BROKER]
    assert denied(policies, World(), ("rds", operation, request_))


def test_storage_that_is_not_encrypted_is_a_document_of_its_own():
    for encrypted in (True, False):
        step = ("rds", "CreateDBInstance", {**NEW, "StorageEncrypted": encrypted})
        assert denied([rendered(name) for name in [*BROKER, "broker-unencrypted"]], World(), step) == []
    public = {**NEW, "StorageEncrypted": False, "PubliclyAccessible": True}
    policies = [rendered(name) for name in [*BROKER, "broker-unencrypted"]]
    assert denied(policies, World(), ("rds", "CreateDBInstance", public))


@pytest.mark.row("9", "rds:CreateDBInstance")
@pytest.mark.parametrize("encrypted", [True, False])
def test_a_booking_does_not_depend_on_a_key_that_aws_may_not_send(encrypted):
    """Nobody knows whether AWS sends it; where it does, a public instance is refused."""
    policies = [rendered(name) for name in [*BROKER, "broker-unencrypted"]]

    def refused(public, unsent=()):
        new = {**NEW, "StorageEncrypted": encrypted, "PubliclyAccessible": public}
        return set(denied(policies, World(), ("rds", "CreateDBInstance", new), unsent))

    assert refused(False) == set()
    assert refused(True) == {"rds:CreateDBInstance"}
    assert refused(False, ["rds:publiclyaccessible"]) == set()
    assert refused(False, ["rds:storageencrypted"]) == {"rds:CreateDBInstance"}


# What lies below the broker's prefix, and the call that would make it the broker's own.
ADOPTIONS = {
    "an instance": ("rds", "AddTagsToResource", {"ResourceName": DB_ARN, "Tags": TAGS}),
    "a parameter group": ("rds", "AddTagsToResource", {"ResourceName": GROUP_ARN, "Tags": TAGS}),
    "a snapshot": ("rds", "AddTagsToResource", {"ResourceName": SNAPSHOT_ARN, "Tags": TAGS}),
    "a secret": ("secretsmanager", "TagResource", {"SecretId": SECRET, "Tags": TAGS}),
}


@pytest.mark.row("9", "Tags at creation")
@pytest.mark.parametrize("step", ADOPTIONS)
def test_what_is_another_brokers_is_not_adopted(step):
    policies = [rendered(name) for name in BROKER]
    assert denied(policies, World({"codesphere:broker": "another"}), ADOPTIONS[step])


@pytest.mark.row("9", "Tags at creation")
@pytest.mark.parametrize("step", ADOPTIONS)
def test_below_the_prefix_aws_leaves_open_only_what_carries_no_brokers_tag(step):
    """`policies/README.md` says so: AWS decides about the tags of what is being made before it has any."""
    policies = [rendered(name) for name in BROKER]
    assert denied(policies, World({"team": "another"}), ADOPTIONS[step]) == []
    service, operation, request = ADOPTIONS[step]
    elsewhere = {
        name: text.replace(":codesphere-", ":someone-").replace("codesphere/", "someone/")
        for name, text in request.items()
        if isinstance(text, str)
    }
    assert denied(policies, World({"team": "another"}), (service, operation, request | elsewhere))
    others = [{"Key": "codesphere:broker", "Value": "codesphere"}, {"Key": "team", "Value": "ours"}]
    if step != "a snapshot":
        assert denied(policies, World({"team": "another"}), (service, operation, request | {"Tags": others}))


def test_every_use_of_a_key_is_of_the_configured_one():
    """Terraform puts the former keys beside it in every statement."""
    text = (POLICIES / "broker-kms.json").read_text()
    assert {statement["Resource"] for statement in json.loads(text)["Statement"]} == {"${kms_key_arn}"}


@pytest.mark.row("9", "rds:ModifyDBInstance, DeleteDBInstance, AddTagsToResource")
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


def test_the_readme_says_what_each_action_is_for_and_of_no_other():
    readme = (POLICIES / "README.md").read_text()
    table = readme.partition("\n## What each action is for\n")[2].partition("\n## ")[0]
    firsts = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = {action for first in firsts for action in re.findall(r"`(\w+:\w+)`", first)}
    statements = [
        statement
        for file in POLICIES.glob("broker-*.json")
        for statement in rendered(file.stem)["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert told == {action for statement in statements for action in listed(statement["Action"])}
