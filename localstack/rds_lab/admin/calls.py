"""``/calls``: how often each operation was called, calls that a fault hit included."""

import threading
from collections import Counter

from rolo import Request, Response, Router

from rds_lab.admin import routes


class Calls:
    """Counts by ``service.Operation``."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def record(self, service: str, operation: str) -> None:
        """Count one call."""
        with self._lock:
            self._counts[f"{service}.{operation}"] += 1

    def counts(self) -> dict[str, int]:
        """What was called since the start or the last reset."""
        with self._lock:
            return dict(sorted(self._counts.items()))

    def reset(self) -> None:
        """Start again from nothing."""
        with self._lock:
            self._counts.clear()


def register(router: Router, calls: Calls) -> None:
    """Add the route."""

    def serve(request: Request) -> Response:
        if request.method == "DELETE":
            calls.reset()
            return routes.answer(204)
        return routes.answer(200, calls.counts())

    routes.add(router, "calls", serve, ["GET", "DELETE"])
