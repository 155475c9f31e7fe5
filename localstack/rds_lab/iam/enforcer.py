"""Refuses what a caller's policies do not allow, as AWS words it.

A caller is known by its access key; one without a role here, like ``test``, may do anything.
"""

from dataclasses import dataclass, field

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response

from rds_lab.iam.audit import Audit
from rds_lab.iam.needed import Need, needs
from rds_lab.iam.role import Role
from rds_lab.iam.world import LiveWorld
from rds_lab.rds.happenings.board import Happenings

SERVICES = ("rds", "secretsmanager", "kms", "ec2", "iam")


@dataclass
class Enforcer:
    """The roles by access key, and every decision that was taken about them."""

    happenings: Happenings
    roles: dict[str, Role] = field(default_factory=dict)
    audit: Audit = field(default_factory=Audit)
    # Those that have made an instance.
    makers: set[str] = field(default_factory=set)

    def give(self, access_key: str, role: Role) -> None:
        """Let whoever calls under that key be this role: the same as before, where it says the same."""
        if self.roles.get(access_key) != role:
            self.roles[access_key] = role

    def before(self, chain: HandlerChain, context: RequestContext, response: Response) -> None:
        """Refuse the call, or let it pass."""
        if not context.service or not context.operation or context.is_internal_call:
            return
        role = self.roles.get(_access_key(context))
        if role is None or context.service.service_name not in SERVICES:
            return
        # On AWS the service-linked role is there from an account's first instance on. Here each role meets
        # its absence once: who of those that share the account comes first must not decide for the others.
        world = LiveWorld(context, self.happenings, has_service_linked_role=role.arn in self.makers)
        request = dict(context.service_request or {})
        for need in needs(world, context.service.service_name, context.operation.name, request):
            decision = role.may(need)
            self.audit.note(role, need, decision)
            if not decision.allowed:
                raise _refused(context, role, need)
        if context.operation.name == "CreateDBInstance":
            self.makers.add(role.arn)


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
