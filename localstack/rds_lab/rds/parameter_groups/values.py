"""What a parameter can be set to, and when it takes effect (rds-semantics §7)."""

import re
from typing import Any

from rds_lab.rds import errors
from rds_lab.rds.catalog.parameters import parameters

_NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_RANGE = re.compile(f"({_NUMBER})-({_NUMBER})", re.IGNORECASE)
_INTEGER = re.compile(r"-?\d+")
_FLOAT = re.compile(_NUMBER, re.IGNORECASE)
# RDS works these out for the instance's class: {DBInstanceClassMemory/32768}, LEAST({…},5000).
_FORMULA = re.compile(r"[A-Za-z0-9_{}()*/+,. -]*\{[A-Za-z0-9_()*/+,. -]+\}[A-Za-z0-9_{}()*/+,. -]*")


def known(family: str) -> dict[str, dict[str, Any]]:
    """The catalogue of a family, by parameter name."""
    return parameters(family.rstrip("0123456789."))


def of(family: str, name: str) -> dict[str, Any]:
    """One parameter that can be changed."""
    found = known(family).get(name)
    if found is None:
        raise errors.invalid_value(f"Could not find parameter with name: {name}")
    if not found["modifiable"]:
        raise errors.invalid_value(f"The parameter {name} cannot be modified.")
    return found


def check_method(found: dict[str, Any], method: str | None) -> None:
    """Static parameters take effect with the next start, and with nothing else."""
    if method not in ("immediate", "pending-reboot"):
        raise errors.invalid_value(f"Invalid apply method: {method}")
    if found["apply_type"] == "static" and method == "immediate":
        raise errors.invalid_combination("cannot use immediate apply method for static parameter")


def check(name: str, found: dict[str, Any], value: str | None) -> str:
    """The value, if it is of the parameter's type and among what is allowed."""
    if value is None:
        raise errors.missing("ParameterValue")
    if not _fits(found["data_type"], found["allowed"], value):
        allowed = found["allowed"] or found["data_type"]
        raise errors.invalid_value(
            f"Invalid parameter value: {value} for: {name} allowed values are: {allowed}"
        )
    return value


def _fits(kind: str, allowed: str | None, value: str) -> bool:
    if kind in ("integer", "float") and _FORMULA.fullmatch(value):
        return True
    if kind == "integer" and not _INTEGER.fullmatch(value):
        return False
    if kind == "float" and not _FLOAT.fullmatch(value):
        return False
    if kind == "boolean" and allowed is None:
        return value in ("0", "1")
    if "\n" in value or "\0" in value:
        return False
    if allowed is None:
        return True
    each = [part.strip() for part in value.split(",")] if kind == "list" else [value]
    return all(_allowed(allowed, part) for part in each)


def _allowed(allowed: str, value: str) -> bool:
    for choice in (part.strip() for part in allowed.split(",")):
        bounds = _RANGE.fullmatch(choice)
        if not bounds:
            if value == choice:
                return True
        elif _FLOAT.fullmatch(value) and float(bounds[1]) <= float(value) <= float(bounds[2]):
            return True
    return False
