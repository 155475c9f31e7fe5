"""The master user's password; refusals never repeat it (rds-semantics §2)."""

from rds_lab.rds import errors
from rds_lab.rds.catalog.engines import Engine

_MINIMUM = 8
_FORBIDDEN = frozenset('/@" ')


def master(given: str | None, engine: Engine) -> str:
    """Length and alphabet."""
    if not given:
        raise errors.blank_parameter("MasterUserPassword")
    wrong = "The parameter MasterUserPassword is not a valid password"
    if len(given) < _MINIMUM:
        raise errors.invalid_value(f"{wrong} because it is shorter than {_MINIMUM} characters.")
    if len(given) > engine.password_maximum:
        raise errors.invalid_value(f"{wrong} because it is longer than {engine.password_maximum} characters.")
    if any(not "!" <= each <= "~" or each in _FORBIDDEN for each in given):
        raise errors.invalid_value(
            f"{wrong}. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
        )
    return given
