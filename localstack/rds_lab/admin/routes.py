"""What all admin routes share: where they hang, who may call them, how they say no."""

import ipaddress
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from rolo import Request, Response, Router

PREFIX = "/_localstack/rds-lab"
Handler = Callable[[Request], Response]


def add(router: Router, name: str, handler: Handler, methods: list[str]) -> None:
    """Serve ``PREFIX/name``, to callers on this machine only."""
    router.add(f"{PREFIX}/{name}", _guarded(handler), methods=methods)


def answer(status: int, body: Any = None) -> Response:
    """A JSON answer, or an empty one."""
    if body is None:
        return Response(status=status)
    return Response(json.dumps(body), status=status, mimetype="application/json")


def read(request: Request) -> dict[str, Any]:
    """The JSON object of a request; ValueError says in a sentence what it is instead."""
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise ValueError("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ValueError("The body is not a JSON object.")
    return body


def _guarded(handler: Handler) -> Handler:
    @wraps(handler)
    def guarded(request: Request, **_: Any) -> Response:
        if not _is_loopback(request.remote_addr):
            return answer(403, {"error": "The admin routes are served on this machine only."})
        try:
            return handler(request)
        except ValueError as error:
            return answer(400, {"error": str(error)})

    return guarded


def _is_loopback(peer: str | None) -> bool:
    try:
        return ipaddress.ip_address(peer or "").is_loopback
    except ValueError:
        return False
