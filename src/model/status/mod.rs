//! The status of a DB instance and what it means here.
//!
//! Source: RDS user guide, "Viewing DB instance status", and the lists of other controllers;
//! new statuses appear every year, so an unknown one means "in progress".

#[cfg(test)]
mod table;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

/// `DBInstanceStatus` as RDS spells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Status(String);

/// What a status means to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Accepts changes.
    Ready,
    /// Something is happening; wait.
    InProgress,
    /// Out of storage; accepts only more of it.
    StorageFull,
    /// Stopped by someone; starts by itself after seven days.
    Stopped,
    /// On its way out; nothing is accepted any more.
    Deleting,
    /// RDS gave up; an operator has to look.
    Broken,
}

/// The statuses in which RDS is known to be at work on an instance.
const IN_PROGRESS: [&str; 21] = [
    "creating",
    "backing-up",
    "modifying",
    "rebooting",
    "renaming",
    "upgrading",
    "maintenance",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "configuring-associated-roles",
    "configuring-activity-stream",
    "converting-to-vpc",
    "moving-to-vpc",
    "resetting-master-credentials",
    "starting",
    "stopping",
    "storage-config-upgrade",
    "storage-initialization",
    "delete-precheck",
    "validating-configuration",
];

impl Status {
    /// A status as RDS spells it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As RDS spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it means to the broker.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self.0.as_str() {
            "available" | "storage-optimization" => Meaning::Ready,
            "storage-full" => Meaning::StorageFull,
            "stopped" => Meaning::Stopped,
            "deleting" | "deleted" => Meaning::Deleting,
            "failed"
            | "incompatible-create"
            | "incompatible-network"
            | "incompatible-parameters"
            | "incompatible-option-group"
            | "incompatible-restore"
            | "incompatible-credentials"
            | "restore-error"
            | "insufficient-capacity"
            | "inaccessible-encryption-credentials"
            | "inaccessible-encryption-credentials-recoverable"
            | "modify-failed"
            | "upgrade-failed" => Meaning::Broken,
            _ => Meaning::InProgress,
        }
    }

    /// Whether this status has a meaning of its own here, rather than "in progress" for want of a better one.
    #[must_use]
    pub fn is_known(&self) -> bool {
        IN_PROGRESS.contains(&self.0.as_str()) || self.meaning() != Meaning::InProgress
    }

    /// Whether the server does not start with its parameters, which other parameters can cure.
    #[must_use]
    pub fn is_incompatible_parameters(&self) -> bool {
        self.0 == "incompatible-parameters"
    }

    /// Whether an operator has to look at it.
    #[must_use]
    pub fn needs_help(&self) -> bool {
        matches!(self.meaning(), Meaning::Broken | Meaning::StorageFull | Meaning::Stopped)
    }

    /// Whether the instance is still being made for the first time.
    #[must_use]
    pub fn is_creating(&self) -> bool {
        self.0 == "creating"
    }

    /// Whether storage may be changed now: not while the volume optimises an earlier change.
    #[must_use]
    pub fn accepts_storage(&self) -> bool {
        matches!(self.0.as_str(), "available" | "storage-full")
    }

    /// Whether clients are served. `storage_only` says that a change under way touches nothing
    /// but storage, which goes on beneath a running server.
    #[must_use]
    pub fn serves_clients(&self, storage_only: bool) -> bool {
        match self.0.as_str() {
            "available"
            | "storage-optimization"
            | "backing-up"
            | "resetting-master-credentials"
            | "storage-config-upgrade"
            | "storage-initialization" => true,
            "modifying" => storage_only,
            other => other.starts_with("configuring-"),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
