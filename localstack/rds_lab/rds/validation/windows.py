"""Backup and maintenance windows, retention, port (rds-semantics §2)."""

import re

from rds_lab.rds import errors

_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_DAY_NAME = "(mon|tue|wed|thu|fri|sat|sun)"
_BACKUP = re.compile(f"{_TIME}-{_TIME}")
_MAINTENANCE = re.compile(f"{_DAY_NAME}:{_TIME}-{_DAY_NAME}:{_TIME}")
_DEFAULTS = [("03:00-03:30", "sun:04:00-sun:04:30"), ("22:00-22:30", "sun:20:00-sun:20:30")]
_DAY, _WEEK = 24 * 60, 7 * 24 * 60


def backup(value: str) -> tuple[int, int]:
    """Start and length in minutes of the day."""
    match = _BACKUP.fullmatch(value)
    if not match:
        raise errors.invalid_value(
            f"Invalid backup window format: {value}. Should be specified as hh24:mi-hh24:mi."
        )
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    length = (end - start) % _DAY
    if length < 30:
        raise errors.invalid_value("The backup window must be at least 30 minutes.")
    return start, length


def maintenance(value: str) -> tuple[int, int]:
    """Start and length in minutes of the week."""
    match = _MAINTENANCE.fullmatch(value.lower())
    if not match:
        raise errors.invalid_value(
            f"Invalid maintenance window format: {value}. Should be specified as a range "
            "ddd:hh24:mi-ddd:hh24:mi."
        )
    start = _DAYS.index(match[1]) * _DAY + int(match[2]) * 60 + int(match[3])
    end = _DAYS.index(match[4]) * _DAY + int(match[5]) * 60 + int(match[6])
    length = (end - start) % _WEEK
    if length < 30:
        raise errors.invalid_value("The maintenance window must be at least 30 minutes.")
    return start, length


def apart(backup_window: str, maintenance_window: str) -> None:
    """The two must not overlap, on any day."""
    if _overlap(backup_window, maintenance_window):
        raise errors.invalid_value("The backup window and maintenance window must not overlap.")


def _overlap(backup_window: str, maintenance_window: str) -> bool:
    backup_start, backup_length = backup(backup_window)
    start, length = maintenance(maintenance_window)
    return any(
        daily < start + length + week and start + week < daily + backup_length
        for daily in (day * _DAY + backup_start for day in range(-1, 15))
        for week in (0, _WEEK)
    )


def chosen(backup_window: str | None, maintenance_window: str | None) -> tuple[str, str]:
    """The windows of a new instance: where one is not given, RDS takes one that is apart from the other."""
    pairs = [(backup_window or free, (maintenance_window or rest).lower()) for free, rest in _DEFAULTS]
    both = next((pair for pair in pairs if not _overlap(*pair)), pairs[0])
    apart(*both)
    return both


def retention(days: int) -> int:
    """Days that automated backups are kept."""
    if not 0 <= days <= 35:
        raise errors.invalid_value(
            f"Invalid backup retention period: {days}. Backup retention period must be between 0 and 35."
        )
    return days


def port(value: int) -> int:
    """A TCP port that RDS lets instances listen at."""
    if not 1150 <= value <= 65_535:
        raise errors.invalid_value(f"Invalid database port: {value}. Must be in the range 1150-65535.")
    return value
