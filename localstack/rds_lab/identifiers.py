"""Which resources a call names, so that a fault can be meant for one of them.

Only members that hold names are looked at: never a secret's value or a password.
"""

from typing import Any

_NAMES = frozenset(
    {
        # RDS
        "DBInstanceIdentifier",
        "NewDBInstanceIdentifier",
        "SourceDBInstanceIdentifier",
        "TargetDBInstanceIdentifier",
        "DBSnapshotIdentifier",
        "DBInstanceArn",
        "DbiResourceId",
        "ResourceName",
        "SourceIdentifier",
        "DBSubnetGroupName",
        "DBParameterGroupName",
        # Secrets Manager
        "Name",
        "SecretId",
        "SecretIdList",
    }
)


def identifiers(request: Any) -> list[str]:
    """Names and ARNs in the members of a parsed request, filter values included."""
    if not isinstance(request, dict):
        return []
    found: list[str] = []
    for member, value in request.items():
        if member in _NAMES:
            found += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    for each in request.get("Filters") or []:
        found += [one for one in each.get("Values") or [] if isinstance(one, str)]
    return found
