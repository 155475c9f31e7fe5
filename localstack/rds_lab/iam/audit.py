"""Every decision about roles, kept for those who ask afterwards what each statement was good for."""

import json
import threading
from pathlib import Path
from typing import Any

from rds_lab.iam.evaluate import Decision
from rds_lab.iam.needed import Need


class Audit:
    """Each question once: stories ask the same thousands of times, with other values of tags."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[tuple[Any, ...], dict[str, Any]] = {}

    def note(self, principal: str, need: Need, decision: Decision) -> None:
        """Keep a decision, with the request's context when it was first met."""
        key = (principal, need.action, need.resource, decision)
        with self._lock:
            if key not in self._entries:
                self._entries[key] = {
                    "principal": principal,
                    "action": need.action,
                    "resource": need.resource,
                    "context": need.context,
                    "allowed": decision.allowed,
                    "by": list(decision.by),
                }

    def all(self) -> list[dict[str, Any]]:
        """All of them, in the order in which they were first met."""
        with self._lock:
            return list(self._entries.values())

    def save(self, path: Path) -> None:
        """Write them to a file, which is there as a whole or not at all; none where no role asked."""
        entries = self.all()
        if not entries:
            return
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(entries))
        draft.rename(path)
