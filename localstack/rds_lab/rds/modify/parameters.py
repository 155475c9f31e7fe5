"""What each parameter of ModifyDBInstance changes, and when it does (the table of rds-semantics §4)."""

from dataclasses import dataclass
from enum import Enum


class When(Enum):
    """When a change takes effect."""

    # In the record at once; there is no PendingModifiedValues for it.
    AT_ONCE = "at once"
    # Never deferred, but only after `modifying` or another status.
    ALWAYS = "always"
    # In the maintenance window, unless ApplyImmediately.
    DEFERRED = "deferred"


@dataclass(frozen=True)
class Parameter:
    """`pending` is its name in PendingModifiedValues, if it has one."""

    attribute: str
    when: When
    pending: str | None = None
    # Clients lose their connections.
    restarts: bool = False
    # A status of its own instead of `modifying`.
    status: str | None = None


_IAM = "IAMDatabaseAuthenticationEnabled"

PARAMETERS: dict[str, Parameter] = {
    "AllocatedStorage": Parameter("allocated_storage", When.DEFERRED, "AllocatedStorage"),
    "StorageType": Parameter("storage_type", When.DEFERRED, "StorageType"),
    "Iops": Parameter("iops", When.DEFERRED, "Iops"),
    "StorageThroughput": Parameter("storage_throughput", When.DEFERRED, "StorageThroughput"),
    "DBInstanceClass": Parameter("instance_class", When.DEFERRED, "DBInstanceClass", restarts=True),
    "EngineVersion": Parameter("engine_version", When.DEFERRED, "EngineVersion"),
    "MultiAZ": Parameter("multi_az", When.DEFERRED, "MultiAZ"),
    "DBSubnetGroupName": Parameter("subnet_group", When.DEFERRED, "DBSubnetGroupName", restarts=True),
    "CACertificateIdentifier": Parameter("ca_certificate", When.DEFERRED, "CACertificateIdentifier"),
    "LicenseModel": Parameter("license_model", When.DEFERRED, "LicenseModel"),
    "NetworkType": Parameter("network_type", When.DEFERRED),
    "OptionGroupName": Parameter("option_group", When.DEFERRED),
    "NewDBInstanceIdentifier": Parameter("identifier", When.DEFERRED, "DBInstanceIdentifier", restarts=True),
    "EnableIAMDatabaseAuthentication": Parameter(
        "iam_authentication", When.DEFERRED, _IAM, status="configuring-iam-database-auth"
    ),
    "BackupRetentionPeriod": Parameter("backup_retention", When.DEFERRED, "BackupRetentionPeriod"),
    "MasterUserPassword": Parameter("", When.ALWAYS, "MasterUserPassword"),
    "DBPortNumber": Parameter("port", When.ALWAYS, "Port", restarts=True),
    "MonitoringInterval": Parameter(
        "monitoring_interval", When.ALWAYS, status="configuring-enhanced-monitoring"
    ),
    "EnablePerformanceInsights": Parameter(
        "performance_insights", When.ALWAYS, status="configuring-enhanced-monitoring"
    ),
    "CloudwatchLogsExportConfiguration": Parameter(
        "log_exports", When.ALWAYS, "PendingCloudwatchLogsExports", status="configuring-log-exports"
    ),
    "DBParameterGroupName": Parameter("parameter_group", When.ALWAYS),
    "PreferredBackupWindow": Parameter("backup_window", When.AT_ONCE),
    "PreferredMaintenanceWindow": Parameter("maintenance_window", When.AT_ONCE),
    "AutoMinorVersionUpgrade": Parameter("auto_minor_upgrade", When.AT_ONCE),
    "CopyTagsToSnapshot": Parameter("copy_tags_to_snapshot", When.AT_ONCE),
    "DeletionProtection": Parameter("deletion_protection", When.AT_ONCE),
    "MaxAllocatedStorage": Parameter("max_allocated_storage", When.AT_ONCE),
    "PubliclyAccessible": Parameter("publicly_accessible", When.AT_ONCE),
    "VpcSecurityGroupIds": Parameter("security_groups", When.AT_ONCE),
}

STORAGE = frozenset({"AllocatedStorage", "StorageType", "Iops", "StorageThroughput"})

# They say how, not what: without another parameter nothing is modified (§4).
MANNER = frozenset(
    {"DBInstanceIdentifier", "ApplyImmediately", "AllowMajorVersionUpgrade", "MonitoringRoleArn"}
)
