//! Every wish is reached, and then nothing is done.

use proptest::prelude::*;

use super::generate::{BEFORE, a_moment, a_target, an_rds, asked_of, available, reread, running};
use super::matching::differing;
use super::rds::{BAD, CLASSES, NEW_CLASS, Rds, STORAGE_LOCK, Temper};
use super::worker::Worker;
use crate::decide::{Concern, Evidence, Modification, Step, Why, decide};
use crate::model::desired::{ServerParameter, Target};
use crate::model::{Meaning, Pending, Status};

/// What a wish that waits for no window takes at most, in seconds: mostly the lock of one storage change after another.
const MOST_SECONDS: u64 = 3 * STORAGE_LOCK;

/// Whether only an operator, or a wish for more storage, can help this instance.
fn is_beyond_help(target: &Target, rds: &Rds) -> bool {
    let status = &rds.instance.status;
    match status.meaning() {
        Meaning::Stopped => true,
        Meaning::Broken => !status.is_incompatible_parameters(),
        Meaning::StorageFull => target.storage_gib <= rds.instance.allocated_storage,
        Meaning::Ready | Meaning::InProgress | Meaning::Deleting => false,
    }
}

/// Runs to the end, which must be the wish unless nobody but an operator could reach it.
fn reach(worker: &mut Worker, target: &Target, rds: &mut Rds) -> Result<(), TestCaseError> {
    let (beyond_help, begun) = (is_beyond_help(target, rds), worker.now);
    // What RDS grows by itself is locked afterwards, too.
    let most_seconds = MOST_SECONDS + STORAGE_LOCK * rds.surprises.len() as u64;
    match worker.run_through_windows(&running(target), rds) {
        Step::Done => {
            prop_assert_eq!(differing(target, rds), Vec::<&str>::new());
            // The fixed point: deciding again is Done, for a worker that knows nothing, too.
            let desired = running(&reread(target, rds));
            let again = decide(&desired, &rds.observed(), &Evidence::default(), worker.now);
            prop_assert_eq!(again, Step::Done);
            let took = worker.now - begun;
            prop_assert!(target.parks_outages || took <= most_seconds, "{} s", took);
        }
        Step::Wait(Why::Broken(_) | Why::Stopped | Why::StorageFull) if beyond_help => {}
        end => prop_assert!(false, "{:?}", end),
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_wish_is_reached_in_a_bounded_number_of_steps_and_then_nothing_is_done(
        target in a_target(), mut rds in an_rds(), now in a_moment()
    ) {
        prop_assume!(rds.instance.status.as_str() != "deleting");
        let target = asked_of(target, &rds);
        reach(&mut Worker::new(now), &target, &mut rds)?;
    }

    #[test]
    fn whatever_was_wished_before_and_wherever_it_was_interrupted_the_last_wish_wins(
        wishes in proptest::collection::vec((a_target(), 0_usize..40, any::<bool>()), 1..4),
        mut rds in an_rds(),
        now in a_moment(),
    ) {
        prop_assume!(rds.instance.status.as_str() != "deleting");
        let mut worker = Worker::new(now);
        let last = wishes.len() - 1;
        for (number, (target, turns, dies)) in wishes.into_iter().enumerate() {
            // A later wish never asks for less storage or an older version than there is or is coming.
            let mut target = Target { wish: format!("w{number}"), ..asked_of(target, &rds) };
            let coming = rds.instance.pending.allocated_storage.unwrap_or(0).max(rds.instance.allocated_storage);
            target.storage_gib = target.storage_gib.max(coming);
            for secret in target.secrets.values_mut() {
                // VersionIds are random: no two wishes name the same.
                secret.wanted = format!("{}{number}", secret.wanted);
            }
            worker.evidence.begin_wish();
            if dies {
                worker = worker.successor();
            }
            if number == last {
                reach(&mut worker, &target, &mut rds)?;
                break;
            }
            for _ in 0..turns {
                if worker.turn(&running(&target), &mut rds).is_some() {
                    break;
                }
            }
        }
    }

    #[test]
    fn parameters_with_which_the_server_does_not_start_are_cured_by_a_wish(
        target in a_target(), rds in an_rds(), is_static in any::<bool>(), dies in any::<bool>()
    ) {
        let mut rds = available(rds);
        let target = asked_of(target, &rds);
        let mut worker = Worker::new(BEFORE);
        let bad = ServerParameter { value: BAD.into(), needs_reboot: is_static };
        let name = if is_static { "max_connections" } else { "work_mem" };
        let mut broken = Target { wish: "w0".into(), ..target.clone() };
        broken.parameters.insert(name.into(), bad);
        let end = worker.run_through_windows(&running(&broken), &mut rds);
        let status = rds.instance.status.clone();
        let is_told = matches!(&end, Step::Wait(Why::Broken(_) | Why::GaveUp(_)));
        prop_assert!(is_told && (status.is_incompatible_parameters() || !is_static), "{:?} in {}", end, status);
        // As it may break under anybody's hands, too.
        rds.instance.status = Status::new("incompatible-parameters");
        worker.evidence.begin_wish();
        if dies {
            worker = worker.successor();
        }
        reach(&mut worker, &target, &mut rds)?;
    }

    #[test]
    fn what_is_taken_back_before_rds_has_begun_never_happens(target in a_target(), rds in an_rds()) {
        let mut rds = available(rds);
        rds.temper = Temper { lag: 2, hasty: false, busy: 0 };
        rds.instance.pending = Pending::default();
        let target = Target { parks_outages: false, ..asked_of(target, &rds) };
        let mut worker = Worker::new(BEFORE);
        reach(&mut worker, &target, &mut rds)?;
        let (class, calls) = (rds.instance.class.clone(), rds.calls.len());
        let other = CLASSES.iter().find(|other| **other != class && **other != NEW_CLASS).unwrap();
        let wanted = Target { wish: "w2".into(), class: (*other).to_owned(), multi_az: !target.multi_az, ..target.clone() };
        worker.evidence.begin_wish();
        while rds.calls.len() < calls + 2 {
            prop_assert_eq!(worker.turn(&running(&wanted), &mut rds), None);
        }
        let taken_back = Target { wish: "w3".into(), ..target };
        worker.evidence.begin_wish();
        while worker.turn(&running(&taken_back), &mut rds).is_none() {
            prop_assert_eq!(&rds.instance.class, &class);
            prop_assert_eq!(rds.instance.multi_az, taken_back.multi_az);
        }
        prop_assert!(rds.instance.pending.is_empty());
    }

    #[test]
    fn a_version_comes_before_the_class_that_needs_it(target in a_target(), rds in an_rds(), now in a_moment()) {
        let mut rds = available(rds);
        rds.instance.engine_version = "15.18".into();
        rds.instance.class = "db.t4g.micro".into();
        rds.instance.pending = Pending::default();
        rds.instance.parameter_group.name = "default.postgres15".into();
        let target = Target { version: "17.10".into(), class: NEW_CLASS.into(), ..asked_of(target, &rds) };
        reach(&mut Worker::new(now), &target, &mut rds)?;
        let (mut versions, mut classes) = (Vec::new(), Vec::new());
        for (at, (_, change)) in rds.calls.iter().enumerate() {
            match change {
                Modification::Version { .. } => versions.push(at),
                Modification::Class(_) => classes.push(at),
                _ => {}
            }
        }
        // Two hops, then the class; a call that RDS was too busy for comes again.
        prop_assert!(versions.len() >= 2 && !classes.is_empty());
        prop_assert!(versions.last() < classes.first(), "{:?}", rds.calls);
        prop_assert_eq!(rds.calls_about(Concern::Class), classes.len());
    }
}
