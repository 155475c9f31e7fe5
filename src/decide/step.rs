//! What can be done next for a service: one step, or a wait with its reason.

use std::collections::BTreeMap;
use std::fmt;

use super::why::Why;
pub use crate::model::Concern;
use crate::model::desired::ServerParameter;
use crate::model::{Tags, Which};

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Log in with the wanted password, to see whether it works.
    TryLogin(Which),
    /// Make database, login and password what they should be, as the superuser.
    SetUpUser,
    /// Create the wanted extensions in the user's database, as the superuser.
    CreateExtensions,
    /// Ask RDS which engine version leads to which.
    LookUpUpgrades,
    /// Ask RDS what has happened since it accepted a change that it did not make.
    ReadEvents {
        /// What was to be changed.
        concern: Concern,
        /// When it was accepted, in seconds since 1970.
        since: u64,
    },
    /// Something about a DB parameter group of the service's own.
    Group {
        /// Its name.
        name: String,
        /// What.
        what: GroupStep,
    },
    /// Ask RDS for one change.
    Modify(Modification),
    /// Reboot the instance, so that its server takes new parameters.
    Reboot,
    /// Write tags that record what was seen.
    Record(Tags),
    /// Start a stopped instance, so that it can be deleted as wished.
    Start,
    /// Delete the instance.
    Delete(Keep),
    /// Delete the secrets of an instance that is being deleted.
    DeleteSecrets(Vec<String>),
    /// Delete the parameter groups of an instance that is gone.
    DeleteGroups(Vec<String>),
    /// Nothing can be done at the moment.
    Wait(Why),
    /// Nothing is left to do.
    Done,
}

/// A step about one DB parameter group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupStep {
    /// See what is set in it.
    Inspect,
    /// Make it.
    Create {
        /// Its family.
        family: String,
    },
    /// Set these parameters: 20 at most.
    Set(BTreeMap<String, ServerParameter>),
    /// Give these parameters their defaults back: 20 at most.
    Reset(Vec<String>),
}

/// What is kept of an instance that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Nothing,
    /// A snapshot of this name, taken first.
    Snapshot(String),
    /// The automated backups: where RDS takes no final snapshot.
    Backups,
}

/// One concern of ModifyDBInstance: what blocks one must not hold up another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modification {
    /// Set the master password to the wanted version.
    SuperuserPassword {
        /// ARN of the secret.
        arn: String,
        /// VersionId of the value.
        version: String,
    },
    /// Move to another engine version.
    Version {
        /// Full version.
        to: String,
        /// Whether it is a major upgrade.
        major: bool,
        /// The DB parameter group of the new family, where the present one is not RDS's own.
        group: Option<String>,
    },
    /// Grow storage.
    Storage {
        /// GiB.
        gib: u32,
        /// IOPS that have to be sent along with it.
        iops: Option<u32>,
        /// GiB up to which RDS may grow it by itself, where that has to be raised too.
        limit: Option<u32>,
    },
    /// Move to another instance class.
    Class(String),
    /// Add or remove the standby.
    MultiAz(bool),
    /// Change how many days automated backups are kept.
    BackupRetention(u32),
    /// Protect against deletion, or stop doing so.
    DeletionProtection(bool),
    /// Change when RDS takes backups.
    BackupWindow {
        /// When.
        window: String,
        /// The new maintenance window, where that changes too: neither may overlap the other's old one, so they go together.
        maintenance: Option<String>,
    },
    /// Change when RDS maintains the instance.
    MaintenanceWindow(String),
    /// Use another DB parameter group.
    ParameterGroup(String),
}

impl Modification {
    /// What it is about.
    #[must_use]
    pub fn concern(&self) -> Concern {
        match self {
            Self::SuperuserPassword { .. } => Concern::Password,
            Self::Version { .. } => Concern::Version,
            Self::Storage { .. } => Concern::Storage,
            Self::Class(_) => Concern::Class,
            Self::MultiAz(_) => Concern::MultiAz,
            Self::BackupRetention(_) => Concern::Retention,
            Self::DeletionProtection(_) => Concern::Protection,
            Self::BackupWindow { .. } => Concern::BackupWindow,
            Self::MaintenanceWindow(_) => Concern::MaintenanceWindow,
            Self::ParameterGroup(_) => Concern::Parameters,
        }
    }

    /// Whether RDS makes it at once, asked to or not (RDS user guide, "Available settings" of ModifyDBInstance). It is then
    /// not asked to: `ApplyImmediately` brings forward whatever someone has parked for the maintenance window.
    #[must_use]
    pub fn is_always_immediate(&self) -> bool {
        matches!(
            self,
            Self::SuperuserPassword { .. }
                | Self::DeletionProtection(_)
                | Self::BackupWindow { .. }
                | Self::MaintenanceWindow(_)
                | Self::ParameterGroup(_)
        )
    }
}

impl Step {
    /// Its kind in one word, for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TryLogin(_) => "try-login",
            Self::SetUpUser => "set-up-user",
            Self::CreateExtensions => "create-extensions",
            Self::LookUpUpgrades => "look-up-upgrades",
            Self::ReadEvents { .. } => "read-events",
            Self::Group { .. } => "parameter-group",
            Self::Modify(_) => "modify",
            Self::Reboot => "reboot",
            Self::Record(_) => "record",
            Self::Start => "start",
            Self::Delete(_) => "delete",
            Self::DeleteSecrets(_) => "delete-secrets",
            Self::DeleteGroups(_) => "delete-parameter-groups",
            Self::Wait(_) => "wait",
            Self::Done => "done",
        }
    }
}

impl fmt::Display for Step {
    /// For the log; holds no secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TryLogin(which) => write!(out, "log in as {which}"),
            Self::SetUpUser => out.write_str("set up database and user"),
            Self::CreateExtensions => out.write_str("create extensions"),
            Self::LookUpUpgrades => out.write_str("look up upgrades"),
            Self::ReadEvents { concern, .. } => write!(out, "read what RDS says about {concern}"),
            Self::Group { name, what } => match what {
                GroupStep::Inspect => write!(out, "inspect parameter group {name}"),
                GroupStep::Create { .. } => write!(out, "create parameter group {name}"),
                GroupStep::Set(parameters) => {
                    let names: Vec<_> = parameters.keys().map(String::as_str).collect();
                    write!(out, "set {} in parameter group {name}", names.join(" "))
                }
                GroupStep::Reset(names) => write!(out, "reset {} in parameter group {name}", names.join(" ")),
            },
            Self::Modify(modification) => write!(out, "change {}", modification.concern()),
            Self::Reboot => out.write_str("reboot"),
            Self::Record(tags) => {
                write!(out, "record {}", tags.keys().cloned().collect::<Vec<_>>().join(" "))
            }
            Self::Start => out.write_str("start"),
            Self::Delete(Keep::Snapshot(_)) => out.write_str("delete with a final snapshot"),
            Self::Delete(Keep::Backups) => out.write_str("delete and keep the automated backups"),
            Self::Delete(Keep::Nothing) => out.write_str("delete"),
            Self::DeleteSecrets(_) => out.write_str("delete secrets"),
            Self::DeleteGroups(_) => out.write_str("delete parameter groups"),
            Self::Wait(why) => write!(out, "wait for {why}"),
            Self::Done => out.write_str("done"),
        }
    }
}
