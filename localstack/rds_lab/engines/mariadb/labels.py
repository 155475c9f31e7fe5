"""The versions that one MariaDB server passes itself off as.

RDS offers dozens of MySQL and MariaDB; here there is one server. A version is what the server says
of itself and what the state machine goes by, so upgrades have their paths and their outage, but the
program stays the same. MySQL 8.0.31, which RDS has retired, is here as the one that is too old for
some classes.
"""

_LABELS = {
    "mysql": ("8.0.31", "8.0.42", "8.0.43", "8.4.6", "8.4.7"),
    "mariadb": ("10.6.22", "10.11.14", "10.11.15", "11.4.8", "11.4.9"),
}
# What SELECT VERSION() has behind the number.
_SUFFIXES = {"mysql": "", "mariadb": "-MariaDB"}


def labels(engine: str) -> list[str]:
    """Full versions, oldest first."""
    return list(_LABELS[engine])


def announced(engine: str, version: str) -> str:
    """What the server is to say of itself."""
    return version + _SUFFIXES[engine]
