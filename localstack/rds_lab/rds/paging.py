"""Pages: MaxRecords and an opaque Marker (rds-semantics §7).

The marker holds the name of the last row, not its place, so that it survives rows that come and go.
"""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, TypeVar

from rds_lab.rds import errors

Row = TypeVar("Row")


def page(
    rows: list[Row], request: dict[str, Any], name: Callable[[Row], str], size: int = 100, largest: int = 100
) -> tuple[list[Row], str | None]:
    """The rows of one page, which must be sorted by name, and the marker of the next."""
    most = request.get("MaxRecords")
    if most is None:
        most = size
    elif not 20 <= most <= largest:
        raise errors.invalid_value(f"Invalid value {most} for MaxRecords. Must be between 20 and {largest}")
    start = 0
    if marker := request.get("Marker"):
        start = bisect_right(rows, _decode(marker), key=name)
    end = start + most
    return rows[start:end], _encode(name(rows[end - 1])) if end < len(rows) else None


def _encode(text: str) -> str:
    return base64.urlsafe_b64encode(b"rds-lab:" + text.encode()).decode()


def _decode(marker: str) -> str:
    try:
        text = base64.b64decode(marker, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith("rds-lab:"):
        raise errors.invalid_value(f"Invalid marker: {marker}")
    return text.removeprefix("rds-lab:")
