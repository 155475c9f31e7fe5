//! What holds of every single decision, whatever a worker believes to know: also of what no history of the model shows.

use proptest::prelude::*;

use super::generate::{a_target, an_rds, gone, reached, running};
use super::rds::{VERSIONS, upgrades};
use crate::decide::*;
use crate::model::desired::Target;
use crate::model::record::Attempts;
use crate::model::{Desired, Observed, Which, tag};

const CONCERNS: [Concern; 12] = [
    Concern::Password,
    Concern::Version,
    Concern::Storage,
    Concern::Class,
    Concern::MultiAz,
    Concern::Retention,
    Concern::Protection,
    Concern::BackupWindow,
    Concern::MaintenanceWindow,
    Concern::Parameters,
    Concern::Extensions,
    Concern::Deletion,
];

fn a_concern() -> impl Strategy<Value = Concern> {
    proptest::sample::select(CONCERNS.to_vec())
}

fn a_modification() -> impl Strategy<Value = Modification> {
    prop_oneof![
        any::<bool>().prop_map(Modification::MultiAz),
        (0_u32..3).prop_map(Modification::BackupRetention),
        proptest::sample::select(super::rds::CLASSES.to_vec()).prop_map(|it| Modification::Class(it.into())),
        proptest::sample::select(VERSIONS.to_vec()).prop_map(|to| Modification::Version {
            to: to.into(),
            major: false,
            group: None
        }),
        "[abc]"
            .prop_map(|version| Modification::SuperuserPassword { arn: format!("arn:{version}"), version }),
    ]
}

fn an_evidence() -> impl Strategy<Value = Evidence> {
    use proptest::collection::{btree_map, vec};
    let verdict = proptest::sample::select(vec![
        Verdict::Worked,
        Verdict::Refused,
        Verdict::Unreachable,
        Verdict::Lost,
    ]);
    let which = proptest::sample::select(Which::ALL.to_vec());
    let logins =
        btree_map(which, ("[abc]", verdict).prop_map(|(version, verdict)| Login { version, verdict }), 0..3);
    let paused = btree_map(a_concern(), (0_u64..200).prop_map(|until| (Why::Aws, until)), 0..4);
    let asked = vec((a_modification(), 0_u64..200, any::<bool>()), 0..3);
    let refused = proptest::option::weighted(0.3, (a_concern(), any::<bool>()));
    let numbers = (0_u32..6, 0_u32..4, any::<[bool; 4]>());
    (logins, paused, asked, refused, numbers).prop_map(
        |(logins, paused, asked, refused, (at_rest, reboots, flags))| {
            let asked = asked
                .into_iter()
                .map(|(what, visible_by, begun)| (what.concern(), Asked { what, at: 0, visible_by, begun }));
            let refused =
                refused.map(|(concern, passing)| (concern, Refusal { reason: "No.".into(), passing }));
            Evidence {
                logins,
                paused,
                asked: asked.collect(),
                refused: refused.into_iter().collect(),
                at_rest,
                upgrades: flags[0].then(|| std::sync::Arc::new(upgrades())),
                has_extensions: flags[1],
                reboots,
                snapshot: match (flags[2], flags[3]) {
                    (true, _) => SnapshotEvidence::NeedsStart,
                    (false, true) => SnapshotEvidence::Taken,
                    (false, false) => SnapshotEvidence::None,
                },
                secrets_deleted: flags[3],
                ..Evidence::default()
            }
        },
    )
}

/// A wish of which something may have been given up.
fn a_wish() -> impl Strategy<Value = Target> {
    let attempts = (1_u32..6, 0_u64..200).prop_map(|(count, pause)| Attempts {
        count,
        at: 0,
        pause,
        reason: "No.".into(),
    });
    let gave_up = proptest::collection::btree_map(a_concern(), attempts, 1..4);
    (a_target(), proptest::option::weighted(0.4, gave_up))
        .prop_map(|(target, gave_up)| Target { gave_up: gave_up.unwrap_or_default(), ..target })
}

proptest! {
    #[test]
    fn a_step_depends_on_its_arguments_alone_and_nothing_that_is_in_the_way_is_stepped_over(
        target in a_wish(), rds in an_rds(), evidence in an_evidence(), now in 0_u64..200
    ) {
        let seen = &rds.instance;
        let decided = || decide(&running(&target), &rds.observed(), &evidence, now);
        let step = decided();
        prop_assert_eq!(&step, &decided());
        prop_assert!(!matches!(step, Step::Delete(_) | Step::DeleteSecrets(_) | Step::DeleteGroups(_) | Step::Start));
        if let Step::Record(tags) = &step {
            prop_assert!(!tags.contains_key(tag::DONE) || evidence.at_rest >= REST);
        }
        if let Step::Modify(change) = &step {
            let concern = change.concern();
            prop_assert!(evidence.paused.get(&concern).is_none_or(|(_, until)| now >= *until), "{:?}", step);
            prop_assert!(!evidence.refused.contains_key(&concern), "{:?}", step);
            let holds = |it: &Attempts| it.count >= MOST_ATTEMPTS || now < it.at + it.pause;
            prop_assert!(!target.gave_up.get(&concern).is_some_and(holds), "{:?}", step);
            if let Modification::Storage { gib, .. } = change {
                prop_assert!(*gib > seen.allocated_storage, "storage never shrinks");
            }
            prop_assert!(evidence.asked.get(&concern).is_none_or(|asked| asked.what != *change), "asked twice: {:?}", step);
        }
    }

    #[test]
    fn a_deletion_does_nothing_that_does_not_lead_to_it(
        rds in an_rds(), evidence in an_evidence(), final_snapshot in any::<bool>(), now in 0_u64..200
    ) {
        let step = decide(&gone(final_snapshot), &rds.observed(), &evidence, now);
        let seen = &rds.instance;
        let leads = match &step {
            Step::Modify(Modification::DeletionProtection(protected)) => !protected && seen.deletion_protection,
            Step::Modify(Modification::Storage { gib, .. }) => *gib > seen.allocated_storage,
            Step::Delete(keep) => !seen.deletion_protection && (final_snapshot || *keep == Keep::Nothing),
            Step::Start | Step::DeleteSecrets(_) | Step::Wait(_) => true,
            _ => false,
        };
        prop_assert!(leads, "{:?}", step);
    }

    #[test]
    fn nothing_is_done_on_what_is_not_known(target in a_wish(), evidence in an_evidence(), now in any::<u64>()) {
        for desired in [running(&target), gone(true), gone(false), Desired::Unreadable("x".into())] {
            prop_assert_eq!(decide(&desired, &Observed::Unknown, &evidence, now), Step::Wait(Why::Unobserved));
        }
        prop_assert_eq!(decide(&running(&target), &Observed::Absent, &evidence, now), Step::Done);
    }

    #[test]
    fn what_is_done_is_left_alone_whoever_changes_it(
        target in a_target(), rds in an_rds(), evidence in an_evidence(), now in 0_u64..200
    ) {
        // Unless a password was seen to be refused: then there is something to do, but not about RDS's other values.
        let knows_nothing = Evidence { logins: Default::default(), ..evidence };
        let step = decide(&running(&reached(target)), &rds.observed(), &knows_nothing, now);
        prop_assert!(matches!(step, Step::Done | Step::Wait(_)), "{:?}", step);
    }

    #[test]
    fn tags_that_make_no_sense_are_never_acted_on(rds in an_rds(), evidence in an_evidence(), now in 0_u64..200) {
        let step = decide(&Desired::Unreadable("x".into()), &rds.observed(), &evidence, now);
        prop_assert_eq!(step, Step::Wait(Why::Unreadable("x".into())));
    }

    #[test]
    fn while_it_cannot_be_read_what_was_given_up_nothing_is_tried(
        target in a_target(), rds in an_rds(), evidence in an_evidence(), now in 0_u64..200
    ) {
        let target = Target { damage: Some("x".into()), ..target };
        let step = decide(&running(&target), &rds.observed(), &evidence, now);
        prop_assert!(matches!(step, Step::Wait(_)), "{:?}", step);
        // Of a wish that was reached it says nothing that counts.
        let evidence = Evidence { logins: Default::default(), ..evidence };
        let done = reached(target);
        let undamaged = Target { damage: None, ..done.clone() };
        let of = |target: &Target| decide(&running(target), &rds.observed(), &evidence, now);
        prop_assert_eq!(of(&done), of(&undamaged));
    }
}
