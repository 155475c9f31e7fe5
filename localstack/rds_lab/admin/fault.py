"""One fault: what it does to which call, as it was posted."""

import math
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rds_lab.admin import texts

DEFAULT_ERROR = "InternalFailure"
DEFAULT_ERROR_STATUS = 500
LONGEST_DELAY = 600.0


class Kind(StrEnum):
    """What happens to a call."""

    THROTTLE = "throttle"
    ERROR = "error"
    DELAY = "delay"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"


@dataclass
class Fault:
    """``remaining`` is how many calls it still hits; without a number it goes on until deleted."""

    operation: str
    kind: Kind
    service: str | None = None
    identifier: str | None = None
    remaining: int | None = 1
    probability: float = 1.0
    delay_seconds: float | None = None
    code: str | None = None
    status: int | None = None
    message: str | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def matches(self, service: str, operation: str, identifiers: list[str]) -> bool:
        """Whether a call is meant; ``identifiers`` are all names that it gives of resources."""
        if self.service not in (None, service) or self.operation not in ("*", operation):
            return False
        wanted = self.identifier and self.identifier.lower()
        return not wanted or any(wanted in one.lower() for one in identifiers)

    def as_json(self) -> dict[str, Any]:
        """As it was posted, with what is left of it."""
        shown = {
            "id": self.id,
            "service": self.service,
            "operation": self.operation,
            "identifier": self.identifier,
            "kind": self.kind.value,
            "probability": self.probability,
            "delaySeconds": self.delay_seconds,
            "code": self.code,
            "status": self.status,
            "message": self.message,
        }
        # A count of null has a meaning of its own.
        return {key: value for key, value in shown.items() if value is not None} | {"count": self.remaining}


def parse(body: dict[str, Any]) -> Fault:
    """Read a posted fault; ValueError says in a sentence what is wrong with it.

    Only what the kind uses is looked at.
    """
    try:
        kind = Kind(body.get("kind"))
    except ValueError:
        raise ValueError(f"kind must be one of {', '.join(Kind)}.") from None
    operation = _text(body, "operation")
    if operation is None:
        raise ValueError('operation is missing: the name of an operation, or "*" for all.')
    fault = Fault(operation, kind, _text(body, "service"), _text(body, "identifier"))
    if body.get("count", 1) is None:
        fault.remaining = None
    else:
        fault.remaining = int(_number(body, "count", 1, math.inf, whole=True) or 1)
    probability = _number(body, "probability", 0, 1)
    fault.probability = 1.0 if probability is None else probability
    if kind is Kind.DELAY:
        fault.delay_seconds = _number(body, "delaySeconds", 0, LONGEST_DELAY)
        if fault.delay_seconds is None:
            raise ValueError("delaySeconds is missing: how long a call is delayed.")
    if kind in (Kind.THROTTLE, Kind.ERROR):
        fault.code = _text(body, "code")
    if kind is Kind.ERROR:
        fault.code = fault.code or DEFAULT_ERROR
        fault.message = _text(body, "message")
        known = texts.status(fault.code) or DEFAULT_ERROR_STATUS
        fault.status = int(_number(body, "status", 400, 599, whole=True) or known)
    return fault


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise ValueError(f"{name} must be a string that is not empty.")
    return value


def _number(body: dict[str, Any], name: str, low: float, high: float, *, whole: bool = False) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise ValueError(f"{name} must be {'a whole number' if whole else 'a number'}.")
    if not low <= value <= high:
        limits = f"at least {low}" if high == math.inf else f"between {low} and {high:g}"
        raise ValueError(f"{name} must be {limits}.")
    return value
