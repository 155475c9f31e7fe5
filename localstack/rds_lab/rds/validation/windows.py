"""Backup and maintenance windows, in UTC (rds-semantics §2)."""

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

from rds_lab.rds import errors

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_WEEK = 7 * _DAY
_BACKUP = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_MAINTENANCE = re.compile(
    r"(?i)(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):([0-5]\d)"
    r"-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):([0-5]\d)"
)


@dataclass(frozen=True)
class Window:
    """Minutes of a cycle, a day or a week."""

    start: int
    length: int
    cycle: int

    def holds(self, minute: int) -> bool:
        """Whether a minute lies in it."""
        return (minute - self.start) % self.cycle < self.length


def backup(text: str) -> Window:
    """`hh24:mi-hh24:mi`, every day."""
    match = _BACKUP.fullmatch(text)
    if not match:
        raise errors.invalid_value(f"Invalid backup window format: {text}. Should be hh24:mi-hh24:mi.")
    hour, minute, end_hour, end_minute = map(int, match.groups())
    return _window(hour * 60 + minute, end_hour * 60 + end_minute, _DAY, "backup")


def maintenance(text: str) -> Window:
    """`ddd:hh24:mi-ddd:hh24:mi`, every week."""
    match = _MAINTENANCE.fullmatch(text)
    if not match:
        raise errors.invalid_value(
            f"Invalid maintenance window format: {text}. Should be ddd:hh24:mi-ddd:hh24:mi."
        )
    day, hour, minute, end_day, end_hour, end_minute = match.groups()
    start = _DAYS.index(day.lower()) * _DAY + int(hour) * 60 + int(minute)
    end = _DAYS.index(end_day.lower()) * _DAY + int(end_hour) * 60 + int(end_minute)
    window = _window(start, end, _WEEK, "maintenance")
    if window.length > _DAY:
        raise errors.invalid_value("The maintenance window must be less than 24 hours long.")
    return window


def check(backup_text: str, maintenance_text: str) -> None:
    """Both, and that they do not overlap."""
    every_day, every_week = backup(backup_text), maintenance(maintenance_text)
    for day in range(7):
        start = day * _DAY + every_day.start
        apart = (every_week.start - start) % _WEEK
        if apart < every_day.length or (start - every_week.start) % _WEEK < every_week.length:
            raise errors.invalid_value("The backup window and maintenance window must not overlap.")


def defaults(
    resource_id: str, backup_text: str | None = None, maintenance_text: str | None = None
) -> tuple[str, str]:
    """Windows for an instance that names none: RDS chooses by chance, half an hour each, apart."""
    chance = zlib.crc32(resource_id.encode())
    if not backup_text:
        taken = maintenance(maintenance_text).start % _DAY if maintenance_text else None
        # Twelve hours from a chosen maintenance window is far from all of it, if it is not very long.
        start = (taken + _DAY // 2) % _DAY if taken is not None else chance % 24 * 60
        backup_text = f"{_clock(start)}-{_clock(start + 30)}"
    every_day = backup(backup_text)
    if not maintenance_text:
        day = _DAYS[chance % 7]
        start = every_day.start + every_day.length + 60
        first, last = _DAYS.index(day) * _DAY + start, _DAYS.index(day) * _DAY + start + 30
        maintenance_text = f"{_moment(first)}-{_moment(last)}"
    return backup_text, maintenance_text.lower()


def is_open(maintenance_text: str, now: float) -> bool:
    """Whether deferred changes are applied now."""
    moment = datetime.fromtimestamp(now, UTC)
    return maintenance(maintenance_text).holds(moment.weekday() * _DAY + moment.hour * 60 + moment.minute)


def _window(start: int, end: int, cycle: int, name: str) -> Window:
    length = (end - start) % cycle
    if length < 30:
        raise errors.invalid_value(f"The {name} window must be at least 30 minutes.")
    return Window(start, length, cycle)


def _clock(minute: int) -> str:
    minute %= _DAY
    return f"{minute // 60:02}:{minute % 60:02}"


def _moment(minute: int) -> str:
    minute %= _WEEK
    return f"{_DAYS[minute // _DAY]}:{_clock(minute)}"
