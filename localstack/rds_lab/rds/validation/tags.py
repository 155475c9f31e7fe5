r"""Tags: `^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`, 50 per resource, no reserved prefixes (rds-semantics §2)."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from rds_lab.rds import errors

LIMIT = 50
_KEY_MAXIMUM, _VALUE_MAXIMUM = 128, 256
_PUNCTUATION = frozenset("_.:/=+-@")
_RESERVED = ("aws:", "rds:")


def parse(given: list[dict[str, Any]] | None) -> dict[str, str]:
    """Tags by key."""
    found: dict[str, str] = {}
    for tag in given or []:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        _check("key", key, 1, _KEY_MAXIMUM)
        _check("value", value, 0, _VALUE_MAXIMUM)
        if key in found:
            raise errors.invalid_value(f"Duplicate tag key: {key}")
        found[key] = value
    _limit(found)
    return found


def merge(tags: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """Tags with others added: the same key is overwritten."""
    merged = {**tags, **added}
    _limit(merged)
    return merged


def listing(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The API's form."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _check(what: str, text: str, minimum: int, maximum: int) -> None:
    if not minimum <= len(text) <= maximum:
        raise errors.invalid_value(
            f"The tag {what} must be between {minimum} and {maximum} characters long: {text[:maximum]}"
        )
    if text.lower().startswith(_RESERVED):
        raise errors.invalid_value(
            f"The tag {what} '{text}' is not valid: the prefixes 'aws:' and 'rds:' are reserved."
        )
    if any(each not in _PUNCTUATION and unicodedata.category(each)[0] not in "LZN" for each in text):
        raise errors.invalid_value(
            f"The tag {what} '{text}' is not valid. It can only contain Unicode letters, digits, white "
            "space, and the characters _ . : / = + - @"
        )


def _limit(tags: Mapping[str, str]) -> None:
    if len(tags) > LIMIT:
        raise errors.invalid_value(f"The number of tags exceeds the limit of {LIMIT} per resource.")
