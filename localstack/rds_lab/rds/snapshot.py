"""Snapshots: only final ones are made here, without data behind them (rds-semantics §5)."""

from dataclasses import dataclass, field

from rds_lab.rds.instance import Instance

MANUAL_QUOTA = 100


@dataclass
class Snapshot:
    """A final snapshot, and the instance as it was."""

    identifier: str
    arn: str
    source: Instance
    started_at: float
    tags: dict[str, str] = field(default_factory=dict)
    status: str = "creating"
    instance_created_at: float | None = None
