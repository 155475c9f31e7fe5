"""DbiResourceId: names one incarnation of an instance, across renames (rds-semantics §3)."""

import secrets
import string

_ALPHABET = string.ascii_uppercase + string.digits


def new() -> str:
    """`db-` and 26 upper-case letters and digits; never the same twice."""
    return "db-" + "".join(secrets.choice(_ALPHABET) for _ in range(26))
