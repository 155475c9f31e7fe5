"""An instance as DescribeDBInstances shows it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rds_lab.rds import placement
from rds_lab.rds.catalog import versions
from rds_lab.rds.catalog.classes import license_model
from rds_lab.rds.cloud import Region, SubnetGroup
from rds_lab.rds.instance import Instance
from rds_lab.rds.parameter_groups import membership

# LatestRestorableTime is behind by about so much (rds-semantics §6).
_RESTORABLE_LAG_SECONDS = 300


def timestamp(seconds: float) -> datetime:
    """A moment as the protocol's serializer wants it."""
    return datetime.fromtimestamp(seconds, UTC)


def latest_restorable(it: Instance, now: float) -> float | None:
    """The last moment that can be restored; None where there is none yet."""
    last = now - _RESTORABLE_LAG_SECONDS
    return last if it.backup_retention and (it.available_since or now) < last else None


def instance(region: Region, it: Instance, now: float) -> dict[str, Any]:
    """All fields; those that RDS leaves out for the time being are left out here."""
    shown: dict[str, Any] = {
        "DBInstanceIdentifier": it.identifier,
        "DBInstanceArn": it.arn,
        "DbiResourceId": it.resource_id,
        "DBInstanceClass": it.instance_class,
        "DBInstanceStatus": it.status,
        "Engine": it.engine,
        "EngineVersion": it.engine_version,
        "LicenseModel": license_model(it.engine),
        "MasterUsername": it.master_username,
        "DBName": it.db_name,
        "AllocatedStorage": it.allocated_storage,
        "StorageType": it.storage_type,
        "Iops": it.iops,
        "StorageThroughput": it.storage_throughput,
        "MaxAllocatedStorage": it.max_allocated_storage,
        "StorageEncrypted": it.encrypted,
        "KmsKeyId": it.kms_key_id,
        "MultiAZ": it.multi_az,
        "AvailabilityZone": it.availability_zone if it.status != "creating" else None,
        "SecondaryAvailabilityZone": placement.standby_zone(region, it),
        "PubliclyAccessible": it.publicly_accessible,
        "AutoMinorVersionUpgrade": it.auto_minor_version_upgrade,
        "BackupRetentionPeriod": it.backup_retention,
        "PreferredBackupWindow": it.backup_window,
        "PreferredMaintenanceWindow": it.maintenance_window,
        "CopyTagsToSnapshot": it.copy_tags_to_snapshot,
        "DeletionProtection": it.deletion_protection,
        "MonitoringInterval": it.monitoring_interval,
        "MonitoringRoleArn": it.monitoring_role,
        "PerformanceInsightsEnabled": False,
        "IAMDatabaseAuthenticationEnabled": False,
        "DbInstancePort": 0,
        "NetworkType": "IPV4",
        "BackupTarget": "region",
        "StorageOperationStatus": None,
        "CustomerOwnedIpEnabled": False,
        "ActivityStreamStatus": "stopped",
        "EngineLifecycleSupport": it.engine_lifecycle_support,
        "ReadReplicaDBInstanceIdentifiers": [],
        "DomainMemberships": [],
        "AssociatedRoles": [],
        "DBSecurityGroups": [],
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": group, "Status": "active"} for group in it.security_groups
        ],
        "DBParameterGroups": [
            {
                "DBParameterGroupName": it.parameter_group,
                "ParameterApplyStatus": membership.status(region, it, now),
            }
        ],
        "OptionGroupMemberships": [
            {
                "OptionGroupName": versions.option_group(it.engine, it.engine_version),
                "Status": "in-sync",
            }
        ],
        "DBSubnetGroup": subnet_group(region, region.subnet_groups[it.subnet_group]),
        "PendingModifiedValues": it.pending,
        "TagList": [{"Key": key, "Value": value} for key, value in it.oddities.tags(it.tags, now).items()],
        "CACertificateIdentifier": it.ca_certificate,
    }
    if it.available_since is not None:
        shown["InstanceCreateTime"] = timestamp(it.available_since)
        if (last := latest_restorable(it, now)) is not None:
            shown["LatestRestorableTime"] = timestamp(last)
    if it.automatic_restart_at is not None:
        shown["AutomaticRestartTime"] = timestamp(it.automatic_restart_at)
    if it.status != "deleting":
        shown["CertificateDetails"] = {
            "CAIdentifier": it.ca_certificate,
            "ValidTill": timestamp(it.created_at) + timedelta(days=365),
        }
    # It appears late: some time into `creating`, at the latest at its end.
    if it.address and (it.status != "creating" or now >= it.endpoint_at):
        shown["Endpoint"] = {
            "Address": it.address.host,
            "Port": it.address.port,
            "HostedZoneId": "Z1RLNUO7B9Q6NB",
        }
    return {key: value for key, value in shown.items() if value is not None}


def subnet_group(region: Region, group: SubnetGroup) -> dict[str, Any]:
    """A DB subnet group as it is described, alone and within an instance."""
    return {
        "DBSubnetGroupName": group.name,
        "DBSubnetGroupDescription": group.description,
        "VpcId": group.vpc,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": subnet.name,
                "SubnetAvailabilityZone": {"Name": subnet.zone},
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            }
            for subnet in group.subnets
        ],
        "DBSubnetGroupArn": region.arn("subgrp", group.name),
        "SupportedNetworkTypes": ["IPV4"],
    }
