"""What AWS says with an error code, and with which status, where a fault names neither (rds-semantics §1)."""

_UNKNOWN = "An internal error has occurred. Please try your query again at a later time."
# 400 on the wire but for those in _STATUSES.
_TEXTS = {
    "AccessDenied": "User is not authorized to perform this operation.",
    "DBInstanceAutomatedBackupQuotaExceeded": "Cannot retain more than 40 automated backups",
    "DBParameterGroupQuotaExceeded": "Cannot create more than 50 DB parameter groups",
    "DBUpgradeDependencyFailure": "The upgrade failed because a resource it depends on cannot be modified.",
    "InstanceQuotaExceeded": "Instance quota exceeded",
    "InsufficientDBInstanceCapacity": "Cannot create a database instance because no Availability Zone has "
    "enough capacity for the requested instance class. Try again later.",
    "InvalidDBInstanceState": "Database instance is not in available state.",
    "InvalidDBParameterGroupState": "The parameter group is in use or in a state that does not allow this.",
    "InvalidVPCNetworkStateFault": "The DB subnet group does not cover all Availability Zones after it was "
    "created, because of users' changes.",
    "KMSKeyNotAccessibleFault": "The specified KMS key does not exist, is not enabled or you do not have "
    "permissions to access it.",
    "ProvisionedIopsNotAvailableInAZFault": "Provisioned IOPS are not available in this Availability Zone.",
    "SnapshotQuotaExceeded": "Cannot create more than 100 manual snapshots",
    "StorageQuotaExceeded": "Storage quota exceeded",
    "StorageTypeNotSupported": "The specified storage type cannot be used with this DB instance.",
}
_STATUSES = {"AccessDenied": 403}


def of(code: str) -> str:
    """The message."""
    return _TEXTS.get(code, _UNKNOWN)


def status(code: str) -> int | None:
    """The HTTP status, of a code that is known."""
    return _STATUSES.get(code, 400) if code in _TEXTS else None
