//! What was learned since a worker began, beyond what DescribeDBInstances says. It only saves
//! work and spaces it: after a restart it is learned again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::step::{Concern, Modification};
use super::why::Why;
use crate::model::{Instance, Meaning, Upgrades, Which};

/// Seconds until the second try of what RDS refused for a passing reason; doubled for each further one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstPause(pub u64);

impl Default for FirstPause {
    fn default() -> Self {
        Self(15 * 60)
    }
}

/// Everything learned about one life of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Nothing learned, but a setting.
    pub first_pause: FirstPause,
    /// Outcome of the last login, by password; bound to the version that was tried.
    pub logins: BTreeMap<Which, Login>,
    /// Concerns that are not to be touched before a moment (seconds since 1970), and why.
    pub paused: BTreeMap<Concern, (Why, u64)>,
    /// What RDS has accepted and was not seen to have done.
    pub asked: BTreeMap<Concern, Asked>,
    /// How often RDS accepted a change and then neither made it nor said why.
    pub dropped: BTreeMap<Concern, u32>,
    /// What RDS refused, to be recorded.
    pub refused: BTreeMap<Concern, Refusal>,
    /// Observations in a row in which RDS was at rest, since the last thing it was asked.
    pub at_rest: u32,
    /// The service's own DB parameter groups: what is set in each; `None` for one that does not exist.
    pub groups: BTreeMap<String, Option<BTreeMap<String, String>>>,
    /// Which versions lead to which.
    pub upgrades: Option<Arc<Upgrades>>,
    /// Whether the wanted extensions were seen to exist.
    pub has_extensions: bool,
    /// How often the instance was rebooted for the present wish.
    pub reboots: u32,
    /// What is in the way of a final snapshot.
    pub snapshot: SnapshotEvidence,
    /// How often in a row RDS has refused the deletion, or what has to come before it.
    pub deletion_refusals: u32,
    /// Whether the secrets of the instance being deleted are gone.
    pub secrets_deleted: bool,
    /// Whether its parameter groups are gone.
    pub groups_deleted: bool,
}

/// RDS has accepted a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The change.
    pub what: Modification,
    /// When, in seconds since 1970.
    pub at: u64,
    /// By when it must have become visible, in seconds since 1970.
    pub visible_by: u64,
    /// Whether RDS was seen at work since.
    pub begun: bool,
}

/// What a deletion with a final snapshot has met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SnapshotEvidence {
    /// Nothing.
    #[default]
    None,
    /// An earlier attempt of this very deletion has taken it.
    Taken,
    /// RDS takes none of the instance as it is: it has to be started first.
    NeedsStart,
}

/// RDS refused a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
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

impl Evidence {
    /// Nothing learned yet.
    #[must_use]
    pub fn new(first_pause: FirstPause) -> Self {
        Self { first_pause, ..Self::default() }
    }

    /// Works in one more observation.
    pub fn observe(&mut self, seen: &Instance) {
        let at_rest = seen.status.meaning() == Meaning::Ready && !seen.applying;
        self.at_rest = if at_rest { self.at_rest.saturating_add(1) } else { 0 };
        if seen.status.meaning() == Meaning::InProgress {
            for asked in self.asked.values_mut() {
                asked.begun = true;
            }
        }
    }

    /// What was refused is on record now, and is tried again when the record says so: as if for the first time.
    pub fn recorded_refusals(&mut self) {
        let refused = std::mem::take(&mut self.refused);
        self.asked.retain(|concern, _| !refused.contains_key(concern));
        self.dropped.retain(|concern, _| !refused.contains_key(concern));
    }

    /// Forgets what holds for one wish only. What RDS has accepted may come although nobody wants it any more.
    pub fn begin_wish(&mut self) {
        self.paused.clear();
        self.dropped.clear();
        self.refused.clear();
        self.groups.clear();
        self.has_extensions = false;
        self.reboots = 0;
        self.at_rest = 0;
    }
}
