"""What a call must be allowed: each action with its resource and what the request says of it.

Dependent actions are included. Source: Service Authorization Reference, "Actions, resources, and condition
keys" for Amazon RDS, AWS Secrets Manager, AWS KMS, Amazon EC2 and IAM.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rds_lab.iam.world import World

Request = dict[str, Any]
Tags = dict[str, str]


@dataclass(frozen=True)
class Need:
    """One decision that a call takes."""

    action: str
    resource: str
    context: dict[str, list[str]] = field(default_factory=dict)


_WITHOUT_RESOURCES = frozenset(
    """DescribeAccountAttributes DescribeDBEngineVersions DescribeEvents
    DescribeOrderableDBInstanceOptions""".split()
)


def needs(world: World, service: str, operation: str, request: Request) -> list[Need]:
    """All decisions, in the order in which they are taken."""
    base = {"aws:requestedregion": [world.region]}
    # KMS names the parts of a tag otherwise than the rest.
    tags = {
        tag.get("Key") or tag.get("TagKey") or "": tag.get("Value") or tag.get("TagValue") or ""
        for tag in request.get("Tags") or []
    }
    for key, value in tags.items():
        base[f"aws:requesttag/{key.lower()}"] = [value]
    keys = [*tags, *(request.get("TagKeys") or [])]
    if keys:
        base["aws:tagkeys"] = keys
    if service == "rds":
        return list(_rds(world, operation, request, base, tags))
    if service == "kms":
        return [Need(f"kms:{operation}", world.key_arn(request.get("KeyId") or "*"), base)]
    if service == "ec2":
        return [Need(f"ec2:{operation}", "*", base)]
    if service == "iam":
        return [Need(f"iam:{operation}", world.role_arn(request.get("RoleName") or "*"), base)]
    return list(_secrets(world, operation, request, base, tags))


def _rds(world: World, operation: str, request: Request, base: dict, tags: Tags) -> Iterator[Need]:
    action = f"rds:{operation}"

    def need(kind: str, name: str, act: str = action, **more: list[str]) -> Need:
        context = {**base, **_tags(world.rds_tags(kind, name)), **more}
        return Need(act, world.rds_arn(kind, name), context)

    if "ResourceName" in request:
        kind, name = request["ResourceName"].split(":", 6)[5:7]
        yield need(kind, name)
        return
    identifier = (request.get("DBInstanceIdentifier") or "").lower()
    group = (request.get("DBParameterGroupName") or "").lower()
    if operation == "CreateDBInstance":
        new = {
            **base,
            "rds:publiclyaccessible": [_bool(request.get("PubliclyAccessible"))],
            "rds:storageencrypted": [_bool(request.get("StorageEncrypted"))],
        }
        arn = world.rds_arn("db", identifier)
        yield from _made(action, arn, new, tags)
        groups = {
            "subgrp": "default",
            **world.default_groups(request.get("Engine"), request.get("EngineVersion")),
        }
        for kind, name in {**groups, **_named_groups(request)}.items():
            yield need(kind, name)
        if tags:
            yield from _made("rds:AddTagsToResource", arn, base, tags)
        if request.get("StorageEncrypted") and request.get("KmsKeyId"):
            yield from _key(world, request["KmsKeyId"], "rds", creating=True)
        if role := request.get("MonitoringRoleArn"):
            passed = {**base, "iam:passedtoservice": ["monitoring.rds.amazonaws.com"]}
            yield Need("iam:PassRole", role, passed)
        if not world.has_service_linked_role:
            yield Need(
                "iam:CreateServiceLinkedRole",
                world.service_linked_role,
                {"iam:awsservicename": ["rds.amazonaws.com"]},
            )
    elif operation == "ModifyDBInstance":
        yield need("db", identifier)
        groups = world.groups_of(identifier, request.get("EngineVersion"))
        for kind, name in {**groups, **_named_groups(request)}.items():
            yield need(kind, name)
    elif operation == "DeleteDBInstance":
        yield need("db", identifier)
        if snapshot := request.get("FinalDBSnapshotIdentifier"):
            yield need("db", identifier, "rds:CreateDBSnapshot")
            arn = world.rds_arn("snapshot", snapshot.lower())
            copied = world.rds_tags("db", identifier) if world.copies_tags(identifier) else {}
            yield from _made("rds:CreateDBSnapshot", arn, base, copied)
            if copied:
                yield from _made("rds:AddTagsToResource", arn, base, copied)
    elif operation == "CreateDBParameterGroup":
        arn = world.rds_arn("pg", group)
        yield from _made(action, arn, base, tags)
        if tags:
            yield from _made("rds:AddTagsToResource", arn, base, tags)
    elif operation == "DescribeDBSnapshots":
        yield need("snapshot", (request.get("DBSnapshotIdentifier") or "*").lower())
        if identifier:
            yield need("db", identifier)
    elif operation in _WITHOUT_RESOURCES:
        yield Need(action, "*", base)
    elif operation == "DescribeDBSubnetGroups":
        yield need("subgrp", request.get("DBSubnetGroupName") or "*")
    elif operation in ("DescribeDBParameterGroups", "DescribeDBParameters") or "ParameterGroup" in operation:
        yield need("pg", group or "*")
    else:
        yield need("db", identifier or "*")


def _named_groups(request: Request) -> dict[str, str]:
    members = {"subgrp": "DBSubnetGroupName", "pg": "DBParameterGroupName", "og": "OptionGroupName"}
    return {kind: request[member].lower() for kind, member in members.items() if request.get(member)}


def _secrets(world: World, operation: str, request: Request, base: dict, tags: Tags) -> Iterator[Need]:
    action = f"secretsmanager:{operation}"
    if operation == "ListSecrets":
        yield Need(action, "*", base)
        return
    name = request.get("SecretId") or request.get("Name") or ""
    arn, has, key = world.secret(name)
    if operation == "CreateSecret":
        yield from _made(action, arn, {**base, "secretsmanager:name": [name]}, tags)
        if tags:
            yield from _made("secretsmanager:TagResource", arn, base, tags)
        if request.get("KmsKeyId"):
            yield from _key(world, request["KmsKeyId"], "secretsmanager", creating=False)
        return
    yield Need(action, arn, {**base, **_tags(has)})
    if key and operation in ("GetSecretValue", "PutSecretValue"):
        writing = operation == "PutSecretValue"
        for use in ["kms:GenerateDataKey", "kms:Decrypt"] if writing else ["kms:Decrypt"]:
            yield Need(use, world.key_arn(key), _via(world, "secretsmanager"))


def _made(action: str, arn: str, context: dict[str, list[str]], tags: Tags) -> Iterator[Need]:
    """About something that is being made: with and without the tags it gets as tags of the resource.

    They are there "in requests that create a resource with an attached tag", the IAM user guide says of
    ``aws:ResourceTag``; that every service does so is not known. So both must be allowed.
    """
    yield Need(action, arn, context)
    if tags:
        yield Need(action, arn, {**context, **_tags(tags)})


def _bool(value: Any) -> str:
    return str(bool(value)).lower()


def _key(world: World, key: str, service: str, *, creating: bool) -> Iterator[Need]:
    via = _via(world, service)
    for use in ("kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"):
        if creating or use != "kms:DescribeKey":
            yield Need(use, world.key_arn(key), via)
    if creating:
        yield Need("kms:CreateGrant", world.key_arn(key), {**via, "kms:grantisforawsresource": ["true"]})


def _via(world: World, service: str) -> dict[str, list[str]]:
    return {"kms:viaservice": [f"{service}.{world.region}.amazonaws.com"]}


def _tags(tags: Tags) -> dict[str, list[str]]:
    return {f"aws:resourcetag/{key.lower()}": [value] for key, value in tags.items()}
