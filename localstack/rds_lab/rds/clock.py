"""Time as a value that tests can turn."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]

system: Clock = time.time


def as_datetime(moment: float) -> datetime:
    """The form in which the API tells a time."""
    return datetime.fromtimestamp(moment, UTC)
