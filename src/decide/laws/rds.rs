//! A small model of RDS and of the database behind an instance: it carries out steps as they would,
//! and panics on what they would refuse for good, so that no law has to say it again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::difference::causes_outage;
use super::super::*;
use crate::model::version::compare;
use crate::model::{ApplyStatus, Endpoint, Pending, Status, Upgrades, Which, Window, group};

pub(super) const CLASSES: [&str; 3] = ["db.t4g.micro", "db.t4g.small", "db.m6g.large"];
pub(super) const VERSIONS: [&str; 4] = ["15.18", "16.13", "16.14", "17.10"];
pub(super) const WINDOW: &str = "thu:05:00-thu:06:00";

/// An instance, the passwords its server takes, and what RDS is still to apply.
#[derive(Clone, Debug)]
pub(super) struct Rds {
    pub(super) instance: Instance,
    pub(super) superuser_password: String,
    pub(super) user_password: Option<String>,
    pub(super) secrets: usize,
    pub(super) next_password: Option<String>,
    pub(super) groups: BTreeMap<String, BTreeMap<String, String>>,
    /// What the server runs with.
    pub(super) running_with: BTreeMap<String, String>,
    pub(super) has_extensions: bool,
    /// How many accepted changes RDS is going to drop, and whether it says why.
    pub(super) drops: (u32, bool),
    pub(super) gone: bool,
    /// Steps that were an outage for users.
    pub(super) outages: Vec<(Step, u64)>,
}

/// `15.18` leads to 16 only, in two minors; everything else to whatever is newer.
pub(super) fn upgrades() -> Upgrades {
    let newer = |from: &str| -> BTreeSet<String> {
        let direct = |to: &&&str| compare(to, from).is_gt() && !(from == "15.18" && to.starts_with("17"));
        VERSIONS.iter().filter(direct).map(|to| (*to).to_owned()).collect()
    };
    Upgrades::new(VERSIONS.iter().map(|from| ((*from).to_owned(), newer(from))).collect())
}

impl Rds {
    pub(super) fn observed(&self) -> Observed<'_> {
        if self.gone { Observed::Absent } else { Observed::Present(&self.instance) }
    }

    /// RDS finishes whatever it is at.
    pub(super) fn settle(&mut self) {
        let instance = &mut self.instance;
        match instance.status.as_str() {
            "deleting" => self.gone = true,
            "stopped" | "failed" | "incompatible-network" => {}
            "rebooting" => {
                instance.status = Status::new("available");
                instance.parameter_group.status = ApplyStatus::InSync;
                self.running_with =
                    self.groups.get(&instance.parameter_group.name).cloned().unwrap_or_default();
            }
            "storage-full" if instance.pending.allocated_storage.is_none() => {}
            _ => instance.status = Status::new("available"),
        }
        let pending = std::mem::take(&mut instance.pending);
        instance.class = pending.class.unwrap_or_else(|| instance.class.clone());
        if let Some(version) = pending.engine_version {
            let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
            if major(&version) != major(&instance.engine_version)
                && group::is_default(&instance.parameter_group.name)
            {
                instance.parameter_group.name = format!("default.postgres{}", major(&version));
            }
            instance.engine_version = version;
        }
        if let Some(gib) = pending.allocated_storage {
            instance.allocated_storage = gib;
        }
        if let Some(password) = self.next_password.take() {
            self.superuser_password = password;
        }
        if instance.parameter_group.status == ApplyStatus::Applying {
            instance.parameter_group.status = ApplyStatus::PendingReboot;
        }
        instance.applying = false;
        instance.endpoint = Some(Endpoint { host: "localhost".into(), port: 1 });
    }

    /// Carries out a step as RDS and the database would, and checks what must never be asked.
    pub(super) fn take(&mut self, step: &Step, target: Option<&Target>, evidence: &mut Evidence, now: u64) {
        self.check_outage(step, target, now);
        let ready = self.instance.status.meaning() == Meaning::Ready;
        match step {
            Step::TryLogin(which) => {
                let wanted = target.unwrap().secrets[which].wanted.clone();
                let works = match which {
                    Which::Superuser => self.superuser_password == wanted,
                    Which::User => self.user_password.as_ref() == Some(&wanted),
                };
                let verdict = if works { Verdict::Worked } else { Verdict::Refused };
                evidence.logins.insert(*which, Login { version: wanted, verdict });
            }
            Step::SetUpUser => {
                let secrets = &target.unwrap().secrets;
                let works = self.superuser_password == secrets[&Which::Superuser].wanted;
                assert!(works, "SQL with a wrong password");
                self.user_password = Some(secrets[&Which::User].wanted.clone());
                evidence.logins.remove(&Which::User);
            }
            Step::CreateExtensions => {
                let wanted = &target.unwrap().secrets[&Which::Superuser].wanted;
                assert_eq!(self.superuser_password, *wanted, "SQL with a wrong password");
                (self.has_extensions, evidence.has_extensions) = (true, true);
            }
            Step::LookUpUpgrades => evidence.upgrades = Some(Arc::new(upgrades())),
            Step::ReadEvents { concern, .. } => self.tell_events(*concern, evidence),
            Step::Group { name, what } => self.change_group(name, what, evidence),
            Step::Modify(change) => {
                evidence.at_rest = 0;
                self.modify(change, ready);
                if change.concern() == Concern::Password {
                    evidence.logins.remove(&Which::Superuser);
                }
                let asked = Asked { what: change.clone(), at: now, visible_by: now, begun: false };
                evidence.asked.insert(change.concern(), asked);
            }
            Step::Reboot => {
                let repairs = self.instance.status.is_incompatible_parameters();
                assert!(ready || repairs, "a reboot in {}", self.instance.status);
                evidence.reboots += 1;
                evidence.at_rest = 0;
                self.instance.status = Status::new("rebooting");
            }
            Step::Record(tags) => {
                self.instance.tags.extend(tags.clone());
                if tags.contains_key(tag::GAVE_UP) {
                    evidence.refused.clear();
                    evidence.asked.clear();
                    evidence.dropped.clear();
                }
            }
            Step::Start => {
                assert_eq!(self.instance.status.as_str(), "stopped", "only what is stopped is started");
                self.instance.status = Status::new("starting");
            }
            Step::Delete(keep) => self.delete(keep, evidence),
            Step::DeleteSecrets(arns) => {
                self.secrets -= arns.len();
                evidence.secrets_deleted = true;
            }
            Step::DeleteGroups(names) => {
                assert!(self.gone, "RDS refuses to delete a group in use");
                for name in names {
                    self.groups.remove(name);
                }
                evidence.groups_deleted = true;
            }
            Step::Wait(_) | Step::Done => unreachable!("these are not taken"),
        }
    }

    fn check_outage(&mut self, step: &Step, target: Option<&Target>, now: u64) {
        let outage = match step {
            Step::Modify(change) => causes_outage(change, &self.instance),
            Step::Reboot => !self.instance.status.is_incompatible_parameters(),
            _ => false,
        };
        if outage {
            let open = Window::weekly(&self.instance.maintenance_window).unwrap().contains(now);
            assert!(open || !target.unwrap().parks_outages, "an outage outside the window: {step}");
            self.outages.push((step.clone(), now));
        }
    }

    fn tell_events(&self, concern: Concern, evidence: &mut Evidence) {
        evidence.asked.remove(&concern);
        let dropped = evidence.dropped.entry(concern).or_default();
        *dropped += 1;
        if self.drops.1 || *dropped >= 3 {
            evidence.refused.insert(concern, Refusal { reason: "RDS gave up".into(), passing: true });
        }
    }

    fn change_group(&mut self, name: &str, what: &GroupStep, evidence: &mut Evidence) {
        match what {
            GroupStep::Inspect => {
                evidence.groups.insert(name.to_owned(), self.groups.get(name).cloned());
                return;
            }
            GroupStep::Create { .. } => {
                assert!(!self.groups.contains_key(name), "made twice");
                self.groups.insert(name.to_owned(), BTreeMap::new());
            }
            GroupStep::Set(parameters) => {
                let group = self.groups.get_mut(name).expect("a group that exists");
                for (name, wanted) in parameters {
                    let before = group.insert(name.clone(), wanted.value.clone());
                    assert_ne!(before.as_ref(), Some(&wanted.value), "only what differs is set");
                }
            }
            GroupStep::Reset(names) => {
                let group = self.groups.get_mut(name).expect("a group that exists");
                for name in names {
                    assert!(group.remove(name).is_some(), "only what is set is reset");
                }
            }
        }
        evidence.groups.remove(name);
        evidence.at_rest = 0;
        if self.instance.parameter_group.name == name && !matches!(what, GroupStep::Create { .. }) {
            self.instance.parameter_group.status = ApplyStatus::Applying;
        }
    }

    fn delete(&mut self, keep: &Keep, evidence: &mut Evidence) {
        let status = self.instance.status.as_str();
        assert!(!self.instance.deletion_protection, "RDS refuses to delete it");
        assert_ne!(status, "deleting", "deleted twice");
        if matches!(keep, Keep::Snapshot(_)) {
            if status == "stopped" {
                evidence.snapshot = SnapshotEvidence::NeedsStart;
                return;
            }
            assert_eq!(
                self.instance.status.meaning(),
                Meaning::Ready,
                "RDS takes no final snapshot in {status}"
            );
        }
        self.instance.status = Status::new("deleting");
    }

    fn modify(&mut self, change: &Modification, ready: bool) {
        let status = self.instance.status.clone();
        assert!(status.as_str() != "stopped", "RDS changes nothing that is stopped: {change:?}");
        if let Modification::DeletionProtection(protected) = change {
            self.instance.deletion_protection = *protected;
            return;
        }
        if let Modification::Storage { gib, iops, limit } = change {
            assert!(status.accepts_storage(), "storage while it is optimised");
            assert!(*gib > self.instance.allocated_storage, "storage never shrinks");
            assert!(gib * 10 >= self.instance.allocated_storage * 11, "RDS refuses less than a tenth");
            assert_eq!(iops.is_some(), *gib >= 400, "IOPS go with a striped gp3 volume, and only with one");
            let limit = limit.or(self.instance.max_allocated_storage);
            assert!(
                limit.is_none_or(|limit| limit * 10 >= gib * 11 || limit == 65_536),
                "the limit stays above"
            );
        } else {
            let repairs =
                status.is_incompatible_parameters() && matches!(change, Modification::ParameterGroup(_));
            assert!(ready || repairs, "{change:?} in {status}");
        }
        if self.drops.0 > 0 {
            self.drops.0 -= 1;
            self.instance.status = Status::new("modifying");
            return;
        }
        self.accept(change);
    }

    fn accept(&mut self, change: &Modification) {
        let instance = &mut self.instance;
        match change {
            Modification::SuperuserPassword { version, .. } => {
                instance.pending.password = true;
                self.next_password = Some(version.clone());
            }
            Modification::Class(class) => {
                let takes_back = instance.pending.class.as_ref().is_some_and(|pending| pending != class);
                assert!(takes_back || *class != instance.class, "only what differs is sent");
                let pending = (*class != instance.class).then(|| class.clone());
                instance.pending = Pending { class: pending, ..instance.pending.clone() };
            }
            Modification::Version { to, major, group } => {
                assert_eq!(
                    upgrades().next_hop(&instance.engine_version, to),
                    Some(to.as_str()),
                    "no such path"
                );
                let crosses = to.split('.').next() != instance.engine_version.split('.').next();
                assert_eq!(*major, crosses);
                let custom = !group::is_default(&instance.parameter_group.name);
                assert_eq!(
                    group.is_some(),
                    crosses && custom,
                    "a custom group has to be replaced in the same call"
                );
                if let Some(group) = group {
                    assert!(
                        group::is_default(group) || self.groups.contains_key(group),
                        "{group} does not exist"
                    );
                    instance.parameter_group.name.clone_from(group);
                }
                instance.pending.engine_version = Some(to.clone());
            }
            Modification::Storage { gib, limit, .. } => {
                instance.pending.allocated_storage = Some(*gib);
                instance.max_allocated_storage = limit.or(instance.max_allocated_storage);
            }
            Modification::MultiAz(multi_az) => {
                assert_ne!(*multi_az, instance.multi_az, "only what differs is sent");
                instance.multi_az = *multi_az;
            }
            Modification::BackupRetention(days) => {
                assert_ne!(*days, instance.backup_retention, "only what differs is sent");
                instance.backup_retention = *days;
            }
            Modification::BackupWindow(window) => instance.backup_window.clone_from(window),
            Modification::MaintenanceWindow(window) => instance.maintenance_window.clone_from(window),
            Modification::ParameterGroup(name) => {
                assert_ne!(*name, instance.parameter_group.name, "only what differs is sent");
                assert!(group::is_default(name) || self.groups.contains_key(name), "{name} does not exist");
                instance.parameter_group.name.clone_from(name);
                instance.parameter_group.status = ApplyStatus::Applying;
            }
            Modification::DeletionProtection(_) => {}
        }
    }
}
