"""``/instances``: DB instances are forgotten, when whoever made them has no more use for them."""

from rolo import Request, Response, Router

from rds_lab.admin import routes
from rds_lab.rds.happenings.board import Happenings


def register(router: Router, happenings: Happenings) -> None:
    """Add the route."""

    def serve(request: Request) -> Response:
        prefix = request.args.get("prefix", "").lower()
        if not prefix:
            raise ValueError("prefix must say what the identifiers begin with.")
        cloud = happenings.cloud
        return routes.answer(200, {"forgotten": cloud.forget(prefix) if cloud else 0})

    routes.add(router, "instances", serve, ["DELETE"])
