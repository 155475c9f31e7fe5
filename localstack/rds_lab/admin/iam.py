"""``/iam/roles`` gives an access key a role; ``/iam/audit`` tells every decision about roles."""

from typing import Any

from rolo import Request, Response, Router

from rds_lab.admin import routes
from rds_lab.iam.enforcer import Enforcer
from rds_lab.iam.role import Role

_FIELDS = {"accessKeyId": str, "arn": str, "policies": list, "boundary": dict, "story": str}
_REQUIRED = {"accessKeyId", "arn", "policies"}


def register(router: Router, enforcer: Enforcer) -> None:
    """Add the routes."""

    def roles(request: Request) -> Response:
        body = _checked(routes.read(request))
        role = Role(body["arn"], body["policies"], body.get("boundary"), body.get("story"))
        enforcer.give(body["accessKeyId"], role)
        return routes.answer(204)

    def audit(request: Request) -> Response:
        return routes.answer(200, enforcer.audit.as_json())

    routes.add(router, "iam/roles", roles, ["POST"])
    routes.add(router, "iam/audit", audit, ["GET"])


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(body) - set(_FIELDS)):
        raise ValueError(f"{unknown[0]} is not a field of a role.")
    if missing := sorted(_REQUIRED - set(body)):
        raise ValueError(f"{missing[0]} is missing.")
    for name, value in body.items():
        if not isinstance(value, _FIELDS[name]):
            raise ValueError(f"{name} must be of JSON's type for {_FIELDS[name].__name__}.")
    return body
