"""A linter over ``policies/``: what it finds is mended, or stands here with the reason why it is right."""

import json
import re
from pathlib import Path

import pytest
from parliament import analyze_policy_string

POLICIES = Path(__file__).parents[3] / "policies"
VALUES = {
    "partition": "aws",
    "region": "eu-central-1",
    "account": "000000000000",
    "prefix": "codesphere",
    "subnet_group": "databases",
    "kms_key_arn": "arn:aws:kms:eu-central-1:000000000000:key/1234",
    "monitoring_role_arn": "arn:aws:iam::000000000000:role/monitoring",
    "token_secret_arn": "arn:aws:secretsmanager:eu-central-1:000000000000:secret:tokens-AbCdEf",
}
FILES = sorted(path.stem for path in POLICIES.glob("*.json"))

_APART = "one call is decided resource by resource, and the other resource of this call is allowed by {}"
_NARROW = "the action supports resources; the linter's data is of 2024 and too old to know"

# By policy, Sid and kind of finding.
RIGHT = {
    ("broker-lifecycle", "CreateTaggedPrivateInstances", "UNKNOWN_CONDITION_FOR_ACTION"): _NARROW,
    ("broker-lifecycle", "CreateInstancesInTheSubnetGroup", "RESOURCE_MISMATCH"): _APART.format(
        "CreateTaggedPrivateInstances"
    ),
    ("broker-lifecycle", "UseParameterGroups", "RESOURCE_MISMATCH"): _APART.format("ChangeOwnInstances"),
    ("broker-lifecycle", "TakeFinalSnapshotsOfOwnInstances", "RESOURCE_MISMATCH"): _APART.format(
        "KeepFinalSnapshots"
    ),
    ("broker-lifecycle", "KeepFinalSnapshots", "RESOURCE_MISMATCH"): _APART.format(
        "TakeFinalSnapshotsOfOwnInstances"
    ),
    (
        "operator-boundary",
        "LookAtWhatTheBrokerLooksAt",
        "RESOURCE_STAR",
    ): "a boundary grants nothing, and looking is free",
    (
        "terraform",
        "LookBeforeAndAfter",
        "RESOURCE_STAR",
    ): "plans read what others made, too: subnets, zones, images",
    (
        "terraform",
        "MakeTheKey",
        "RESOURCE_STAR",
    ): "a key has no ARN before it is made; the request's tag narrows it",
    ("terraform", "ChangeTheKey", "RESOURCE_MISMATCH"): _APART.format("NameTheKey"),
    ("terraform", "NameTheKey", "RESOURCE_MISMATCH"): _APART.format("ChangeTheKey"),
    (
        "terraform",
        "DescribeTheTasks",
        "RESOURCE_STAR",
    ): "DeregisterTaskDefinition, its twin, supports no resources",
    (
        "terraform",
        "BalanceTheTasks",
        "RESOURCE_MISMATCH",
    ): "listeners of network load balancers: there is none",
}


def text_of(name):
    text = (POLICIES / f"{name}.json").read_text()
    rendered = re.sub(r"(?<!\$)\$\{(\w+)\}", lambda placeholder: VALUES[placeholder[1]], text)
    return rendered.replace("$${", "${")


def sid_at(text, line):
    """The statement that a line belongs to."""
    above = [row for row in text.splitlines()[: line + 1] if '"Sid":' in row]
    return above[-1].split('"')[3]


def findings(name):
    text = text_of(name)
    found = analyze_policy_string(text).findings
    return {
        (name, sid_at(text, finding.location["line"]), finding.issue): finding.detail for finding in found
    }


@pytest.mark.parametrize("name", FILES)
def test_the_linter_finds_nothing_that_is_not_right_for_a_reason(name):
    assert {key: detail for key, detail in findings(name).items() if key not in RIGHT} == {}


@pytest.mark.parametrize("name", FILES)
def test_every_exception_is_still_needed(name):
    assert {key for key in RIGHT if key[0] == name} <= set(findings(name))


def test_every_statement_has_a_name_of_its_own():
    for name in FILES:
        sids = [statement["Sid"] for statement in json.loads(text_of(name))["Statement"]]
        assert len(sids) == len(set(sids)), name


@pytest.mark.parametrize(
    ("action", "issue"), [("rds:DeleteDatabase", "UNKNOWN_ACTION"), ("iam:*", "RESOURCE_MISMATCH")]
)
def test_the_linter_sees_mistakes(action, issue):
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Mistake", "Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::bucket"}
        ],
    }
    assert issue in {finding.issue for finding in analyze_policy_string(json.dumps(policy)).findings}
