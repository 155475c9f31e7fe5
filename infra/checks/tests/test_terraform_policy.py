"""policies/terraform.json: it covers every resource of the modules, and allows nothing that none of them needs."""

import fnmatch
import json
import re
from typing import Any

import pytest

from infra_checks.paths import CHECKS, MODULES, REPOSITORY
from tests.reference import dependent, required_kinds

POLICY = REPOSITORY / "policies" / "terraform.json"
# Resource type → the actions its creation, refresh, change and removal call (documentation of the AWS provider and the
# service authorization reference). `@new`: done to what has no tags yet.
NEEDS: dict[str, list[str]] = {
    name: actions.split() for name, actions in json.loads((CHECKS / "tests" / "needs.json").read_text()).items()
}


# What stands in the policy at most.
VALUES = {
    "partition": "aws-us-gov",
    "region": "ap-southeast-1",
    "account": "1" * 12,
    "prefix": "a" * 26,
    "subnet_group": "a" * 26,
    "kms_key_arn": f"arn:aws-us-gov:kms:ap-southeast-1:{'1' * 12}:key/01234567-89ab-cdef-0123-456789abcdef",
}
RENDERED = re.sub(r"\$\{(\w+)\}", lambda found: VALUES[found[1]], POLICY.read_text())


def statements() -> list[dict[str, Any]]:
    return json.loads(RENDERED)["Statement"]


def listed(found: str | list[str]) -> list[str]:
    return [found] if isinstance(found, str) else found


def actions(statement: dict[str, Any]) -> list[str]:
    return listed(statement["Action"])


def unmet(allowed: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What some resource type needs and these statements do not allow, on each kind of resource it is about."""
    missing = {kind: [one for one in needed if not _is_allowed(one, allowed)] for kind, needed in NEEDS.items()}
    return {kind: found for kind, found in missing.items() if found}


def _is_allowed(need: str, allowed: list[dict[str, Any]]) -> bool:
    action, _, new = need.partition("@")
    hits = [each for each in allowed if any(fnmatch.fnmatchcase(action, one) for one in actions(each))]
    if new:
        return any(each["Effect"] == "Allow" and not _goes_by_tags(each) for each in hits)
    resources = [one for each in hits if each["Effect"] == "Allow" for one in listed(each["Resource"])]
    is_denied = any(each["Effect"] == "Deny" for each in hits)
    covered = all(any(_is_of(one, kind) for one in resources) for kind in required_kinds(action))
    return bool(resources) and not is_denied and covered


def _goes_by_tags(statement: dict[str, Any]) -> bool:
    return any(key.startswith("aws:ResourceTag/") for key in statement.get("Condition", {}).get("StringEquals", {}))


def _is_of(resource: str, kind: str) -> bool:
    """Whether resources of a kind can match, by what stands behind the account in their ARN."""
    after = resource if resource == "*" else resource.split(":", 5)[5]
    return after == "*" or after.startswith(kind) or kind.startswith(after.removesuffix("*"))


def test_every_resource_type_is_in_the_table_and_every_row_is_used() -> None:
    used = set()
    for file in MODULES.glob("*/*.tf"):
        used |= set(re.findall(r'^resource "(aws_\w+)"', file.read_text(), re.M))
    used |= {f"output {name}" for name in ["check_command"]}
    assert used == set(NEEDS)


def test_whoever_runs_terraform_may_do_all_that_the_modules_need() -> None:
    assert unmet(statements()) == {}


@pytest.mark.parametrize("sid", [each["Sid"] for each in statements() if each["Effect"] == "Allow"])
def test_no_statement_can_be_left_out(sid: str) -> None:
    assert unmet([each for each in statements() if each["Sid"] != sid]), f"{sid} is needed by nothing"


def test_no_action_is_allowed_that_nothing_needs() -> None:
    needed = {action.partition("@")[0] for each in NEEDS.values() for action in each}
    for statement in statements():
        if statement["Effect"] == "Allow":
            idle = [one for one in actions(statement) if not fnmatch.filter(needed, one)]
            assert not idle, (statement["Sid"], idle)


# What an action needs beside it only for something that is not done here.
NOT_DONE = {
    "ec2:CreateFlowLogs": {  # fields of ECS in the records
        *(f"ecs:List{what}" for what in ("Clusters", "ContainerInstances", "Services", "TaskDefinitions", "Tasks"))
    },
    "kms:CreateKey": {"iam:CreateServiceLinkedRole", "kms:PutKeyPolicy"},  # keys in several regions, keys of a store
    "sns:CreateTopic": {"iam:PassRole"},  # a log of deliveries
    "sns:SetTopicAttributes": {"iam:PassRole"},
}


@pytest.mark.parametrize("kind", sorted(NEEDS))
def test_what_an_action_needs_beside_it_is_in_the_table(kind: str) -> None:
    """The table is written by hand; the reference knows the calls that AWS makes on behalf of one."""
    needed = {action.partition("@")[0] for action in NEEDS[kind]}
    beside = {each for action in needed for each in dependent(action) - NOT_DONE.get(action, set())}
    assert beside <= needed, beside - needed


def test_databases_and_the_key_are_out_of_reach() -> None:
    [denied] = [each for each in statements() if each["Effect"] == "Deny"]
    assert denied["Resource"] == "*" and "Condition" not in denied
    assert {"rds:DeleteDBInstance", "kms:ScheduleKeyDeletion", "kms:DisableKey"} <= set(actions(denied))


def test_roles_are_passed_only_to_the_services_that_use_them() -> None:
    [passing] = [each for each in statements() if "iam:PassRole" in actions(each)]
    texts = [file.read_text() for file in MODULES.glob("*/*.tf")]
    text = "".join(text for text in texts if "sts:AssumeRole" in text)
    services = set(re.findall(r'Principal\s*=\s*\{\s*Service\s*=\s*"([\w.-]+)"', text))
    assert set(passing["Condition"]["StringEquals"]["iam:PassedToService"]) == services
    assert passing["Resource"].endswith(f"role/{VALUES['prefix']}-*")


def test_aws_s_own_policies_are_attached_only_as_the_modules_do() -> None:
    """No AdministratorAccess by a call of one line; that the stack's own policies are free to say, README.md tells."""
    [attaching] = [each for each in statements() if "iam:AttachRolePolicy" in actions(each)]
    texts = [file.read_text() for file in MODULES.glob("*/*.tf")]
    named = {name for text in texts for name in re.findall(r':iam::aws:policy/([\w/-]+)"', text)}
    account, partition, prefix = VALUES["account"], VALUES["partition"], VALUES["prefix"]
    assert named and set(attaching["Condition"]["ArnLike"]["iam:PolicyARN"]) == {
        f"arn:{partition}:iam::{account}:policy/{prefix}-*",
        *(f"arn:{partition}:iam::aws:policy/{name}" for name in named),
    }


def test_it_fits_into_a_role() -> None:
    """Inline policies of a role have 10,240 characters together, blanks not counted (IAM quotas)."""
    assert len(re.sub(r"\s", "", RENDERED)) <= 10_240


def test_each_statement_is_explained() -> None:
    readme = (REPOSITORY / "policies" / "README.md").read_text()
    assert [each["Sid"] for each in statements() if f"`{each['Sid']}`" not in readme] == []
