"""One happening, as it was posted."""

import math
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What happens."""

    FAIL_MODIFY = "fail_modify"
    FAIL_SNAPSHOT = "fail_snapshot"
    STATUS = "status"
    STUCK = "stuck"
    RECOVER = "recover"
    AUTOSCALE = "autoscale"
    MINOR_UPGRADE = "minor_upgrade"
    HIDE = "hide"
    LATE_MODIFY = "late_modify"
    LATE_TAGS = "late_tags"
    LATE_CREATE = "late_create"
    REFUSE_TAGS = "refuse_tags"
    LATE_AUTHORIZATION = "late_authorization"


# These wait for a call, or for the instance to be made. Those of RDS's own accord need one that is there.
WAITING = frozenset(
    {
        Kind.FAIL_MODIFY,
        Kind.FAIL_SNAPSHOT,
        Kind.STATUS,
        Kind.STUCK,
        Kind.HIDE,
        Kind.LATE_MODIFY,
        Kind.LATE_TAGS,
        Kind.LATE_CREATE,
        Kind.REFUSE_TAGS,
        Kind.LATE_AUTHORIZATION,
    }
)
# Of PendingModifiedValues, but the identifier: the happening is about one.
_FIELDS = tuple(
    """DBInstanceClass EngineVersion AllocatedStorage MultiAZ BackupRetentionPeriod StorageType Iops
    StorageThroughput CACertificateIdentifier MasterUserPassword""".split()
)
_LONGEST = 30 * 86_400


@dataclass
class Happening:
    """``remaining`` is how often it still happens; without a number it goes on until deleted."""

    kind: Kind
    identifier: str
    remaining: int | None = 1
    changed: str | None = None
    message: str | None = None
    status: str | None = None
    statuses: tuple[str, ...] = ()
    seconds: float | None = None
    gib: int | None = None
    version: str | None = None
    also: tuple[str, ...] = ()
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def as_json(self) -> dict[str, Any]:
        """As it was posted, with what is left of it."""
        shown = {
            "id": self.id,
            "kind": self.kind.value,
            "identifier": self.identifier,
            "field": self.changed,
            "message": self.message,
            "status": self.status,
            "statuses": list(self.statuses) or None,
            "seconds": self.seconds,
            "gib": self.gib,
            "version": self.version,
            "also": list(self.also) or None,
        }
        return {key: value for key, value in shown.items() if value is not None} | {"count": self.remaining}


def parse(body: dict[str, Any]) -> Happening:
    """Read a posted happening; ValueError says in a sentence what is wrong with it."""
    try:
        kind = Kind(body.get("kind"))
    except ValueError:
        raise ValueError(f"kind must be one of {', '.join(Kind)}.") from None
    found = Happening(kind, _text(body, "identifier").lower())
    if kind is Kind.FAIL_MODIFY:
        found.changed = body.get("field")
        if found.changed not in (None, *_FIELDS):
            raise ValueError(f"field must be one of {', '.join(_FIELDS)}.")
        found.message = _text(body, "message") if body.get("message") is not None else None
    if kind is Kind.STATUS:
        found.status = _text(body, "status")
        found.seconds = _number(body, "seconds") if body.get("seconds") is not None else None
    if kind in (Kind.LATE_MODIFY, Kind.LATE_TAGS, Kind.LATE_CREATE):
        found.seconds = _number(body, "seconds")
    if kind is Kind.LATE_AUTHORIZATION:
        found.seconds = _number(body, "seconds") if body.get("seconds") is not None else None
    if kind is Kind.LATE_AUTHORIZATION and "also" in body:
        found.also = _texts(body, "also", "parts of names")
    if kind is Kind.AUTOSCALE:
        found.gib = int(_number(body, "gib", whole=True))
    if kind is Kind.MINOR_UPGRADE:
        found.version = _text(body, "version")
    if kind is Kind.REFUSE_TAGS:
        found.statuses = _texts(body, "statuses", "statuses")
        found.remaining = None
    if "count" in body:
        found.remaining = None if body["count"] is None else int(_number(body, "count", whole=True))
    return found


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be a string that is not empty.")
    return value


def _texts(body: dict[str, Any], name: str, what: str) -> tuple[str, ...]:
    values = body.get(name)
    if not values or not isinstance(values, list) or not all(isinstance(one, str) and one for one in values):
        raise ValueError(f"{name} must be a list of {what}.")
    return tuple(values)


def _number(body: dict[str, Any], name: str, *, whole: bool = False) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise ValueError(f"{name} must be {'a whole number' if whole else 'a number'}.")
    low, high = (1, math.inf) if whole else (0, _LONGEST)
    if not low <= value <= high:
        limits = f"at least {low}" if whole else f"between {low} and {high}"
        raise ValueError(f"{name} must be {limits}.")
    return value
