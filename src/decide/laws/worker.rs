//! A worker as the engine has one: it looks, decides, takes the step and notes what came of it. What must hold after
//! every step of every history is checked here.

use std::sync::Arc;

use super::generate::reread;
use super::matching::differing;
use super::rds::{Answer, GroupAnswer, How, Rds, major, opens, upgrades};
use crate::decide::*;
use crate::model::desired::Target;
use crate::model::version::compare;
use crate::model::{Desired, Meaning, Observed, Which, Window, group, tag};

/// More steps than any wish can take in the model.
const MOST_STEPS: usize = 800;
/// More maintenance windows than any wish can take.
const MOST_WINDOWS: usize = 6;
/// Seconds from one look to the next.
const LOOK: u64 = 30;
/// Seconds within which RDS must have begun what it accepted.
const VISIBLE_WITHIN: u64 = 1800;
/// Looks after which a worker that still waits waits for the window of RDS.
const PATIENCE: u32 = 60;
/// How often RDS may accept a change and make nothing of it without a word.
const MOST_DROPPED: u32 = 3;

/// What a worker knows, and when it is.
pub(super) struct Worker {
    pub(super) evidence: Evidence,
    /// In seconds since 1970.
    pub(super) now: u64,
    /// Whether RDS has been looked at since the last decision.
    looked: bool,
    /// Looks in a row that have shown RDS at rest since it was last asked for anything.
    quiet: u32,
}

impl Worker {
    pub(super) fn new(now: u64) -> Self {
        Self { evidence: Evidence::default(), now, looked: true, quiet: 0 }
    }

    pub(super) fn with_first_pause(now: u64, seconds: u64) -> Self {
        Self { evidence: Evidence::new(FirstPause(seconds)), ..Self::new(now) }
    }

    /// One that knows nothing, at the same moment.
    pub(super) fn successor(&self) -> Self {
        Self::with_first_pause(self.now, self.evidence.first_pause.0)
    }

    /// One decision and what follows; `Some` when nothing is left to do, or not by this worker, or not now.
    pub(super) fn turn(&mut self, desired: &Desired, rds: &mut Rds) -> Option<Step> {
        let desired = match desired {
            Desired::Running(target) => Desired::Running(Box::new(reread(target, rds))),
            other => other.clone(),
        };
        let target = match &desired {
            Desired::Running(target) => Some(target.as_ref()),
            _ => None,
        };
        self.observe(rds);
        let step = decide(&desired, &rds.observed(), &self.evidence, self.now);
        // No step depends on anything but its arguments.
        assert_eq!(step, decide(&desired.clone(), &rds.observed(), &self.evidence.clone(), self.now));
        match step {
            Step::Done => Some(Step::Done),
            Step::Wait(why) if why.is_idle() || matches!(why, Why::Parked { .. }) => Some(Step::Wait(why)),
            Step::Wait(_) => {
                self.wait(rds);
                None
            }
            step => {
                self.check(&step, target, rds);
                self.take(&step, target, rds);
                if rds.temper.hasty {
                    self.wait_until(self.now + LOOK, rds);
                }
                None
            }
        }
    }

    /// Until nothing is left to do, or only others, or only time, can help.
    pub(super) fn run(&mut self, desired: &Desired, rds: &mut Rds) -> Step {
        for _ in 0..MOST_STEPS {
            if let Some(end) = self.turn(desired, rds) {
                return end;
            }
        }
        panic!("not settled after {MOST_STEPS} steps: {rds:?}\n{:?}", self.evidence);
    }

    /// As [`Self::run`], and on in the maintenance windows that something waits for.
    pub(super) fn run_through_windows(&mut self, desired: &Desired, rds: &mut Rds) -> Step {
        for _ in 0..MOST_WINDOWS {
            match self.run(desired, rds) {
                Step::Wait(Why::Parked { concerns, window }) => {
                    assert!(!concerns.is_empty(), "something waits for the window");
                    self.wait_until(opens(&Window::weekly(&window).unwrap(), self.now), rds);
                }
                end => return end,
            }
        }
        panic!("not settled after {MOST_WINDOWS} windows: {rds:?}\n{:?}", self.evidence);
    }

    /// Nothing happens for a while.
    pub(super) fn wait_until(&mut self, at: u64, rds: &mut Rds) {
        self.now = at;
        rds.go_on(at);
        self.looked = true;
    }

    fn observe(&mut self, rds: &Rds) {
        let Observed::Present(seen) = rds.observed() else { return };
        // What a call has answered is no observation.
        if std::mem::take(&mut self.looked) {
            self.evidence.observe(seen);
            let at_rest = seen.status.meaning() == Meaning::Ready && !seen.applying;
            self.quiet = if at_rest { self.quiet + 1 } else { 0 };
        }
    }

    /// Until the next look: soon while RDS is at work, and else when something can be different.
    fn wait(&mut self, rds: &mut Rds) {
        let paused = self.evidence.paused.values().map(|(_, until)| *until);
        let asked = self.evidence.asked.values().map(|asked| asked.visible_by);
        // What someone has parked is not waited for for ever.
        let window = rds.next_window(self.now).filter(|_| self.evidence.at_rest > PATIENCE);
        let ends = paused.chain(asked).chain(window).filter(|&at| at > self.now).min();
        let ready = rds.instance.status.meaning() == Meaning::Ready;
        let settled = rds.is_at_rest() && (!ready || self.evidence.at_rest >= REST);
        self.wait_until(ends.filter(|_| settled).unwrap_or(self.now + LOOK), rds);
    }

    /// What must be true of every step that is taken, whatever has happened before.
    fn check(&mut self, step: &Step, target: Option<&Target>, rds: &mut Rds) {
        let Some(target) = target else {
            let towards_nothing = match step {
                Step::Modify(Modification::DeletionProtection(protected)) => !protected,
                Step::Modify(Modification::Storage { .. })
                | Step::Start
                | Step::Delete(_)
                | Step::DeleteSecrets(_)
                | Step::DeleteGroups(_) => true,
                _ => false,
            };
            assert!(towards_nothing, "a deletion wins: {step:?}");
            return;
        };
        let removes =
            matches!(step, Step::Start | Step::Delete(_) | Step::DeleteSecrets(_) | Step::DeleteGroups(_));
        assert!(!removes, "{step:?} of what should run");
        match step {
            Step::Record(tags) if tags.contains_key(tag::DONE) => {
                assert!(self.quiet >= REST, "done after {} looks", self.quiet);
                let differing = differing(target, rds);
                assert!(differing.is_empty(), "done, but {differing:?}");
            }
            Step::Modify(Modification::Class(class)) if *class == target.class => {
                let behind = compare(&target.version, &rds.instance.engine_version).is_gt();
                let is_given_up = |concern| {
                    target.gave_up.contains_key(&concern) || self.evidence.refused.contains_key(&concern)
                };
                // One with a group of its own needs another for the new version.
                let needs_group = !group::is_default(&rds.instance.parameter_group.name);
                let given_up =
                    is_given_up(Concern::Version) || (needs_group && is_given_up(Concern::Parameters));
                assert!(!behind || given_up, "a class while the version is still to come");
            }
            _ => {}
        }
        if is_outage(step, rds) {
            let window = target.maintenance_window.as_ref().unwrap_or(&rds.instance.maintenance_window);
            let open = Window::weekly(window).unwrap().contains(self.now);
            assert!(open || !target.parks_outages, "an outage outside the window: {step}");
            rds.outages.push(self.now);
        }
    }

    /// As the engine does it.
    fn take(&mut self, step: &Step, target: Option<&Target>, rds: &mut Rds) {
        let evidence = &mut self.evidence;
        match step {
            Step::TryLogin(which) => {
                let version = target.unwrap().secrets[which].wanted.clone();
                let works = match which {
                    Which::Superuser => rds.superuser_password == version,
                    Which::User => rds.user_password.as_ref() == Some(&version),
                };
                let verdict = if works { Verdict::Worked } else { Verdict::Refused };
                evidence.logins.insert(*which, Login { version, verdict });
            }
            Step::SetUpUser => {
                check_superuser(target, rds);
                rds.user_password = Some(target.unwrap().secrets[&Which::User].wanted.clone());
                evidence.logins.remove(&Which::User);
            }
            Step::CreateExtensions => {
                check_superuser(target, rds);
                (rds.has_extensions, evidence.has_extensions) = (true, true);
            }
            Step::LookUpUpgrades => evidence.upgrades = Some(Arc::new(upgrades())),
            Step::ReadEvents { concern, .. } => read_events(*concern, rds, evidence),
            Step::Group { name, what } => self.group_call(name, what, rds),
            Step::Modify(change) => self.modify(change, rds),
            Step::Reboot => {
                rds.reboot();
                evidence.reboots += 1;
                self.woken(Concern::Parameters);
            }
            Step::Record(tags) => {
                rds.record(tags);
                if tags.contains_key(tag::GAVE_UP) {
                    evidence.recorded_refusals();
                }
            }
            Step::Start => {
                rds.start();
                self.woken(Concern::Deletion);
            }
            Step::Delete(keep) => evidence.snapshot = rds.delete(keep),
            Step::DeleteSecrets(arns) => {
                rds.delete_secrets(arns);
                evidence.secrets_deleted = true;
            }
            Step::DeleteGroups(names) => {
                rds.delete_groups(names);
                evidence.groups_deleted = true;
            }
            Step::Wait(_) | Step::Done => unreachable!("these are not taken"),
        }
    }

    fn group_call(&mut self, name: &str, what: &GroupStep, rds: &mut Rds) {
        let answer = rds.group_call(name, what);
        if *what != GroupStep::Inspect {
            self.evidence.groups.remove(name);
            (self.evidence.at_rest, self.quiet) = (0, 0);
        } else if answer == GroupAnswer::Accepted {
            self.evidence.groups.insert(name.to_owned(), rds.groups.get(name).cloned());
        }
        match answer {
            GroupAnswer::Accepted => {}
            // The engine tries again after a while, whatever has failed.
            GroupAnswer::Failed => self.wait_until(self.now + LOOK, rds),
            GroupAnswer::Busy => self.pause(Concern::Parameters, Why::Applying(Concern::Parameters), LOOK),
            GroupAnswer::Refused { passing } => self.refused(Concern::Parameters, passing),
        }
    }

    fn refused(&mut self, concern: Concern, passing: bool) {
        let refusal = Refusal { reason: format!("AWS did not change {concern}."), passing };
        self.evidence.refused.insert(concern, refusal);
    }

    fn woken(&mut self, concern: Concern) {
        (self.evidence.at_rest, self.quiet) = (0, 0);
        self.pause(concern, Why::Applying(concern), VISIBLE_WITHIN);
    }

    fn pause(&mut self, concern: Concern, why: Why, seconds: u64) {
        self.evidence.paused.insert(concern, (why, self.now + seconds));
    }

    fn modify(&mut self, change: &Modification, rds: &mut Rds) {
        let concern = change.concern();
        match rds.modify(change, self.now) {
            Answer::Accepted => {
                (self.evidence.at_rest, self.quiet) = (0, 0);
                if concern == Concern::Password {
                    self.evidence.logins.remove(&Which::Superuser);
                }
                let (at, visible_by) = (self.now, self.now + VISIBLE_WITHIN);
                let asked = Asked { what: change.clone(), at, visible_by, begun: false };
                self.evidence.asked.insert(concern, asked);
            }
            Answer::Busy => self.pause(concern, Why::Busy("available".into()), LOOK),
            Answer::StorageLocked => self.pause(concern, Why::StorageOptimizing, VISIBLE_WITHIN),
            Answer::Refused { passing } => self.refused(concern, passing),
        }
    }
}

fn check_superuser(target: Option<&Target>, rds: &Rds) {
    let wanted = &target.unwrap().secrets[&Which::Superuser].wanted;
    assert_eq!(rds.superuser_password, *wanted, "SQL with a wrong password");
}

fn read_events(concern: Concern, rds: &Rds, evidence: &mut Evidence) {
    evidence.asked.remove(&concern);
    let says_why = rds
        .faults
        .iter()
        .any(|fault| fault.is_about(concern) && matches!(fault.how, How::Dropped { says_why: true }));
    let dropped = evidence.dropped.entry(concern).or_default();
    *dropped += 1;
    if says_why || *dropped >= MOST_DROPPED {
        // An upgrade that fails its checks fails them again.
        let passing = !says_why || concern != Concern::Version;
        evidence.refused.insert(concern, Refusal { reason: format!("RDS gave up on {concern}."), passing });
    }
}

/// Whether users notice (RDS user guide, "Available settings" of ModifyDBInstance), also of what someone has parked and
/// the call brings forward.
fn is_outage(step: &Step, rds: &Rds) -> bool {
    let seen = &rds.instance;
    if seen.status.meaning() != Meaning::Ready {
        // Nobody is served as it is.
        return false;
    }
    let crosses_zero = |days: u32| (days == 0) != (seen.backup_retention == 0);
    match step {
        Step::Reboot => true,
        Step::Modify(change) => {
            let own = match change {
                Modification::Version { .. } => true,
                Modification::Class(class) => *class != seen.class,
                Modification::BackupRetention(days) => crosses_zero(*days),
                _ => false,
            };
            let pending = &seen.pending;
            let parked = !rds.flushing
                && (pending.class.is_some() && change.concern() != Concern::Class
                    || pending.engine_version.is_some()
                    || pending.backup_retention.is_some_and(crosses_zero)
                        && change.concern() != Concern::Retention);
            own || (parked && !change.is_always_immediate())
        }
        _ => false,
    }
}

/// Whether a parameter group is of the family of a version.
pub(super) fn is_of_family(name: &str, version: &str) -> bool {
    let family = format!("postgres{}", major(version));
    name == group::default(&family) || name.ends_with(&format!("-{family}"))
}
