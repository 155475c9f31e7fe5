"""A linter over ``policies/``: what it finds is mended, or stands here with the reason why it is right."""

import fnmatch
import json
import re

import pytest
from broker_policies import POLICIES, listed, text_of
from parliament import analyze_policy_string, iam_definition

FILES = sorted(path.stem for path in POLICIES.glob("*.json"))

_APART = "one call is decided resource by resource, and the other resource of this call is allowed by {}"
_OF_THE_INSTANCE = (
    "the service authorization reference has it on the resource `db`; the linter looks at the action alone"
)
_PERHAPS_SENT = (
    "the linter's copy of the service authorization reference does not list it, and whether AWS sends it was "
    "never tried on a live account: it decides only where it is sent, as policies/README.md says"
)
_UNENCRYPTED = ("broker-unencrypted", "CreateUnencryptedInstancesToo")
_ENCRYPTED = ("broker-lifecycle", "CreateTaggedPrivateEncryptedInstances")


def _unknown(key):
    return f"UNKNOWN_CONDITION_FOR_ACTION: {key} for rds:CreateDBInstance"


# By policy, Sid and kind of finding; of a condition's key it is this key for this action, and no other.
RIGHT = {
    (*_ENCRYPTED, _unknown("rds:PubliclyAccessible")): _PERHAPS_SENT,
    (*_ENCRYPTED, _unknown("rds:StorageEncrypted")): _OF_THE_INSTANCE,
    (*_UNENCRYPTED, _unknown("rds:PubliclyAccessible")): _PERHAPS_SENT,
    (*_UNENCRYPTED, _unknown("rds:StorageEncrypted")): _OF_THE_INSTANCE,
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
        "LookAround",
        "RESOURCE_STAR",
    ): "a boundary grants nothing, and looking is free",
    ("operator-boundary", "StartAndSaveDatabasesOfThisBroker", "RESOURCE_MISMATCH"): _APART.format(
        "SaveAndCopySnapshots"
    ),
    ("operator-boundary", "SaveAndCopySnapshots", "RESOURCE_MISMATCH"): _APART.format(
        "StartAndSaveDatabasesOfThisBroker"
    ),
    ("operator-boundary", "RestoreFromDatabasesOfThisBroker", "RESOURCE_MISMATCH"): _APART.format(
        "MakeAndChangeCopies"
    ),
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


def kind_of(finding):
    """What it complains of, and of which condition: beside a key that is right may stand one that is not."""
    if finding.issue != "UNKNOWN_CONDITION_FOR_ACTION":
        return finding.issue
    [(key, action)] = re.findall(r"^Unknown condition (\S+) for action (\S+)$", finding.detail)
    return f"{finding.issue}: {key} for {action}"


def findings(name, text=None):
    text = text or text_of(name)
    found = analyze_policy_string(text).findings
    return {
        (name, sid_at(text, finding.location["line"]), kind_of(finding)): finding.detail for finding in found
    }


@pytest.mark.parametrize("name", FILES)
def test_the_linter_finds_nothing_that_is_not_right_for_a_reason(name):
    assert {key: detail for key, detail in findings(name).items() if key not in RIGHT} == {}


@pytest.mark.parametrize("name", FILES)
def test_every_exception_is_still_needed(name):
    assert {key for key in RIGHT if key[0] == name} <= set(findings(name))


@pytest.mark.parametrize("key", ["rds:PubliclyAccessible", "rds:StorageEncrypted"])
@pytest.mark.parametrize("name", ["broker-lifecycle", "broker-unencrypted"])
def test_a_mistyped_key_is_excused_by_nothing(name, key):
    text = text_of(name)
    assert key in text
    mistyped = findings(name, text.replace(key, f"{key[:-1]}s"))
    assert [found for found in mistyped if found not in RIGHT]


def proposed(sid):
    """The policy with this statement that README.md proposes."""
    text = (POLICIES / "README.md").read_text()
    [written] = [block for block in re.findall(r"```json\n(.*?)```", text, re.S) if f'"{sid}"' in block]
    return written


@pytest.mark.parametrize("sid", ["NoRoleWithoutTheBoundary", "TheNamesOfTheBrokerAreItsOwn"])
def test_what_the_readme_proposes_is_sound(sid):
    assert [finding.issue for finding in analyze_policy_string(proposed(sid)).findings] == []


def test_no_call_by_which_a_role_gets_more_goes_without_the_boundary():
    """It forbids all that terraform.json allows, that adds, and of which a boundary can be demanded."""
    knowing = {
        f"iam:{each['privilege']}"
        for service in iam_definition
        for each in service["privileges"]
        if service["prefix"] == "iam"
        and any("iam:PermissionsBoundary" in kind["condition_keys"] for kind in each["resource_types"])
    }
    allowed = [each for each in json.loads(text_of("terraform"))["Statement"] if each["Effect"] == "Allow"]
    patterns = [pattern for each in allowed for pattern in listed(each["Action"])]
    within = {call for call in knowing if any(fnmatch.fnmatchcase(call, pattern) for pattern in patterns)}
    assert "iam:DeleteRolePermissionsBoundary" not in within
    adding = {call for call in within if not call.startswith(("iam:Delete", "iam:Detach"))}
    [statement] = json.loads(proposed("NoRoleWithoutTheBoundary"))["Statement"]
    assert set(statement["Action"]) == adding


@pytest.mark.parametrize(
    ("role", "is_spared"),
    [
        ("codesphere-task-eu-central-1", True),
        ("codesphere-broker-eu-central-1", True),
        ("database-administrator", True),
        ("database-operator", True),
        ("service-role/AWSBackupDefaultServiceRole", True),
        ("somebody", False),
        ("codesphere-execution-eu-central-1", False),
    ],
)
def test_the_organisation_s_policy_spares_whom_the_broker_needs(role, is_spared):
    """Where it runs in ECS and elsewhere, who restores by the runbooks, and AWS Backup."""
    names = json.loads(proposed("TheNamesOfTheBrokerAreItsOwn"))["Statement"][0]
    spared = names["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    arn = f"arn:aws:iam::123456789012:role/{role}"
    assert any(fnmatch.fnmatchcase(arn, pattern) for pattern in spared) == is_spared


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
