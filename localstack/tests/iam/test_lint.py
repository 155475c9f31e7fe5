"""A linter over ``policies/``: what it finds is mended, or stands here with the reason why it is right."""

import json

import pytest
from broker_policies import POLICIES, text_of
from parliament import analyze_policy_string

FILES = sorted(path.stem for path in POLICIES.glob("*.json"))

_APART = "one call is decided resource by resource, and the other resource of this call is allowed by {}"
_NARROW = "the action supports resources; the linter's data is of 2024 and too old to know"

# By policy, Sid and kind of finding.
RIGHT = {
    ("broker-lifecycle", "CreateTaggedPrivateEncryptedInstances", "UNKNOWN_CONDITION_FOR_ACTION"): _NARROW,
    ("broker-unencrypted", "CreateUnencryptedInstancesToo", "UNKNOWN_CONDITION_FOR_ACTION"): _NARROW,
    ("broker-lifecycle", "CreateInstancesInTheSubnetGroup", "RESOURCE_MISMATCH"): _APART.format(
        "CreateTaggedPrivateEncryptedInstances"
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
    ("terraform", "RulesOfItsOwnSecurityGroups", "RESOURCE_MISMATCH"): _APART.format(
        "ChangeAndRemoveItsOwnNetwork"
    ),
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
