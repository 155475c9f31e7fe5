"""`policies/operator-boundary.json`: every command of the runbooks, and whether operators may run it.

What a command is decided about is written here from the Service Authorization Reference: operators do not
work on the local AWS. That the table has all commands is held against `docs/operations.md`.
"""

import json
import re

import pytest
from botocore import xform_name
from botocore.session import Session
from broker_policies import ID, KEY, POLICIES, SECRET, TOKENS, rendered

from rds_lab.iam.evaluate import allows

RUNBOOK = POLICIES.parent / "docs" / "operations.md"
SERVICES = ["rds", "secretsmanager", "kms", "ecs", "cloudtrail", "application-autoscaling"]
RDS = "arn:aws:rds:eu-central-1:000000000000"
SERVICE, COPY = f"{RDS}:db:{ID}", f"{RDS}:db:rescue-codesphere-1"
FINAL, COPIED = f"{RDS}:snapshot:{ID}-final-db1", f"{RDS}:snapshot:rescue-codesphere-1"
AUTOMATED, RETAINED = f"{RDS}:snapshot:rds:{ID}-2027-01-01-03-10", f"{RDS}:auto-backup:ab-1"
AROUND = [f"{RDS}:subgrp:databases", f"{RDS}:pg:default.postgres17", f"{RDS}:og:default:postgres-17"]
PASSWORD = f"arn:aws:secretsmanager:eu-central-1:000000000000:secret:{SECRET}-AbCdEf"
ECS = "arn:aws:ecs:eu-central-1:000000000000"
RUN = f"{ECS}:task-definition/codesphere:7"
TO_TASKS = {"iam:passedtoservice": ["ecs-tasks.amazonaws.com"]}
TASK = "arn:aws:iam::000000000000:role/codesphere-task-eu-central-1"
OURS = {"aws:resourcetag/codesphere:broker": ["codesphere"]}
RESCUE = {"aws:requesttag/purpose": ["rescue"], "aws:tagkeys": ["purpose"]}
IN_CLUSTER = {"ecs:cluster": [f"{ECS}:cluster/codesphere"]}


def via(service):
    return {"kms:viaservice": [f"{service}.eu-central-1.amazonaws.com"]}


def grants(service="rds"):
    """What restoring and copying encrypted things asks of the key."""
    context = via(service)
    uses = [(f"kms:{use}", KEY, context) for use in ("DescribeKey", "Decrypt", "GenerateDataKey")]
    return [*uses, ("kms:CreateGrant", KEY, context | {"kms:grantisforawsresource": ["true"]})]


def restored(action, *sources):
    """A copy out of one of the sources, with a tag."""
    made = [(action, each, {}) for each in [COPY, *AROUND]]
    tagged = ("rds:AddTagsToResource", COPY, RESCUE)
    return [*made, tagged, *[(action, each, OURS if each == SERVICE else {}) for each in sources], *grants()]


def tags(*keys, **context):
    return {**OURS, "aws:tagkeys": [f"codesphere:{key}" for key in keys], **context}


# What the runbook does → the command, and what it is decided about: action, resource, context.
ALLOWED = {
    "look at an instance": ("describe-db-instances", [("rds:DescribeDBInstances", f"{RDS}:db:*", {})]),
    "look at snapshots": ("describe-db-snapshots", [("rds:DescribeDBSnapshots", f"{RDS}:snapshot:*", {})]),
    "look at retained backups": (
        "describe-db-instance-automated-backups",
        [("rds:DescribeDBInstanceAutomatedBackups", "*", {})],
    ),
    "look at tags": ("list-tags-for-resource", [("rds:ListTagsForResource", SERVICE, OURS)]),
    "look at the service": ("describe-services", [("ecs:DescribeServices", "*", {})]),
    "find tasks": ("list-tasks", [("ecs:ListTasks", "*", {})]),
    "look at tasks": ("describe-tasks", [("ecs:DescribeTasks", "*", {})]),
    "look at who did what": ("lookup-events", [("cloudtrail:LookupEvents", "*", {})]),
    "run the check": (
        "run-task",
        [
            ("ecs:RunTask", RUN, IN_CLUSTER),
            ("iam:PassRole", TASK, TO_TASKS),
        ],
    ),
    "replace or stop the tasks": (
        "update-service",
        [("ecs:UpdateService", f"{ECS}:service/codesphere/codesphere", {})],
    ),
    "replace a token": ("put-secret-value", [("secretsmanager:PutSecretValue", TOKENS, {})]),
    "bring a password back": ("restore-secret", [("secretsmanager:RestoreSecret", PASSWORD, OURS)]),
    "give a password another key": (
        "update-secret",
        [
            ("secretsmanager:UpdateSecret", PASSWORD, OURS),
            ("kms:Decrypt", KEY, via("secretsmanager")),
            ("kms:GenerateDataKey", KEY, via("secretsmanager")),
        ],
    ),
    "enable a key again": ("enable-key", [("kms:EnableKey", KEY, {})]),
    "start a stopped instance": ("start-db-instance", [("rds:StartDBInstance", SERVICE, OURS), *grants()]),
    "restore a deleted service": (
        "restore-db-instance-from-db-snapshot",
        restored("rds:RestoreDBInstanceFromDBSnapshot", FINAL),
    ),
    "restore an automated snapshot": (
        "restore-db-instance-from-db-snapshot",
        restored("rds:RestoreDBInstanceFromDBSnapshot", AUTOMATED),
    ),
    "restore to a moment": (
        "restore-db-instance-to-point-in-time",
        restored("rds:RestoreDBInstanceToPointInTime", SERVICE),
    ),
    "restore a retained backup": (
        "restore-db-instance-to-point-in-time",
        restored("rds:RestoreDBInstanceToPointInTime", RETAINED),
    ),
    "copy a snapshot under another key": (
        "copy-db-snapshot",
        [("rds:CopyDBSnapshot", FINAL, {}), ("rds:CopyDBSnapshot", COPIED, {}), *grants()],
    ),
    "set a copy's master password": (
        "modify-db-instance",
        [("rds:ModifyDBInstance", each, {}) for each in [COPY, *AROUND]],
    ),
    "delete a copy": ("delete-db-instance", [("rds:DeleteDBInstance", COPY, {})]),
    "write a tag back": (
        "add-tags-to-resource",
        [("rds:AddTagsToResource", SERVICE, tags("plan/id", "wish"))],
    ),
}
# Each of these decisions is refused.
DENIED = {
    "rename an original": ("modify-db-instance", [("rds:ModifyDBInstance", SERVICE, OURS)]),
    "take an original's tags": (
        "remove-tags-from-resource",
        [("rds:RemoveTagsFromResource", SERVICE, tags("wish"))],
    ),
    "keep autoscaling from starting tasks": (
        "register-scalable-target",
        [("application-autoscaling:RegisterScalableTarget", "*", {})],
    ),
    "open a shell in a task": ("execute-command", [("ecs:ExecuteCommand", f"{ECS}:task/codesphere/1", {})]),
    "delete a final snapshot that has failed": (
        "delete-db-snapshot",
        [("rds:DeleteDBSnapshot", FINAL, OURS), ("rds:DeleteDBSnapshot", FINAL, {})],
    ),
    # What no runbook says.
    "delete a service's instance": (None, [("rds:DeleteDBInstance", SERVICE, OURS)]),
    "delete backups": (None, [("rds:DeleteDBInstanceAutomatedBackup", RETAINED, {})]),
    "give a snapshot to another account": (None, [("rds:ModifyDBSnapshotAttribute", COPIED, {})]),
    "have the broker delete": (
        None,
        [
            ("rds:AddTagsToResource", SERVICE, tags("deleting")),
            ("rds:AddTagsToResource", SERVICE, tags("wish", "deleting")),
            ("rds:AddTagsToResource", COPY, tags("deleting")),
        ],
    ),
    "give a service to another broker": (
        None,
        [
            (
                "rds:AddTagsToResource",
                SERVICE,
                tags("broker", **{"aws:requesttag/codesphere:broker": ["another"]}),
            )
        ],
    ),
    "adopt an instance of someone else's": (
        None,
        [("rds:AddTagsToResource", SERVICE, {"aws:tagkeys": ["codesphere:broker"]})],
    ),
    "read a password": (None, [("secretsmanager:GetSecretValue", PASSWORD, OURS)]),
    "delete a password": (None, [("secretsmanager:DeleteSecret", PASSWORD, OURS)]),
    "lose a key": (None, [("kms:ScheduleKeyDeletion", KEY, {}), ("kms:DisableKey", KEY, {})]),
    "use a key oneself": (None, [("kms:Decrypt", KEY, {}), ("kms:CreateGrant", KEY, via("rds"))]),
    "restore over the broker's names": (
        None,
        [
            ("rds:RestoreDBInstanceFromDBSnapshot", SERVICE, {}),
            ("rds:RestoreDBInstanceToPointInTime", SERVICE, {}),
        ],
    ),
    "change databases of others": (
        None,
        [("rds:ModifyDBInstance", f"{RDS}:db:others", {}), ("rds:StartDBInstance", f"{RDS}:db:others", {})],
    ),
    "run other tasks, or elsewhere": (
        None,
        [
            ("ecs:RunTask", f"{ECS}:task-definition/others:1", IN_CLUSTER),
            (
                "ecs:RunTask",
                RUN,
                {"ecs:cluster": [f"{ECS}:cluster/others"]},
            ),
            ("iam:PassRole", TASK, {"iam:passedtoservice": ["ec2.amazonaws.com"]}),
            (
                "iam:PassRole",
                TASK.replace("codesphere", "others"),
                TO_TASKS,
            ),
        ],
    ),
}


def may(action, resource, context):
    return allows([rendered("operator-boundary")], action, resource, context)


@pytest.mark.parametrize("what", ALLOWED)
def test_what_the_runbooks_tell_is_allowed(what):
    assert [need for need in ALLOWED[what][1] if not may(*need)] == []


@pytest.mark.parametrize("what", DENIED)
def test_what_is_an_administrators_or_nobodys_is_not(what):
    assert [need for need in DENIED[what][1] if may(*need)] == []


def test_the_table_has_every_command_of_the_runbooks():
    session = Session()
    known = {
        xform_name(name, "-")
        for service in SERVICES
        for name in session.get_service_model(service).operation_names
    }
    told = known & set(re.findall(r"(?<![\w-])[a-z]+(?:-[a-z]+)+(?![\w-])", RUNBOOK.read_text()))
    assert told == {command for command, _ in [*ALLOWED.values(), *DENIED.values()] if command}


def test_it_is_one_managed_policy_wherever_it_is():
    """6,144 characters at most, without blanks (IAM quotas)."""
    text = (POLICIES / "operator-boundary.json").read_text()
    longest = {"partition": "aws-us-gov", "region": "ap-southeast-1", "account": "1" * 12, "prefix": "a" * 26}
    longest |= {"subnet_group": "a" * 26, "token_secret_arn": f"arn:aws-us-gov:secretsmanager:{'a' * 90}"}
    filled = re.sub(r"\$\{(\w+)\}", lambda found: longest[found[1]], text)
    assert len(json.dumps(json.loads(filled), separators=(",", ":"))) <= 6144


def test_each_statement_is_explained():
    readme = (POLICIES / "README.md").read_text()
    sids = [statement["Sid"] for statement in rendered("operator-boundary")["Statement"]]
    assert [sid for sid in sids if f"`{sid}`" not in readme] == []
