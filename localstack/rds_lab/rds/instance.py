"""One DB instance: what it is, what is pending, and what it is going through."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from rds_lab.engines.base import Address
from rds_lab.rds.happenings.oddities import Oddities
from rds_lab.rds.lifecycle import Stage
from rds_lab.rds.parameter_groups.membership import Membership


@dataclass
class Instance:
    """Attributes are named as DescribeDBInstances names them, in snake case."""

    identifier: str
    arn: str
    resource_id: str
    account: str
    region: str
    engine: str
    engine_version: str
    instance_class: str
    allocated_storage: int
    storage_type: str
    master_username: str
    port: int
    created_at: float
    subnet_group: str
    availability_zone: str
    iops: int | None = None
    storage_throughput: int | None = None
    max_allocated_storage: int | None = None
    db_name: str | None = None
    multi_az: bool = False
    backup_retention: int = 1
    backup_window: str = "03:00-03:30"
    maintenance_window: str = "sun:04:00-sun:04:30"
    deletion_protection: bool = False
    encrypted: bool = False
    kms_key_id: str | None = None
    publicly_accessible: bool = False
    auto_minor_version_upgrade: bool = True
    copy_tags_to_snapshot: bool = False
    engine_lifecycle_support: str = "open-source-rds-extended-support"
    ca_certificate: str = "rds-ca-rsa2048-g1"
    security_groups: list[str] = field(default_factory=list)
    parameter_group: str = ""
    monitoring_interval: int = 0
    monitoring_role: str | None = None
    membership: Membership = field(default_factory=Membership)
    tags: dict[str, str] = field(default_factory=dict)
    status: str = "creating"
    # When it first became available: RDS shows no creation time before.
    available_since: float | None = None
    address: Address | None = None
    # When the endpoint begins to show, seconds since 1970; it appears late (rds-semantics §3).
    endpoint_at: float = 0.0
    # What was asked with ApplyImmediately, and what waits for the maintenance window; by the
    # names of PendingModifiedValues.
    applying: dict[str, Any] = field(default_factory=dict)
    deferred: dict[str, Any] = field(default_factory=dict)
    # Set when the reset ends; never shown or logged.
    next_password: str | None = field(default=None, repr=False)
    storage_locked_until: float = 0.0
    has_server: bool = False
    automatic_restart_at: float | None = None
    stages: deque[Stage] = field(default_factory=deque)
    oddities: Oddities = field(default_factory=Oddities)

    @property
    def pending(self) -> dict[str, Any]:
        """PendingModifiedValues: everything asked for and not applied."""
        return {**self.deferred, **self.applying}
