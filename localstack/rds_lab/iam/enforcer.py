"""Refuses what a caller's policies do not allow, as AWS words it.

A caller is known by its access key; one without a role here, like ``test``, may do anything.
"""

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response

from rds_lab.iam.evaluate import allows
from rds_lab.iam.needed import Need, needs
from rds_lab.iam.world import LiveWorld
from rds_lab.rds.happenings.board import Happenings

SERVICES = ("rds", "secretsmanager", "kms", "ec2")


@dataclass(frozen=True)
class Role:
    """A role, as someone has assumed it."""

    arn: str
    policies: list[dict[str, Any]]
    boundary: dict[str, Any] | None = None

    def may(self, need: Need) -> bool:
        """Whether its policies and its boundary allow something."""
        bounds = [self.policies] if self.boundary is None else [self.policies, [self.boundary]]
        context = {**need.context, "aws:principalarn": [self.arn]}
        return all(allows(documents, need.action, need.resource, context) for documents in bounds)


@dataclass
class Enforcer:
    """The roles by access key, and every decision that was taken about them."""

    happenings: Happenings
    roles: dict[str, Role] = field(default_factory=dict)
    audit: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def before(self, chain: HandlerChain, context: RequestContext, response: Response) -> None:
        """Refuse the call, or let it pass."""
        if not context.service or not context.operation or context.is_internal_call:
            return
        role = self.roles.get(_access_key(context))
        if role is None or context.service.service_name not in SERVICES:
            return
        world = LiveWorld(context, self.happenings.cloud)
        request = dict(context.service_request or {})
        for need in needs(world, context.service.service_name, context.operation.name, request):
            allowed = role.may(need)
            self._note(role, need, allowed)
            if not allowed:
                raise _refused(context, role, need)

    def _note(self, role: Role, need: Need, allowed: bool) -> None:
        """Once per different question: stories ask the same thousands of times."""
        entry = {
            "principal": role.arn,
            "action": need.action,
            "resource": need.resource,
            "context": need.context,
            "allowed": allowed,
        }
        with self.lock:
            self.audit.setdefault(json.dumps(entry, sort_keys=True), entry)


def _access_key(context: RequestContext) -> str:
    header = context.request.headers.get("Authorization", "")
    return header.partition("Credential=")[2].partition("/")[0]


def _refused(context: RequestContext, role: Role, need: Need) -> CommonServiceException:
    is_ec2 = context.service.service_name == "ec2"
    # EC2 says nothing of resources where an action supports none.
    where = "" if is_ec2 else f" on resource: {need.resource}"
    message = (
        f"User: {role.arn} is not authorized to perform: {need.action}{where} "
        f"because no identity-based policy allows the {need.action} action"
    )
    if is_ec2:
        message = f"You are not authorized to perform this operation. {message}"
        # Unlike the others it does not say whose fault it is.
        return CommonServiceException("UnauthorizedOperation", message, status_code=403)
    if context.service.protocol == "json":
        return CommonServiceException("AccessDeniedException", message, status_code=400, sender_fault=True)
    return CommonServiceException("AccessDenied", message, status_code=403, sender_fault=True)
