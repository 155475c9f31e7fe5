"""A role, as someone has assumed it."""

from dataclasses import dataclass, replace
from typing import Any

from rds_lab.iam.evaluate import Decision, decide, listed
from rds_lab.iam.needed import Need


@dataclass(frozen=True)
class Role:
    """``story`` says for what it was made: the name of a test, where one gave it."""

    arn: str
    policies: list[dict[str, Any]]
    boundary: dict[str, Any] | None = None
    story: str | None = None

    def may(self, need: Need) -> Decision:
        """Whether its policies allow something, and its boundary where it has one."""
        context = {**need.context, "aws:principalarn": [self.arn]}
        policies = decide(self.policies, need.action, need.resource, context)
        if self.boundary is None or not policies.allowed:
            return policies
        bound = decide([self.boundary], need.action, need.resource, context)
        return policies if bound.allowed else bound

    def without(self, sid: str, action: str) -> "Role":
        """The same role, but for one action of one statement."""
        return replace(self, policies=[_without(policy, sid, action) for policy in self.policies])


def _without(policy: dict[str, Any], sid: str, action: str) -> dict[str, Any]:
    statements = []
    for statement in listed(policy["Statement"]):
        if statement.get("Sid") != sid:
            statements.append(statement)
        elif left := [each for each in listed(statement["Action"]) if each != action]:
            statements.append({**statement, "Action": left})
    return {**policy, "Statement": statements}
