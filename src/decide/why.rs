//! Why nothing happens at the moment: what users read in `waitingFor`, and in `error` where it is a problem.

use std::fmt;

use super::step::Concern;
use crate::model::{Status, Which};

/// The reason of a wait. `Display` is what users read in `waitingFor`.
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
    /// Everything matches; RDS is known to change its mind for a moment.
    Confirming,
    /// RDS accepts no storage change while it optimises the last one.
    StorageOptimizing,
    /// What would cause an outage waits for the maintenance window.
    Parked {
        /// What waits.
        concerns: Vec<Concern>,
        /// The window, as RDS writes it.
        window: String,
    },
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
    /// AWS does not know yet the tags of what is new (the instance, a secret, a parameter group), by which it permits what the
    /// broker does.
    TagsUnknown,
    /// The instance is being deleted.
    Deleting,
    /// RDS refuses the deletion, or what has to come before it; the text says why.
    DeletionRefused(String),
    /// A final snapshot cannot be taken in this state.
    FinalSnapshot(String),
    /// RDS gave up on the instance.
    Broken(Status),
    /// The instance is out of storage and no more is asked for.
    StorageFull,
    /// Someone stopped the instance.
    Stopped,
    /// Part of the wish was given up; the text says why.
    GaveUp(String),
    /// The tags make no sense; the text says which.
    Unreadable(String),
    /// The tag that says what was given up makes no sense; the text says what is wrong with it.
    PastUnreadable(String),
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
            Self::Broken(status) => Some(status.problem().to_owned()),
            Self::StorageFull => Some(
                "The database is out of storage; send a PATCH with more plan.parameters.storage.".to_owned(),
            ),
            Self::Stopped => Some(
                "The database was stopped in AWS; it has to be started there before it can be used."
                    .to_owned(),
            ),
            Self::GaveUp(reason) => Some(reason.clone()),
            Self::DeletionRefused(reason) => Some(format!(
                "RDS refuses to delete the database: {reason}; it is tried again, and the broker's operator has to look at the log."
            )),
            Self::Unreadable(problem) => Some(format!(
                "The record of this service was changed in AWS and cannot be read: {problem}; an operator has to restore the tags of the DB instance."
            )),
            Self::PastUnreadable(problem) => Some(format!(
                "What AWS refused of the last change was overwritten in AWS and cannot be read: {problem}; send a PATCH to have all of the change tried again."
            )),
            _ => None,
        }
    }

    /// Whether only someone else can end the wait, so that looking again and again is no use.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(
            self,
            Self::Broken(_)
                | Self::StorageFull
                | Self::Stopped
                | Self::GaveUp(_)
                | Self::Unreadable(_)
                | Self::PastUnreadable(_)
        )
    }

    /// Whether it lasts for hours, so that looking now and then is enough.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.is_idle() || matches!(self, Self::Parked { .. } | Self::StorageOptimizing)
    }

    /// Of two reasons the one that is told, and by which it is looked again: the first, unless the other ends sooner.
    #[must_use]
    pub(super) fn or_sooner(self, other: Self) -> Self {
        let lasts = |why: &Self| (why.is_idle(), why.is_long());
        if lasts(&other) < lasts(&self) { other } else { self }
    }

    /// Its kind in one word, for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unobserved => "unobserved",
            Self::Creating => "creating",
            Self::Busy(_) => "busy",
            Self::Applying(_) => "applying",
            Self::Confirming => "confirming",
            Self::StorageOptimizing => "storage-optimizing",
            Self::Parked { .. } => "maintenance-window",
            Self::Unreachable => "unreachable",
            Self::NoEndpoint => "no-endpoint",
            Self::SecretLost(_) => "secret-lost",
            Self::Aws => "aws",
            Self::Denied => "denied",
            Self::TagsUnknown => "tags-unknown",
            Self::Deleting => "deleting",
            Self::DeletionRefused(_) => "deletion-refused",
            Self::FinalSnapshot(_) => "final-snapshot",
            Self::Broken(_) => "broken",
            Self::StorageFull => "storage-full",
            Self::Stopped => "stopped",
            Self::GaveUp(_) => "gave-up",
            Self::Unreadable(_) | Self::PastUnreadable(_) => "unreadable",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unobserved => out.write_str("an answer from AWS"),
            Self::Creating => out.write_str("RDS to create the database"),
            Self::Busy(status) => write!(out, "RDS to finish ({status})"),
            Self::Applying(concern) => write!(out, "RDS to change {concern}"),
            Self::Confirming => out.write_str("RDS to say the same once more"),
            Self::StorageOptimizing => out.write_str("RDS to finish optimizing the last storage change"),
            Self::Parked { concerns, window } => {
                let concerns: Vec<_> = concerns.iter().map(Concern::to_string).collect();
                write!(out, "the maintenance window {window} (UTC) to change {}", concerns.join(", "))
            }
            Self::Unreachable => out.write_str("the database to answer"),
            Self::NoEndpoint => out.write_str("RDS to assign an endpoint"),
            Self::SecretLost(which) => write!(out, "a PATCH with the {which} password"),
            Self::Denied => out.write_str("AWS to permit what the broker has to do"),
            Self::TagsUnknown => out.write_str("AWS to know the tags of what was just made"),
            Self::Aws => out.write_str("AWS to accept calls again"),
            Self::Deleting => out.write_str("RDS to delete the database"),
            Self::DeletionRefused(_) => out.write_str("RDS to permit the deletion"),
            Self::FinalSnapshot(status) => {
                write!(out, "a state in which a final snapshot can be taken (now {status})")
            }
            Self::Broken(status) => write!(out, "the DB instance to be repaired ({status})"),
            Self::StorageFull => out.write_str("a PATCH with more storage"),
            Self::Stopped => out.write_str("an operator to start the DB instance"),
            Self::GaveUp(_) | Self::PastUnreadable(_) => out.write_str("a new PATCH"),
            Self::Unreadable(_) => out.write_str("an operator to restore the tags"),
        }
    }
}
