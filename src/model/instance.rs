//! What RDS says about a DB instance, and the meaning of its status.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::status::Status;
use super::tag;

/// Tags of an instance, by key.
pub type Tags = BTreeMap<String, String>;

/// One DB instance as DescribeDBInstances reports it: only what the broker looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// DB instance identifier, lower case.
    pub identifier: String,
    /// ARN, for the tagging calls.
    pub arn: String,
    /// `DbiResourceId`: unique to this life of the identifier.
    pub resource_id: String,
    /// Where it is in its life.
    pub status: Status,
    /// When RDS had made it, in seconds since 1970; RDS does not say before.
    pub created_at: Option<u64>,
    /// RDS's name of the engine.
    pub engine: String,
    /// Full version, as `16.14`.
    pub engine_version: String,
    /// Instance class, as `db.t4g.micro`.
    pub class: String,
    /// GiB.
    pub allocated_storage: u32,
    /// Up to how many GiB RDS grows it by itself; `None` where it does not.
    pub max_allocated_storage: Option<u32>,
    /// `gp3`, `gp2`, `io1` or `io2`.
    pub storage_type: String,
    /// IOPS the volume has, also where they cannot be set.
    pub iops: Option<u32>,
    /// Whether it has a standby in another zone.
    pub multi_az: bool,
    /// Days that automated backups are kept.
    pub backup_retention: u32,
    /// Whether DeleteDBInstance is refused.
    pub deletion_protection: bool,
    /// Daily, UTC, as `03:00-03:30`.
    pub backup_window: String,
    /// Weekly, UTC, as `sun:05:00-sun:06:00`.
    pub maintenance_window: String,
    /// The DB parameter group it uses.
    pub parameter_group: ParameterGroup,
    /// Present once RDS has one.
    pub endpoint: Option<Endpoint>,
    /// What RDS has accepted and not applied yet.
    pub pending: Pending,
    /// Whether a security group is still being applied.
    pub applying: bool,
    /// All tags.
    pub tags: Tags,
}

impl Instance {
    /// Whether AWS may refuse what it would permit if it knew the tags already.
    #[must_use]
    pub fn is_young(&self, now: u64) -> bool {
        self.created_at.is_none_or(|at| tag::may_be_unknown(at, now))
    }
}

/// Where clients connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// DNS name; the certificate is valid for it.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// `PendingModifiedValues`, as far as the broker cares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Class on its way.
    pub class: Option<String>,
    /// GiB on their way.
    pub allocated_storage: Option<u32>,
    /// Version on its way.
    pub engine_version: Option<String>,
    /// Multi-AZ on its way.
    pub multi_az: Option<bool>,
    /// Retention on its way.
    pub backup_retention: Option<u32>,
    /// A master password is being set.
    pub password: bool,
    /// Something is on its way that the broker never asks for.
    pub other: bool,
}

impl Pending {
    /// Whether RDS has nothing left to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The DB parameter group of an instance, and whether the server runs with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterGroup {
    /// Its name.
    pub name: String,
    /// How far it is applied.
    pub status: ApplyStatus,
}

/// `ParameterApplyStatus`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplyStatus {
    /// The server runs with it.
    #[default]
    InSync,
    /// RDS is at it.
    Applying,
    /// It takes a reboot.
    PendingReboot,
    /// The server did not take a value.
    Failed,
}

/// What is known of the instance of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed<'a> {
    /// Nothing was learned (a failed call, a single "not found"): never a reason to act.
    Unknown,
    /// Several consistent answers said that it does not exist.
    Absent,
    /// As described.
    Present(&'a Instance),
}
