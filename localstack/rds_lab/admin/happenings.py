"""``/happenings``: what happens to instances without anyone asking RDS for it."""

from rolo import Request, Response, Router

from rds_lab.admin import routes
from rds_lab.rds.happenings.board import Happenings
from rds_lab.rds.happenings.happening import parse


def register(router: Router, happenings: Happenings) -> None:
    """Add the route."""

    def serve(request: Request) -> Response:
        if request.method == "POST":
            happening = parse(routes.read(request))
            # Shown before it is posted: it may be used up at once.
            shown = happening.as_json()
            happenings.post(happening)
            return routes.answer(201, shown)
        if request.method == "DELETE":
            happenings.clear()
            return routes.answer(204)
        return routes.answer(200, happenings.all())

    routes.add(router, "happenings", serve, ["GET", "POST", "DELETE"])
