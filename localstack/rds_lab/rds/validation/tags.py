"""Tags (rds-semantics §2): at most 50, in RDS's alphabet, none of AWS's own."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from rds_lab.rds import errors

MOST = 50
_ALPHABET = "unicode letters, digits, white space, '_', '.', ':', '/', '=', '+', '-', '@'"


def _in_alphabet(text: str) -> bool:
    # ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$
    return all(character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN" for character in text)


def key(text: str) -> str:
    """A tag key that may be written or removed."""
    if not 1 <= len(text) <= 128:
        raise errors.invalid_value("Tag keys must have between 1 and 128 characters.")
    if text.lower().startswith(("aws:", "rds:")):
        raise errors.invalid_value("Tag keys must not start with aws: or rds:, which are reserved for AWS.")
    if not _in_alphabet(text):
        raise errors.invalid_value(f"Tag keys may only contain {_ALPHABET}.")
    return text


def tags(sent: Iterable[dict[str, Any]] | None, present: dict[str, str] | None = None) -> dict[str, str]:
    """What was sent over what is there; each key once."""
    result = dict(present or {})
    for tag in sent or []:
        name, value = key(tag.get("Key") or ""), tag.get("Value") or ""
        if len(value) > 256:
            raise errors.invalid_value("Tag values must have at most 256 characters.")
        if value.lower().startswith(("aws:", "rds:")):
            raise errors.invalid_value(
                "Tag values must not start with aws: or rds:, which are reserved for AWS."
            )
        if not _in_alphabet(value):
            raise errors.invalid_value(f"Tag values may only contain {_ALPHABET}.")
        result[name] = value
    if len(result) > MOST:
        raise errors.invalid_value(f"A resource can have at most {MOST} tags.")
    return result
