//! What holds for every wish, every observation and every history, checked against a small model of RDS.

mod generate;
mod rds;

use proptest::prelude::*;

use super::*;
use crate::model::version::compare;
use crate::model::{ApplyStatus, Which, group};
use generate::{a_target, an_rds, reached, reread};
use rds::Rds;

/// More steps than any wish can take in the model.
const MOST_STEPS: usize = 120;
/// Thursday 04:00 and 05:30, 1970-01-01: before the model's maintenance window, and in it.
const BEFORE: u64 = 4 * 3600;
const INSIDE: u64 = 5 * 3600 + 1800;

/// A worker: what it knows, and when it is.
struct Worker {
    evidence: Evidence,
    now: u64,
}

impl Worker {
    fn new(now: u64) -> Self {
        Self { evidence: Evidence::default(), now }
    }

    /// One decision and what follows; `Some` when nothing is left to do or only others can help.
    fn turn(&mut self, desired: &Desired, rds: &mut Rds) -> Option<Step> {
        let desired = match desired {
            Desired::Running(target) => Desired::Running(Box::new(reread(target, rds))),
            other => other.clone(),
        };
        let target = match &desired {
            Desired::Running(target) => Some(target.as_ref().clone()),
            _ => None,
        };
        if let Observed::Present(seen) = rds.observed() {
            self.evidence.observe(seen);
        }
        let step = decide(&desired, &rds.observed(), &self.evidence, self.now);
        // No step depends on anything but its arguments.
        assert_eq!(step, decide(&desired.clone(), &rds.observed(), &self.evidence.clone(), self.now));
        match step {
            Step::Done => Some(Step::Done),
            Step::Wait(why) if why.is_idle() || matches!(why, Why::Parked { .. }) => Some(Step::Wait(why)),
            Step::Wait(_) => {
                rds.settle();
                None
            }
            step => {
                rds.take(&step, target.as_ref(), &mut self.evidence, self.now);
                None
            }
        }
    }

    fn run(&mut self, desired: &Desired, rds: &mut Rds) -> Step {
        for _ in 0..MOST_STEPS {
            if let Some(end) = self.turn(desired, rds) {
                return end;
            }
        }
        panic!("not settled after {MOST_STEPS} steps: {rds:?}\n{:?}", self.evidence);
    }
}

fn running(target: &Target) -> Desired {
    Desired::Running(Box::new(target.clone()))
}

fn gone(final_snapshot: bool) -> Desired {
    let groups = vec![format!("{}postgres17", generate::PREFIX)];
    Desired::Gone { secrets: vec!["one".into(), "two".into()], groups, final_snapshot }
}

/// That RDS has what was wished for.
fn matches(target: &Target, rds: &Rds) -> Result<(), TestCaseError> {
    let seen = &rds.instance;
    prop_assert_eq!(&seen.class, &target.class);
    prop_assert!(seen.allocated_storage >= target.storage_gib);
    prop_assert!(compare(&seen.engine_version, &target.version).is_ge());
    prop_assert_eq!(seen.backup_retention, target.backup_retention);
    prop_assert_eq!(seen.multi_az, target.multi_az);
    prop_assert_eq!(rds.user_password.as_ref(), Some(&target.secrets[&Which::User].wanted));
    prop_assert_eq!(&rds.superuser_password, &target.secrets[&Which::Superuser].wanted);
    prop_assert!(rds.has_extensions || target.extensions.is_empty());
    let values = |name: &str| rds.groups.get(name).cloned().unwrap_or_default();
    let wanted: std::collections::BTreeMap<_, _> =
        target.parameters.iter().map(|(name, wanted)| (name.clone(), wanted.value.clone())).collect();
    prop_assert_eq!(values(&seen.parameter_group.name), wanted);
    prop_assert_eq!(seen.parameter_group.status, ApplyStatus::InSync);
    prop_assert_eq!(group::is_default(&seen.parameter_group.name), target.parameters.is_empty());
    Ok(())
}

/// What only an operator, or a wish of another kind, can end.
fn needs_help(why: &Why) -> bool {
    matches!(why, Why::Broken(_) | Why::Stopped | Why::StorageFull)
}

proptest! {
    #[test]
    fn every_wish_is_reached_in_a_bounded_number_of_steps_and_then_nothing_is_done(
        target in a_target(), mut rds in an_rds()
    ) {
        prop_assume!(rds.instance.status.as_str() != "deleting");
        match Worker::new(INSIDE).run(&running(&target), &mut rds) {
            Step::Done => {
                matches(&target, &rds)?;
                // The fixed point: deciding again is Done, for a worker that knows nothing, too.
                let desired = running(&reread(&target, &rds));
                prop_assert_eq!(decide(&desired, &rds.observed(), &Evidence::default(), INSIDE), Step::Done);
            }
            Step::Wait(why) => prop_assert!(needs_help(&why), "{:?}", why),
            step => prop_assert!(false, "{:?}", step),
        }
    }

    #[test]
    fn whatever_was_wished_before_and_wherever_it_was_interrupted_the_last_wish_wins(
        wishes in proptest::collection::vec((a_target(), 0_usize..30, any::<bool>()), 1..4), mut rds in an_rds()
    ) {
        prop_assume!(rds.instance.status.as_str() != "deleting");
        let mut worker = Worker::new(INSIDE);
        let last = wishes.len() - 1;
        for (number, (target, turns, dies)) in wishes.into_iter().enumerate() {
            // A later wish never asks for less storage or an older version than there is or is coming.
            let mut target = Target { wish: format!("w{number}"), ..target };
            let coming = rds.instance.pending.allocated_storage.unwrap_or(0).max(rds.instance.allocated_storage);
            target.storage_gib = target.storage_gib.max(coming);
            for secret in target.secrets.values_mut() {
                // VersionIds are random: no two wishes name the same.
                secret.wanted = format!("{}{number}", secret.wanted);
            }
            worker.evidence.begin_wish();
            if dies {
                worker = Worker::new(INSIDE);
            }
            let desired = running(&target);
            if number < last {
                for _ in 0..turns {
                    if worker.turn(&desired, &mut rds).is_some() {
                        break;
                    }
                }
                continue;
            }
            match worker.run(&desired, &mut rds) {
                Step::Done => matches(&target, &rds)?,
                Step::Wait(why) => prop_assert!(needs_help(&why), "{:?}", why),
                step => prop_assert!(false, "{:?}", step),
            }
        }
    }

    #[test]
    fn what_rds_accepts_and_drops_is_given_up_after_a_bounded_number_of_calls_and_all_else_goes_on(
        target in a_target(), mut rds in an_rds(), drops in 1_u32..30, says_why in any::<bool>()
    ) {
        rds.instance.status = crate::model::Status::new("available");
        rds.drops = (drops, says_why);
        let user = target.secrets[&Which::User].wanted.clone();
        match Worker::new(INSIDE).run(&running(&target), &mut rds) {
            Step::Done => matches(&target, &rds)?,
            Step::Wait(Why::GaveUp(reason)) => {
                prop_assert!(!reason.is_empty());
                let given_up = reread(&target, &rds).gave_up.expect("recorded with the wish");
                let no_superuser = given_up.concerns.contains("password");
                prop_assert!(no_superuser || rds.user_password.as_ref() == Some(&user));
                prop_assert!(given_up.attempts <= MOST_ATTEMPTS && given_up.wish == target.wish);
                // Nobody tries it again before its time.
                let step = decide(&running(&reread(&target, &rds)), &rds.observed(), &Evidence::default(), INSIDE + 60);
                let asks = matches!(&step, Step::Modify(change) if given_up.concerns.contains(change.concern().name()));
                prop_assert!(!asks, "{:?}", step);
            }
            Step::Wait(why) => prop_assert!(needs_help(&why), "{:?}", why),
            step => prop_assert!(false, "{:?}", step),
        }
    }

    #[test]
    fn outages_wait_for_the_window_and_happen_in_it(target in a_target(), mut rds in an_rds()) {
        rds.instance.status = crate::model::Status::new("available");
        let target = Target { parks_outages: true, maintenance_window: None, ..target };
        let mut worker = Worker::new(BEFORE);
        let end = worker.run(&running(&target), &mut rds);
        prop_assert!(rds.outages.is_empty(), "{:?}", rds.outages);
        if let Step::Wait(Why::Parked { concerns, .. }) = &end {
            prop_assert!(!concerns.is_empty());
            worker.now = INSIDE;
            prop_assert_eq!(worker.run(&running(&target), &mut rds), Step::Done);
            prop_assert!(!rds.outages.is_empty());
        } else {
            prop_assert_eq!(end, Step::Done);
        }
        matches(&target, &rds)?;
    }

    #[test]
    fn a_deletion_ends_in_nothing_whatever_the_state(mut rds in an_rds(), final_snapshot in any::<bool>()) {
        let desired = gone(final_snapshot);
        prop_assert_eq!(Worker::new(BEFORE).run(&desired, &mut rds), Step::Done);
        prop_assert!(rds.gone);
        prop_assert_eq!(rds.secrets, 0);
        prop_assert!(!rds.groups.contains_key("codesphere-x-0f0f0f0f-postgres17"));
    }

    #[test]
    fn a_deletion_wins_over_whatever_was_under_way(target in a_target(), mut rds in an_rds(), turns in 0_usize..30) {
        let mut worker = Worker::new(INSIDE);
        for _ in 0..turns {
            if worker.turn(&running(&target), &mut rds).is_some() {
                break;
            }
        }
        prop_assert_eq!(worker.run(&gone(false), &mut rds), Step::Done);
        prop_assert!(rds.gone);
    }

    #[test]
    fn nothing_is_done_on_what_is_not_known(target in a_target(), now in any::<u64>()) {
        let evidence = Evidence::default();
        for desired in [running(&target), gone(true), Desired::Unreadable("x".into())] {
            prop_assert_eq!(decide(&desired, &Observed::Unknown, &evidence, now), Step::Wait(Why::Unobserved));
        }
        prop_assert_eq!(decide(&running(&target), &Observed::Absent, &evidence, now), Step::Done);
    }

    #[test]
    fn what_is_done_is_left_alone_whoever_changes_it(target in a_target(), rds in an_rds()) {
        let desired = running(&reached(target));
        let step = decide(&desired, &rds.observed(), &Evidence::default(), INSIDE);
        prop_assert!(matches!(step, Step::Done | Step::Wait(_)), "{:?}", step);
    }

    #[test]
    fn tags_that_make_no_sense_are_never_acted_on(rds in an_rds()) {
        let step = decide(&Desired::Unreadable("x".into()), &rds.observed(), &Evidence::default(), INSIDE);
        prop_assert_eq!(step, Step::Wait(Why::Unreadable("x".into())));
    }
}
