"""What a decision must know of the things a call names: their ARNs and tags, as they are when it is made."""

from typing import Protocol

from localstack.aws.api import CommonServiceException, RequestContext

from rds_lab.neighbours.live import neighbours
from rds_lab.rds.catalog import versions
from rds_lab.rds.happenings.board import Happenings
from rds_lab.secretsmanager.guard import backend_for


class World(Protocol):
    """One region of one account."""

    region: str
    service_linked_role: str
    has_service_linked_role: bool

    def rds_arn(self, kind: str, name: str) -> str:
        """ARN of something of RDS."""

    def rds_tags(self, kind: str, name: str) -> dict[str, str]:
        """Its tags; none of what does not exist."""

    def default_groups(self, engine: str | None, version: str | None) -> dict[str, str]:
        """By their kind, the groups that an instance gets where none are named; none of no such version."""

    def groups_of(self, identifier: str, version: str | None) -> dict[str, str]:
        """By their kind, those that an instance uses, or will with another version; none of no instance."""

    def copies_tags(self, identifier: str) -> bool:
        """Whether snapshots of the instance get its tags."""

    def secret(self, name: str) -> tuple[str, dict[str, str], str | None]:
        """ARN, tags and KMS key of a secret by its name or ARN."""

    def key_arn(self, key: str) -> str:
        """ARN of a KMS key by its id, ARN or alias."""

    def role_arn(self, name: str) -> str:
        """ARN of a role by its name."""


class LiveWorld:
    """The region that a request is about."""

    def __init__(
        self, context: RequestContext, happenings: Happenings, *, has_service_linked_role: bool
    ) -> None:
        self.region = context.region
        self.has_service_linked_role = has_service_linked_role
        self._context = context
        self._happenings = happenings
        cloud = happenings.cloud
        self._region = cloud.region(context.account_id, context.region) if cloud else None
        self._prefix = f"arn:{context.partition}"
        roles = f"{self._prefix}:iam::{context.account_id}:role/aws-service-role"
        self.service_linked_role = f"{roles}/rds.amazonaws.com/AWSServiceRoleForRDS"

    def rds_arn(self, kind: str, name: str) -> str:
        """See :class:`World`."""
        return f"{self._prefix}:rds:{self.region}:{self._context.account_id}:{kind}:{name}"

    def rds_tags(self, kind: str, name: str) -> dict[str, str]:
        """See :class:`World`."""
        if self._region is None or not self._happenings.tags_are_known(kind, name):
            return {}
        if kind == "snapshot":
            tags = self._region.snapshots.get(name, {}).get("TagList", [])
            return {tag["Key"]: tag["Value"] for tag in tags}
        kinds = {
            "db": self._region.instances,
            "pg": self._region.parameter_groups,
            "subgrp": self._region.subnet_groups,
        }
        found = kinds.get(kind, {}).get(name)
        return dict(found.tags) if found else {}

    def default_groups(self, engine: str | None, version: str | None) -> dict[str, str]:
        """See :class:`World`."""
        if self._region is None or not engine:
            return {}
        try:
            wanted = versions.resolve(self._happenings.cloud.servers, engine, version)
        except CommonServiceException:
            # RDS says so itself.
            return {}
        return {
            "pg": f"default.{versions.family(engine, wanted)}",
            "og": versions.option_group(engine, wanted),
        }

    def groups_of(self, identifier: str, version: str | None) -> dict[str, str]:
        """See :class:`World`."""
        instance = self._region.instances.get(identifier) if self._region else None
        if instance is None:
            return {}
        uses = self.default_groups(instance.engine, version or instance.engine_version)
        if not instance.parameter_group.startswith("default."):
            uses["pg"] = instance.parameter_group
        return {"subgrp": instance.subnet_group, **uses}

    def copies_tags(self, identifier: str) -> bool:
        """See :class:`World`."""
        instance = self._region.instances.get(identifier) if self._region else None
        return bool(instance and instance.copy_tags_to_snapshot)

    def secret(self, name: str) -> tuple[str, dict[str, str], str | None]:
        """See :class:`World`."""
        backend = backend_for(self._context, name)
        if name in backend.secrets:
            secret = backend.secrets[name]
            is_known = self._happenings.tags_are_known("secret", secret.name)
            tags = {tag["Key"]: tag["Value"] for tag in secret.tags or []} if is_known else {}
            return secret.arn, tags, secret.kms_key_id
        if name.startswith("arn:"):
            return name, {}, None
        # What it will be called: six characters are added to the name.
        prefix = f"{self._prefix}:secretsmanager:{self.region}:{self._context.account_id}"
        return f"{prefix}:secret:{name}-AbCdEf", {}, None

    def key_arn(self, key: str) -> str:
        """See :class:`World`."""
        # An alias stands for its key: policies name keys.
        if found := neighbours(self._context.account_id, self.region).keys.key(key):
            return found.arn
        if key.startswith("arn:"):
            return key
        kind = key if key.startswith("alias/") else f"key/{key}"
        return f"{self._prefix}:kms:{self.region}:{self._context.account_id}:{kind}"

    def role_arn(self, name: str) -> str:
        """See :class:`World`."""
        # Loaded when someone asks, as LocalStack does: its start waits for no service.
        from moto.iam.models import iam_backends

        # A role's path is in its ARN, and not in its name.
        roles = iam_backends[self._context.account_id][self._context.partition].roles.values()
        found = next((role.arn for role in roles if role.name == name), None)
        return found or f"{self._prefix}:iam::{self._context.account_id}:role/{name}"
