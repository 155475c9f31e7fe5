"""ARNs and resource ids."""

import re
import secrets
import string

_ARN = re.compile(r"arn:[a-z-]+:rds:[a-z0-9-]*:\d*:([a-z-]+):(.+)")
_ALPHABET = string.ascii_uppercase + string.digits


def arn(region: str, account: str, kind: str, name: str) -> str:
    """ARN of a resource; ``kind`` as RDS abbreviates it (db, snapshot, pg, subgrp)."""
    return f"arn:aws:rds:{region}:{account}:{kind}:{name}"


def parse_arn(text: str) -> tuple[str, str] | None:
    """Kind and name, or None for what is no ARN of RDS."""
    match = _ARN.fullmatch(text)
    return (match[1], match[2]) if match else None


def identifier_of(text: str) -> str:
    """The identifier that a name or ARN means, in lower case: lookups ignore case (rds-semantics §2)."""
    parsed = parse_arn(text)
    return (parsed[1] if parsed and parsed[0] == "db" else text).lower()


def resource_id() -> str:
    """A DbiResourceId: unique to one life of an identifier (rds-semantics §3)."""
    return "db-" + "".join(secrets.choice(_ALPHABET) for _ in range(26))
