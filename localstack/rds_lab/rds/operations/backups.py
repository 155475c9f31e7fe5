"""Automated backups: those of instances, and those that outlive them (rds-semantics §5)."""

from typing import Any

from rds_lab.rds import errors, names, origins
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.describe import timestamp
from rds_lab.rds.filters import matching
from rds_lab.rds.instance import Instance
from rds_lab.rds.paging import page

# Retained ones, per account and region (rds-semantics §7).
QUOTA = 40
_FILTERS = {
    "status": lambda row: {row["Status"]},
    "db-instance-id": lambda row: {row["DBInstanceIdentifier"], row["DBInstanceArn"]},
    "dbi-resource-id": lambda row: {row["DbiResourceId"]},
}


def check_quota(region: Region) -> None:
    """Before those of one more instance are retained."""
    if len(region.retained_backups) >= QUOTA:
        raise errors.fault(
            "DBInstanceAutomatedBackupQuotaExceededFault",
            f"Cannot retain more than {QUOTA} automated backups",
        )


def arn(region: Region, instance: Instance) -> str:
    """ARN of the automated backups of an instance, and of what is retained of them."""
    return region.arn("auto-backup", f"ab-{instance.resource_id[3:].lower()}")


def backup(region: Region, instance: Instance, status: str) -> dict[str, Any]:
    """The automated backups of an instance, which are one thing to RDS."""
    shown = {
        "DBInstanceIdentifier": instance.identifier,
        "DbiResourceId": instance.resource_id,
        "DBInstanceArn": instance.arn,
        "DBInstanceAutomatedBackupsArn": arn(region, instance),
        "Region": region.region,
        "Status": status,
        "Engine": instance.engine,
        "EngineVersion": instance.engine_version,
        "AllocatedStorage": instance.allocated_storage,
        "BackupRetentionPeriod": instance.backup_retention,
        "Encrypted": instance.encrypted,
        "MasterUsername": instance.master_username,
        "StorageType": instance.storage_type,
        "Port": instance.port,
        "AvailabilityZone": instance.availability_zone,
        "BackupTarget": "region",
        "IAMDatabaseAuthenticationEnabled": False,
    }
    if instance.kms_key_id:
        shown["KmsKeyId"] = instance.kms_key_id
    if instance.available_since is not None:
        shown["InstanceCreateTime"] = timestamp(instance.available_since)
    return shown


def describe(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """``active`` of what is there, ``retained`` of what is gone."""
    rows = [
        backup(region, it, "creating" if it.status == "creating" else "active")
        for it in region.instances.values()
        if it.backup_retention
    ]
    rows += region.retained_backups
    if identifier := request.get("DBInstanceIdentifier"):
        rows = [row for row in rows if row["DBInstanceIdentifier"] == names.identifier_of(identifier)]
    for parameter in ("DbiResourceId", "DBInstanceAutomatedBackupsArn"):
        if value := request.get(parameter):
            rows = [row for row in rows if row[parameter] == value]
            if not rows:
                raise not_found(value)
    rows = matching(rows, request.get("Filters"), _FILTERS)
    rows.sort(key=lambda row: row["DbiResourceId"])
    shown, marker = page(rows, request, lambda row: row["DbiResourceId"])
    return {"DBInstanceAutomatedBackups": shown, "Marker": marker}


def delete(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Retained ones only: those of an instance go with it."""
    named = request.get("DbiResourceId") or request.get("DBInstanceAutomatedBackupsArn")
    if not named:
        raise errors.missing("DbiResourceId")
    for row in region.retained_backups:
        if named in (row["DbiResourceId"], row["DBInstanceAutomatedBackupsArn"]):
            region.retained_backups.remove(row)
            origins.forget(cloud, region, row["DBInstanceAutomatedBackupsArn"])
            return {"DBInstanceAutomatedBackup": {**row, "Status": "deleting"}}
    if any(named == it.resource_id for it in region.instances.values()):
        raise errors.fault(
            "InvalidDBInstanceAutomatedBackupStateFault",
            "The automated backups of a DB instance that exists cannot be deleted.",
        )
    raise not_found(named)


def not_found(named: str) -> Exception:
    """There are no such backups."""
    return errors.fault(
        "DBInstanceAutomatedBackupNotFoundFault", f"DBInstanceAutomatedBackup {named} not found."
    )
