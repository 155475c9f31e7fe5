//! A small model of RDS and of the database behind an instance. It is as strict as RDS: what RDS would refuse
//! for good is a panic, so that no law has to say it again; what it may refuse for a while is an answer.

mod groups;
mod modify;
mod surprise;
mod work;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::decide::{Concern, Keep, Modification, SnapshotEvidence};
use crate::model::record::{Attempts, GaveUp, GivenUp};
use crate::model::version::compare;
use crate::model::{ApplyStatus, Instance, Meaning, Observed, Status, Tags, Upgrades, tag};
pub(super) use groups::{BAD, GroupAnswer, GroupFault};
pub(super) use surprise::Surprise;
pub(super) use work::opens;

pub(super) const VERSIONS: [&str; 4] = ["15.18", "16.13", "16.14", "17.10"];
pub(super) const CLASSES: [&str; 3] = ["db.t4g.micro", "db.t4g.small", NEW_CLASS];
/// The class that RDS does not offer for the oldest version.
pub(super) const NEW_CLASS: &str = "db.m6g.large";
/// For how long RDS refuses a storage change after one, in seconds.
pub(super) const STORAGE_LOCK: u64 = 6 * 3600;

/// An instance, the passwords its server takes, and what RDS is still going to do.
#[derive(Clone, Debug)]
pub(super) struct Rds {
    pub(super) instance: Instance,
    pub(super) superuser_password: String,
    pub(super) user_password: Option<String>,
    pub(super) has_extensions: bool,
    pub(super) secrets: usize,
    pub(super) groups: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) gone: bool,
    /// What was kept of it.
    pub(super) kept: Option<Keep>,
    pub(super) temper: Temper,
    pub(super) faults: Vec<Fault>,
    /// What becomes of the next calls about parameter groups.
    pub(super) group_faults: VecDeque<GroupFault>,
    /// What nobody here has asked for, and after how many more looks at the earliest.
    pub(super) surprises: VecDeque<(u32, Surprise)>,
    /// Until when it takes no storage change, in seconds since 1970.
    pub(super) locked_until: u64,
    /// Every ModifyDBInstance, whatever the answer.
    pub(super) calls: Vec<(u64, Modification)>,
    /// What was recorded as given up, one after the other.
    pub(super) gave_up: Vec<(Concern, Attempts)>,
    /// When users had an outage because of a call.
    pub(super) outages: Vec<u64>,
    /// Statuses that it will go through, one for each look.
    pub(super) ahead: VecDeque<String>,
    /// How far the parameter group will be, one for each look.
    pub(super) group_ahead: VecDeque<ApplyStatus>,
    /// Whether the server has to start again before it takes its parameters.
    pub(super) needs_reboot: bool,
    /// Whether what is pending is being applied, rather than parked for the maintenance window.
    pub(super) flushing: bool,
    next_password: Option<String>,
    /// The group named along with an upgrade.
    next_group: Option<String>,
    /// The minor version to which RDS upgrades it by itself.
    own_upgrade: Option<String>,
}

/// How RDS behaves on a day.
#[derive(Clone, Debug)]
pub(super) struct Temper {
    /// For how many looks nothing is to be seen of what was accepted.
    pub(super) lag: usize,
    /// Whether it goes on between two calls, or only while nobody calls.
    pub(super) hasty: bool,
    /// How many calls it is going to refuse because it has just become busy.
    pub(super) busy: u32,
}

/// A change that does not go well.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// What it is about; anything where `None`.
    pub(super) concern: Option<Concern>,
    pub(super) how: How,
    /// How often.
    pub(super) times: u32,
}

impl Fault {
    pub(super) fn is_about(&self, concern: Concern) -> bool {
        self.concern.is_none_or(|about| about == concern)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// RDS says no: for lack of capacity, say, or for good.
    Refused { passing: bool },
    /// RDS says yes, and makes nothing of it, with an event that says why or without.
    Dropped { says_why: bool },
}

/// What RDS says to a ModifyDBInstance that is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted,
    Busy,
    StorageLocked,
    Refused { passing: bool },
}

/// `15.18` leads to 16 only, in two minors; everything else to whatever is newer.
pub(super) fn upgrades() -> Upgrades {
    let newer = |from: &str| -> BTreeSet<String> {
        let direct = |to: &&&str| compare(to, from).is_gt() && !(from == "15.18" && to.starts_with("17"));
        VERSIONS.iter().filter(direct).map(|to| (*to).to_owned()).collect()
    };
    Upgrades::new(VERSIONS.iter().map(|from| ((*from).to_owned(), newer(from))).collect())
}

pub(super) fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

impl Rds {
    /// An instance of which RDS has no more to say than its description.
    pub(super) fn new(instance: Instance, superuser_password: String, temper: Temper) -> Self {
        Self {
            instance,
            superuser_password,
            user_password: None,
            has_extensions: false,
            secrets: 2,
            groups: BTreeMap::new(),
            gone: false,
            kept: None,
            temper,
            faults: Vec::new(),
            group_faults: VecDeque::new(),
            surprises: VecDeque::new(),
            locked_until: 0,
            calls: Vec::new(),
            gave_up: Vec::new(),
            outages: Vec::new(),
            ahead: VecDeque::new(),
            group_ahead: VecDeque::new(),
            needs_reboot: false,
            flushing: false,
            next_password: None,
            next_group: None,
            own_upgrade: None,
        }
    }

    pub(super) fn observed(&self) -> Observed<'_> {
        if self.gone { Observed::Absent } else { Observed::Present(&self.instance) }
    }

    /// How often a change of a concern was asked for.
    pub(super) fn calls_about(&self, concern: Concern) -> usize {
        self.calls.iter().filter(|(_, change)| change.concern() == concern).count()
    }

    /// AddTagsToResource.
    pub(super) fn record(&mut self, tags: &Tags) {
        let before = self.given_up();
        self.instance.tags.extend(tags.clone());
        let news = self.given_up().into_iter().filter(|(concern, it)| before.get(concern) != Some(it));
        self.gave_up.extend(news);
        // What happens to a wish that was reached is drift, and left alone.
        if tags.contains_key(tag::DONE) {
            self.surprises.clear();
        }
    }

    /// As the tags say it, for whichever wish.
    fn given_up(&self) -> GivenUp {
        let tags = &self.instance.tags;
        let text = tag::gather(tag::GAVE_UP, tags).expect("what was written can be read").unwrap_or_default();
        let wish = text.strip_prefix("wish:").and_then(|text| text.split('+').next()).unwrap_or_default();
        let gave_up = GaveUp::of_tags(tags, wish).expect("what was written can be read");
        gave_up.map(|gave_up| gave_up.concerns).unwrap_or_default()
    }

    pub(super) fn reboot(&mut self) {
        let status = &self.instance.status;
        let takes_it = status.meaning() == Meaning::Ready || status.is_incompatible_parameters();
        assert!(takes_it, "a reboot in {status}");
        self.goes_through("rebooting");
    }

    pub(super) fn start(&mut self) {
        assert_eq!(self.instance.status.as_str(), "stopped", "only what is stopped is started");
        self.goes_through("starting");
    }

    /// DeleteDBInstance: whether a final snapshot of a stopped instance is taken is documented nowhere; here it is not.
    pub(super) fn delete(&mut self, keep: &Keep) -> SnapshotEvidence {
        let status = self.instance.status.clone();
        assert!(!self.instance.deletion_protection, "RDS refuses to delete it");
        assert_ne!(status.as_str(), "deleting", "deleted twice");
        if matches!(keep, Keep::Snapshot(_)) {
            if status.as_str() == "stopped" {
                return SnapshotEvidence::NeedsStart;
            }
            assert_eq!(status.meaning(), Meaning::Ready, "RDS takes no final snapshot in {status}");
        }
        self.kept = Some(keep.clone());
        self.ahead.clear();
        self.instance.status = Status::new("deleting");
        SnapshotEvidence::None
    }

    pub(super) fn delete_secrets(&mut self, arns: &[String]) {
        self.secrets -= arns.len();
    }

    pub(super) fn delete_groups(&mut self, names: &[String]) {
        assert!(self.gone, "RDS refuses to delete a group in use");
        for name in names {
            self.groups.remove(name);
        }
    }
}
