//! What can be done next for a service: one step, or a wait with its reason.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{Tags, Which};

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Log in with the wanted password, to see whether it works.
    TryLogin(Which),
    /// Make database, login and password what they should be, as the superuser.
    SetUpUser,
    /// Ask RDS for one change.
    Modify(Modification),
    /// Write tags that record what was seen.
    Record(Tags),
    /// Delete the instance.
    Delete {
        /// Identifier of the snapshot to take first.
        final_snapshot: Option<String>,
    },
    /// Delete the secrets of an instance that is being deleted.
    DeleteSecrets(Vec<String>),
    /// Nothing can be done at the moment.
    Wait(Why),
    /// Nothing is left to do.
    Done,
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
    },
    /// Grow storage.
    Storage {
        /// GiB.
        gib: u32,
        /// IOPS that have to be sent along with it.
        iops: Option<u32>,
    },
    /// Move to another instance class.
    Class(String),
    /// Add or remove the standby.
    MultiAz(bool),
    /// Change how many days automated backups are kept.
    BackupRetention(u32),
    /// Protect against deletion, or stop doing so.
    DeletionProtection(bool),
}

/// The concerns, without their values: what a refusal or a pause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// Master password.
    Password,
    /// Engine version.
    Version,
    /// Allocated storage.
    Storage,
    /// Instance class.
    Class,
    /// Multi-AZ.
    MultiAz,
    /// Backup retention.
    Retention,
    /// Deletion protection.
    Protection,
    /// The deletion itself.
    Deletion,
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
        }
    }
}

/// Why nothing happens at the moment. `Display` is what users read in `waitingFor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// AWS has not answered yet, or not consistently.
    Unobserved,
    /// The instance is being made.
    Creating,
    /// RDS is busy with the instance.
    Busy(String),
    /// A change was accepted and is not finished.
    Applying(Concern),
    /// RDS accepts no storage change while it optimises the last one.
    StorageOptimizing,
    /// The database does not answer; the text says what was seen.
    Unreachable,
    /// RDS gives no endpoint yet.
    NoEndpoint,
    /// A password is gone from Secrets Manager.
    SecretLost(Which),
    /// AWS could not be asked; it is tried again.
    Aws,
    /// AWS refuses the broker itself; it is tried again.
    Denied,
    /// The instance is being deleted.
    Deleting,
    /// A final snapshot cannot be taken in this state.
    FinalSnapshot(String),
    /// RDS gave up on the instance.
    Broken(String),
    /// The instance is out of storage and no more is asked for.
    StorageFull,
    /// Someone stopped the instance.
    Stopped,
    /// The wish was given up; the text says why.
    GaveUp(String),
    /// The tags make no sense; the text says which.
    Unreadable(String),
}

impl Why {
    /// Whether this is a problem to be shown in `error`, not just something that takes time.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::SecretLost(which) => Some(format!(
                "The {which} password is missing in AWS Secrets Manager; send a PATCH with secrets.{which}Password to set it anew."
            )),
            Self::Denied => Some(
                "AWS refuses what the broker has to do for this service; its operator has to look at the log.".to_owned(),
            ),
            Self::Broken(status) => Some(format!(
                "RDS reports the database as {status}; an operator of the AWS account has to look at it."
            )),
            Self::Stopped => Some(
                "The database was stopped in AWS; it has to be started there before it can be used."
                    .to_owned(),
            ),
            Self::GaveUp(reason) => Some(reason.clone()),
            Self::Unreadable(problem) => Some(format!(
                "The record of this service was changed in AWS and cannot be read: {problem}; an operator has to restore the tags of the DB instance."
            )),
            _ => None,
        }
    }
}

impl Why {
    /// Whether only someone else can end the wait, so that looking again and again is no use.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(
            self,
            Self::Broken(_) | Self::StorageFull | Self::Stopped | Self::GaveUp(_) | Self::Unreadable(_)
        )
    }
}

impl fmt::Display for Concern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Password => "the superuser password",
            Self::Version => "the engine version",
            Self::Storage => "the storage",
            Self::Class => "the instance class",
            Self::MultiAz => "Multi-AZ",
            Self::Retention => "the backup retention",
            Self::Protection => "the deletion protection",
            Self::Deletion => "the deletion",
        })
    }
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unobserved => out.write_str("an answer from AWS"),
            Self::Creating => out.write_str("RDS to create the database"),
            Self::Busy(status) => write!(out, "RDS to finish ({status})"),
            Self::Applying(concern) => write!(out, "RDS to change {concern}"),
            Self::StorageOptimizing => out.write_str("RDS to finish optimizing the last storage change"),
            Self::Unreachable => out.write_str("the database to answer"),
            Self::NoEndpoint => out.write_str("RDS to assign an endpoint"),
            Self::SecretLost(which) => write!(out, "a PATCH with the {which} password"),
            Self::Denied => out.write_str("AWS to permit what the broker has to do"),
            Self::Aws => out.write_str("AWS to accept calls again"),
            Self::Deleting => out.write_str("RDS to delete the database"),
            Self::FinalSnapshot(status) => {
                write!(out, "a state in which a final snapshot can be taken (now {status})")
            }
            Self::Broken(status) => write!(out, "an operator to repair the DB instance ({status})"),
            Self::StorageFull => out.write_str("a PATCH with more storage"),
            Self::Stopped => out.write_str("an operator to start the DB instance"),
            Self::GaveUp(_) => out.write_str("a new PATCH"),
            Self::Unreadable(_) => out.write_str("an operator to restore the tags"),
        }
    }
}

impl fmt::Display for Step {
    /// For the log; holds no secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TryLogin(which) => write!(out, "log in as {which}"),
            Self::SetUpUser => out.write_str("set up database and user"),
            Self::Modify(modification) => write!(out, "change {}", modification.concern()),
            Self::Record(tags) => {
                write!(out, "record {}", tags.keys().cloned().collect::<Vec<_>>().join(" "))
            }
            Self::Delete { final_snapshot: Some(_) } => out.write_str("delete with a final snapshot"),
            Self::Delete { final_snapshot: None } => out.write_str("delete"),
            Self::DeleteSecrets(_) => out.write_str("delete secrets"),
            Self::Wait(why) => write!(out, "wait for {why}"),
            Self::Done => out.write_str("done"),
        }
    }
}

/// What was learned since the worker began, beyond what DescribeDBInstances says. It only saves
/// work: after a restart it is learned again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Outcome of the last login, by password; bound to the version that was tried.
    pub logins: BTreeMap<Which, Login>,
    /// Concerns that are not to be touched before a moment (seconds since 1970), and why.
    pub paused: BTreeMap<Concern, (Why, u64)>,
    /// What RDS refused for good, to be recorded.
    pub refused: Option<Refusal>,
    /// Whether the secrets of the instance being deleted are gone.
    pub secrets_deleted: bool,
}

/// RDS refused a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The wish it was for.
    pub wish: String,
    /// A sentence for the user.
    pub reason: String,
    /// Whether trying again later can help (capacity), or only a new wish can.
    pub passing: bool,
}

/// A login that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// VersionId of the password.
    pub version: String,
    /// What happened.
    pub verdict: Verdict,
}

/// How a login ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The password works.
    Worked,
    /// The server refused it.
    Refused,
    /// The server did not answer.
    Unreachable,
    /// The password is gone from Secrets Manager.
    Lost,
}
