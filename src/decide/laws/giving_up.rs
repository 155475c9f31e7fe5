//! What RDS does not do is given up: after a bounded number of tries, at growing distances, until there is a new wish.
//! Each concern on its own.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::generate::{BEFORE, PREFIX, a_target, an_rds, asked_of, available, reread, running};
use super::matching::differing;
use super::rds::{Fault, GroupFault, How, Rds};
use super::worker::Worker;
use crate::decide::{Concern, Evidence, FirstPause, MOST_ATTEMPTS, Step, Why, decide, retry_of};
use crate::model::desired::{ServerParameter, Target};
use crate::model::record::{Attempts, GivenUp, SecretRef};
use crate::model::{Pending, Which};

/// Calls for one attempt at most: RDS may say yes three times and make nothing of it without a word.
const CALLS_PER_ATTEMPT: usize = 3;
/// Longer than a whole history of tries.
const ALWAYS: u32 = 1000;

const CONCERNS: [Concern; 8] = [
    Concern::Password,
    Concern::Version,
    Concern::Storage,
    Concern::Class,
    Concern::MultiAz,
    Concern::Retention,
    Concern::Protection,
    Concern::Parameters,
];

fn a_failure() -> impl Strategy<Value = How> {
    prop_oneof![
        any::<bool>().prop_map(|passing| How::Refused { passing }),
        any::<bool>().prop_map(|says_why| How::Dropped { says_why }),
    ]
}

/// A wish that differs in everything from what there is, so that whatever fails is asked for.
fn differing_in_all(target: Target, rds: &mut Rds) -> Target {
    let target = asked_of(target, rds);
    let seen = &mut rds.instance;
    seen.pending = Pending::default();
    rds.locked_until = 0;
    seen.engine_version = "16.13".into();
    seen.parameter_group.name = "default.postgres16".into();
    seen.class = "db.t4g.micro".into();
    rds.superuser_password = "another".into();
    let secret = |which: &str| SecretRef { arn: "arn".into(), wanted: format!("{which}-1"), applied: None };
    let parameter = ServerParameter { value: "1".into(), needs_reboot: false };
    Target {
        version: "17.10".into(),
        class: "db.t4g.small".into(),
        storage_gib: seen.allocated_storage + 50,
        multi_az: !seen.multi_az,
        backup_retention: if seen.backup_retention == 0 { 2 } else { 0 },
        deletion_protection: !seen.deletion_protection,
        parks_outages: false,
        parameters: [("work_mem".to_owned(), parameter)].into(),
        secrets: [(Which::Superuser, secret("superuser")), (Which::User, secret("user"))].into(),
        ..target
    }
}

/// Whether what is left belongs to a concern: without the superuser's password nothing is set by SQL.
fn is_about(name: &str, concern: Concern) -> bool {
    name == concern.name() || (concern == Concern::Password && ["user", "extensions"].contains(&name))
}

/// Runs until RDS has refused once more, and says how that was recorded with the wish.
fn give_up(worker: &mut Worker, target: &Target, rds: &mut Rds) -> Result<GivenUp, TestCaseError> {
    match worker.run(&running(target), rds) {
        Step::Wait(Why::GaveUp(told)) => {
            let given_up = reread(target, rds).gave_up;
            // All that is given up is told, and nothing else.
            let reasons: Vec<&str> = given_up.values().map(|it| it.reason.as_str()).collect();
            prop_assert_eq!(told, reasons.join(" "));
            Ok(given_up)
        }
        end => Err(TestCaseError::fail(format!("{end:?}"))),
    }
}

/// That what was given up is this alone, and how.
fn only(given_up: GivenUp, concern: Concern) -> Result<Attempts, TestCaseError> {
    prop_assert_eq!(given_up.keys().collect::<Vec<_>>(), [&concern]);
    Ok(given_up[&concern].clone())
}

/// That the tries were few in a row, and further and further apart.
fn check_tries(concern: Concern, how: How, first_pause: u64, rds: &Rds) -> Result<(), TestCaseError> {
    let most = if matches!(how, How::Dropped { .. }) { CALLS_PER_ATTEMPT } else { 1 };
    let mut not_before = 0;
    let given_up: Vec<&Attempts> =
        rds.gave_up.iter().filter(|(about, _)| *about == concern).map(|(_, it)| it).collect();
    for (gave_up, earlier) in given_up.iter().zip(0..) {
        let tries: Vec<u64> = rds
            .calls
            .iter()
            .filter(|(at, change)| change.concern() == concern && (not_before..=gave_up.at).contains(at))
            .map(|(at, _)| *at)
            .collect();
        prop_assert!((1..=most).contains(&tries.len()), "{:?} before {:?}", tries, gave_up);
        let is_last = gave_up.count == MOST_ATTEMPTS;
        prop_assert!(is_last || (gave_up.count, gave_up.pause) == (earlier + 1, first_pause << earlier));
        not_before = gave_up.at + gave_up.pause;
    }
    // None was made between a give-up and its time.
    let after_all = usize::from(given_up.last().is_none_or(|last| last.count < MOST_ATTEMPTS));
    let in_all = given_up.len() * most + after_all;
    prop_assert!(rds.calls_about(concern) <= in_all, "{:?}", rds.calls);
    Ok(())
}

/// Half as many as usual: these histories are long.
fn fewer() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases / 2, ..usual }
}

proptest! {
    #![proptest_config(fewer())]

    #[test]
    fn what_rds_does_not_do_is_tried_a_few_times_at_growing_distances_and_all_else_goes_on(
        target in a_target(),
        rds in an_rds(),
        concern in proptest::sample::select(CONCERNS.to_vec()),
        how in a_failure(),
        first_pause in 60_u64..7200,
        dies in any::<bool>(),
    ) {
        let mut rds = available(rds);
        let target = differing_in_all(target, &mut rds);
        // What RDS makes at once it does not drop.
        let at_once = matches!(concern, Concern::Protection | Concern::Parameters);
        let how = if at_once { How::Refused { passing: true } } else { how };
        rds.faults = vec![Fault { concern: Some(concern), how, times: ALWAYS }];
        rds.temper.busy = 0;
        let mut worker = Worker::with_first_pause(BEFORE, first_pause);
        loop {
            only(give_up(&mut worker, &target, &mut rds)?, concern)?;
            let left = differing(&target, &rds);
            prop_assert!(left.iter().all(|name| is_about(name, concern)), "{:?}", left);
            let now = reread(&target, &rds);
            let Some(again) = retry_of(&now) else { break };
            // Nobody tries any sooner, not even one that knows nothing.
            let mut fresh = Evidence::new(FirstPause(first_pause));
            fresh.at_rest = 9;
            fresh.logins.clone_from(&worker.evidence.logins);
            let step = decide(&running(&now), &rds.observed(), &fresh, again - 1);
            let asks = matches!(&step, Step::Modify(change) if change.concern() == concern);
            prop_assert!(!asks, "{:?}", step);
            if dies {
                worker = worker.successor();
            }
            worker.wait_until(again.max(worker.now), &mut rds);
        }
        let for_good = matches!(how, How::Refused { passing: false })
            || (concern == Concern::Version && matches!(how, How::Dropped { says_why: true }));
        prop_assert_eq!(rds.gave_up.len(), if for_good { 1 } else { MOST_ATTEMPTS as usize });
        check_tries(concern, how, first_pause, &rds)?;

        // Never again for this wish, however much later; a new one begins anew, and ends when RDS can.
        let calls = rds.calls.len();
        worker.wait_until(worker.now + 30 * 86_400, &mut rds);
        give_up(&mut worker, &target, &mut rds)?;
        prop_assert_eq!(rds.calls.len(), calls);
        let anew = Target { wish: "w2".into(), ..target };
        worker.evidence.begin_wish();
        if !for_good {
            let gave_up = only(give_up(&mut worker, &anew, &mut rds)?, concern)?;
            prop_assert_eq!((gave_up.count, gave_up.pause), (1, first_pause));
            worker.wait_until(gave_up.at + gave_up.pause, &mut rds);
        }
        rds.faults.clear();
        prop_assert_eq!(worker.run(&running(&anew), &mut rds), Step::Done);
        prop_assert_eq!(differing(&anew, &rds), Vec::<&str>::new());
    }

    #[test]
    fn what_is_refused_for_good_ends_no_other_tries(
        target in a_target(),
        rds in an_rds(),
        concerns in proptest::sample::subsequence(CONCERNS.to_vec(), 2),
        swapped in any::<bool>(),
        times in 1..=MOST_ATTEMPTS,
        first_pause in 60_u64..7200,
        dies in any::<bool>(),
    ) {
        let mut rds = available(rds);
        let target = differing_in_all(target, &mut rds);
        let (hopeless, passing) =
            if swapped { (concerns[1], concerns[0]) } else { (concerns[0], concerns[1]) };
        // A class that is refused while the version is to come may come with it: that is not for good.
        prop_assume!((hopeless, passing) != (Concern::Class, Concern::Version));
        rds.faults = vec![
            Fault { concern: Some(hopeless), how: How::Refused { passing: false }, times: ALWAYS },
            Fault { concern: Some(passing), how: How::Refused { passing: true }, times },
        ];
        rds.temper.busy = 0;
        let mut worker = Worker::with_first_pause(BEFORE, first_pause);
        let for_good = loop {
            let given_up = give_up(&mut worker, &target, &mut rds)?;
            prop_assert!(given_up.get(&hopeless).is_some_and(|it| it.count == MOST_ATTEMPTS), "{:?}", given_up);
            // What holds the one up is told as long as it does, and no longer.
            let Some(again) = given_up.get(&passing) else { break false };
            if again.count == MOST_ATTEMPTS {
                break true;
            }
            prop_assert_eq!(retry_of(&reread(&target, &rds)), Some(again.at + again.pause));
            if dies {
                worker = worker.successor();
            }
            worker.wait_until(worker.now.max(again.at + again.pause), &mut rds);
        };
        prop_assert_eq!(for_good, times == MOST_ATTEMPTS);
        prop_assert_eq!(rds.calls_about(passing), (times + 1).min(MOST_ATTEMPTS) as usize);
        prop_assert_eq!(rds.calls_about(hopeless), 1);
        check_tries(passing, How::Refused { passing: true }, first_pause, &rds)?;
        let left = differing(&target, &rds);
        let is_known = |name: &&str| is_about(name, hopeless) || (for_good && is_about(name, passing));
        prop_assert!(left.iter().all(is_known), "{:?}", left);
        prop_assert_eq!(retry_of(&reread(&target, &rds)), None);
    }

    #[test]
    fn a_parameter_group_that_rds_refuses_is_given_up_alone_and_made_when_rds_takes_it(
        target in a_target(),
        rds in an_rds(),
        passing in any::<bool>(),
        upgrades_its_own in any::<bool>(),
        attempts in 1..MOST_ATTEMPTS,
        first_pause in 60_u64..7200,
        dies in any::<bool>(),
    ) {
        let mut rds = available(rds);
        rds.temper.busy = 0;
        let target = differing_in_all(target, &mut rds);
        if upgrades_its_own {
            // Then there is no new version without a group for it.
            rds.instance.parameter_group.name = format!("{PREFIX}postgres16");
            rds.groups.insert(rds.instance.parameter_group.name.clone(), BTreeMap::new());
        }
        rds.group_faults = vec![GroupFault::Refused { passing }; ALWAYS as usize].into();
        let mut worker = Worker::with_first_pause(BEFORE, first_pause);
        let mut is_over = false;
        for attempt in 1..=attempts {
            let refused = only(give_up(&mut worker, &target, &mut rds)?, Concern::Parameters)?;
            let left = differing(&target, &rds);
            let waits = |name: &&str| *name == "parameters" || (*name == "version" && upgrades_its_own);
            prop_assert!(left.iter().all(waits), "{:?}", left);
            // While other things take their time, its own next try may come.
            let least = if passing { attempt } else { MOST_ATTEMPTS };
            prop_assert!(refused.count >= least, "{:?}", refused);
            if dies {
                worker = worker.successor();
            }
            match retry_of(&reread(&target, &rds)) {
                Some(again) => worker.wait_until(again.max(worker.now), &mut rds),
                None => is_over = true,
            }
            if is_over {
                break;
            }
        }
        rds.group_faults.clear();
        let target = if is_over { Target { wish: "w2".into(), ..target } } else { target };
        if is_over {
            worker.evidence.begin_wish();
        }
        prop_assert_eq!(worker.run(&running(&target), &mut rds), Step::Done);
        prop_assert_eq!(differing(&target, &rds), Vec::<&str>::new());
    }

    #[test]
    fn whatever_fails_the_end_comes_and_no_concern_is_tried_too_often(
        target in a_target(), rds in an_rds(), how in a_failure(), times in 1_u32..60
    ) {
        let mut rds = available(rds);
        let target = Target { parks_outages: false, ..asked_of(target, &rds) };
        rds.faults = vec![Fault { concern: None, how, times }];
        let busy = rds.temper.busy as usize;
        let mut worker = Worker::new(BEFORE);
        let mut ends = false;
        // Each has its own next try, and none is at a moment that is over.
        for _ in 0..=CONCERNS.len() * MOST_ATTEMPTS as usize {
            match worker.run(&running(&target), &mut rds) {
                Step::Done => {
                    prop_assert_eq!(differing(&target, &rds), Vec::<&str>::new());
                    ends = true;
                }
                Step::Wait(Why::GaveUp(_)) => match retry_of(&reread(&target, &rds)) {
                    None => ends = true,
                    Some(again) => {
                        prop_assert!(again > worker.now);
                        worker.wait_until(again, &mut rds);
                    }
                },
                end => prop_assert!(false, "{:?}", end),
            }
            if ends {
                break;
            }
        }
        prop_assert!(ends, "{:?}", rds.gave_up);
        for concern in CONCERNS {
            // A version may take two hops, and storage is locked after a change for a while.
            let most = match concern {
                Concern::Storage => continue,
                Concern::Version => 2,
                _ => 1,
            } * CALLS_PER_ATTEMPT * MOST_ATTEMPTS as usize + busy;
            let calls = rds.calls_about(concern);
            prop_assert!(calls <= most, "{} calls about {}: {:?} {:?}", calls, concern, rds.calls, rds.gave_up);
        }
    }
}
