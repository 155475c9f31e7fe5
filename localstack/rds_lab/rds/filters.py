"""Filters: or within one, and across them; names and values are case-sensitive (rds-semantics §7)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rds_lab.rds import errors

Row = TypeVar("Row")
Values = Callable[[Row], set[str]]


def matching(rows: list[Row], filters: list[dict[str, Any]] | None, known: Mapping[str, Values]) -> list[Row]:
    """The rows that pass every filter. ``known`` gives, by filter name, what a row answers to."""
    for each in filters or []:
        name = each.get("Name") or ""
        if name not in known:
            raise errors.invalid_value(f"Unrecognized filter name: {name}")
        wanted = set(each.get("Values") or [])
        if not wanted:
            raise errors.invalid_value(f"The filter {name} must have at least one value.")
        rows = [row for row in rows if wanted & known[name](row)]
    return rows
