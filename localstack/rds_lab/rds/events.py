"""DescribeEvents: what happened to which source, kept for 14 days (rds-semantics §3)."""

from collections import deque
from dataclasses import dataclass

KEPT_SECONDS = 14 * 24 * 3600
DEFAULT_WINDOW_MINUTES = 60


@dataclass(frozen=True)
class Event:
    """One line of the event log."""

    at: float
    source: str
    source_type: str
    arn: str
    message: str
    categories: tuple[str, ...]


class Events:
    """The event log of one account and region."""

    def __init__(self) -> None:
        self._all: deque[Event] = deque()

    def add(self, event: Event) -> None:
        """Log an event, and forget those that are too old."""
        self._all.append(event)
        while self._all and self._all[0].at < event.at - KEPT_SECONDS:
            self._all.popleft()

    def between(self, start: float, end: float) -> list[Event]:
        """Events in a window, oldest first."""
        return [event for event in list(self._all) if start <= event.at <= end]
