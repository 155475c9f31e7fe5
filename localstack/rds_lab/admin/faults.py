"""``/faults``: the faults that wait for a call, and which of them a call meets."""

import random
import threading

from rolo import Request, Response, Router

from rds_lab.admin import routes
from rds_lab.admin.fault import Fault, Kind, parse


class Faults:
    """All faults, in the order in which they were posted."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let it wait for a call."""
        with self._lock:
            self._faults.append(fault)

    def all(self) -> list[dict[str, object]]:
        """Those that have something left."""
        with self._lock:
            return [fault.as_json() for fault in self._faults]

    def clear(self, identifier: str | None = None) -> None:
        """Forget all, or those about one identifier."""
        with self._lock:
            about_others = [fault for fault in self._faults if fault.identifier != identifier]
            self._faults = about_others if identifier else []

    def take(self, service: str, operation: str, identifiers: list[str]) -> list[Fault]:
        """What hits this call, used up by it: any number of delays, then at most one other."""
        taken = []
        with self._lock:
            for fault in list(self._faults):
                if not fault.matches(service, operation, identifiers) or random.random() >= fault.probability:
                    continue
                taken.append(fault)
                if fault.remaining is not None:
                    fault.remaining -= 1
                    if not fault.remaining:
                        self._faults.remove(fault)
                if fault.kind is not Kind.DELAY:
                    break
        return taken


def register(router: Router, faults: Faults) -> None:
    """Add the route."""

    def serve(request: Request) -> Response:
        if request.method == "POST":
            fault = parse(routes.read(request))
            # Shown before it is added: a call may use it up at once.
            shown = fault.as_json()
            faults.add(fault)
            return routes.answer(201, shown)
        if request.method == "DELETE":
            faults.clear(request.args.get("identifier"))
            return routes.answer(204)
        return routes.answer(200, faults.all())

    routes.add(router, "faults", serve, ["GET", "POST", "DELETE"])
