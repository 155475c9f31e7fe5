//! What RDS says about a DB instance, and the meaning of its status.

use std::collections::BTreeMap;

use super::status::Status;

/// Tags of an instance, by key.
pub type Tags = BTreeMap<String, String>;

/// One DB instance as DescribeDBInstances reports it: only what the broker looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// DB instance identifier, lower case.
    pub identifier: String,
    /// ARN, for the tagging calls.
    pub arn: String,
    /// `DbiResourceId`: unique to this life of the identifier.
    pub resource_id: String,
    /// Where it is in its life.
    pub status: Status,
    /// RDS's name of the engine.
    pub engine: String,
    /// Full version, as `16.14`.
    pub engine_version: String,
    /// Instance class, as `db.t4g.micro`.
    pub class: String,
    /// GiB.
    pub allocated_storage: u32,
    /// Whether it has a standby in another zone.
    pub multi_az: bool,
    /// Days that automated backups are kept.
    pub backup_retention: u32,
    /// Whether DeleteDBInstance is refused.
    pub deletion_protection: bool,
    /// Present once RDS has one.
    pub endpoint: Option<Endpoint>,
    /// What RDS has accepted and not applied yet.
    pub pending: Pending,
    /// Whether a parameter group or security group is still being applied.
    pub applying: bool,
    /// All tags.
    pub tags: Tags,
}

/// Where clients connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// DNS name; the certificate is valid for it.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// `PendingModifiedValues`, as far as the broker cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
}

/// What is known of the instance of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Nothing was learned (a failed call, a single "not found"): never a reason to act.
    Unknown,
    /// Several consistent answers said that it does not exist.
    Absent,
    /// As described.
    Present(Box<Instance>),
}
