"""What there is to know of the account, and of an instance before it is modified (rds-semantics §4.1, §7)."""

from datetime import UTC, datetime
from typing import Any

from rds_lab.rds import errors
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.filters import matching
from rds_lab.rds.operations import look, snapshot
from rds_lab.rds.operations.create import CERTIFICATE_AUTHORITIES
from rds_lab.rds.paging import page
from rds_lab.rds.parameter_groups import operations as parameter_groups
from rds_lab.rds.validation import storage

_SUBNET_GROUPS = 50


def attributes(cloud: Cloud, region: Region) -> dict[str, Any]:
    """Quotas, and how much of each is used."""
    quota = cloud.settings.quota
    quotas = {
        "DBInstances": (len(region.instances), quota("instanceQuota")),
        "AllocatedStorage": (
            sum(instance.allocated_storage for instance in region.instances.values()),
            quota("storageQuotaGiB"),
        ),
        "DBParameterGroups": (parameter_groups.number(region), quota("parameterGroupQuota")),
        "ManualSnapshots": (len(region.snapshots), snapshot.MANUAL_SNAPSHOTS),
        "DBSubnetGroups": (len(region.subnet_groups), _SUBNET_GROUPS),
    }
    return {
        "AccountQuotas": [
            {"AccountQuotaName": name, "Used": used, "Max": most} for name, (used, most) in quotas.items()
        ]
    }


def certificates(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """The authorities that instances' certificates can be of."""
    wanted = request.get("CertificateIdentifier")
    if wanted and wanted not in CERTIFICATE_AUTHORITIES:
        raise errors.fault("CertificateNotFoundFault", f"Certificate not found: {wanted}")
    rows = sorted(name for name in CERTIFICATE_AUTHORITIES if wanted in (None, name))
    shown, marker = page(rows, request, str)
    return {
        "DefaultCertificateForNewLaunches": CERTIFICATE_AUTHORITIES[0],
        "Certificates": [_certificate(region, name) for name in shown],
        "Marker": marker,
    }


def _certificate(region: Region, name: str) -> dict[str, Any]:
    return {
        "CertificateIdentifier": name,
        "CertificateType": "CA",
        "ValidFrom": datetime(2021, 5, 21, tzinfo=UTC),
        "ValidTill": datetime(2061, 5, 21, tzinfo=UTC),
        "CertificateArn": f"arn:aws:rds:{region.region}::cert:{name}",
        "CustomerOverride": False,
    }


def pending_maintenance(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Never anything: nobody maintains these instances."""
    known = {"db-instance-id": lambda row: set(), "db-cluster-id": lambda row: set()}
    matching([], request.get("Filters"), known)
    shown, marker = page([], request, str)
    return {"PendingMaintenanceActions": shown, "Marker": marker}


def valid_modifications(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """What storage the instance could have."""
    instance = look.find(region, request.get("DBInstanceIdentifier"))
    if instance.status != "available":
        raise errors.invalid_state(f"Instance {instance.identifier} is not in available state.")
    return {"ValidDBInstanceModificationsMessage": {"Storage": storage.valid(instance.allocated_storage)}}
