"""``/config``: the settings of the emulated RDS, read and changed while it runs."""

from typing import Any, Protocol

from rolo import Request, Response, Router

from rds_lab.admin import routes


class SettingsLike(Protocol):
    """What this route needs of :class:`rds_lab.rds.settings.Settings`."""

    def as_json(self) -> dict[str, Any]:
        """All settings."""

    def update(self, partial: dict[str, Any]) -> None:
        """Change those that are given; ValueError, and no change, if one is wrong."""


def register(router: Router, settings: SettingsLike) -> None:
    """Add the route."""

    def serve(request: Request) -> Response:
        if request.method == "POST":
            settings.update(routes.read(request))
        return routes.answer(200, settings.as_json())

    routes.add(router, "config", serve, ["GET", "POST"])
