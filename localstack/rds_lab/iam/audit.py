"""Every decision about roles, kept for those who ask afterwards what each statement was good for."""

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rds_lab.iam.evaluate import Decision
from rds_lab.iam.needed import Need
from rds_lab.iam.role import Role


@dataclass
class _Asking:
    """A role that asks, and since when."""

    number: int
    role: Role
    first: float = field(default_factory=time.monotonic)
    last: float = 0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self.role), "seconds": round(self.last - self.first, 3)}


class Audit:
    """Each question once: stories ask the same thousands of times, with other values of tags."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # By their identity; held here, so that none takes the place of another.
        self._asking: dict[int, _Asking] = {}
        self._entries: dict[tuple[Any, ...], dict[str, Any]] = {}

    def note(self, role: Role, need: Need, decision: Decision) -> None:
        """Keep a decision and who it was about, with the request's context when it was first met."""
        with self._lock:
            asking = self._asking.setdefault(id(role), _Asking(len(self._asking), role))
            asking.last = time.monotonic()
            key = (asking.number, need.action, need.resource, decision)
            if key not in self._entries:
                self._entries[key] = {
                    "role": asking.number,
                    "principal": role.arn,
                    "story": role.story,
                    "action": need.action,
                    "resource": need.resource,
                    "context": need.context,
                    "allowed": decision.allowed,
                    "by": list(decision.by),
                }

    def as_json(self) -> dict[str, Any]:
        """The roles, how long each has asked, and the decisions, each in the order it was met in."""
        with self._lock:
            return {
                "roles": [asking.as_json() for asking in self._asking.values()],
                "decisions": list(self._entries.values()),
            }

    def save(self, path: Path) -> None:
        """Write it to a file, which is there as a whole or not at all; none where no role asked."""
        all_of_it = self.as_json()
        if not all_of_it["decisions"]:
            return
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(all_of_it))
        draft.rename(path)
