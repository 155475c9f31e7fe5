//! Deletions win, and end in nothing.

use proptest::prelude::*;

use super::generate::{BEFORE, INSIDE, PREFIX, a_target, an_rds, asked_of, gone, running};
use super::rds::Rds;
use super::worker::Worker;
use crate::decide::{Keep, Step};

/// That nothing is left of it but what was to be kept.
fn is_gone(rds: &Rds, final_snapshot: bool, was_creating: bool) -> Result<(), TestCaseError> {
    prop_assert!(rds.gone);
    prop_assert_eq!(rds.secrets, 0);
    let group = format!("{PREFIX}postgres17");
    prop_assert!(!rds.groups.contains_key(&group));
    let kept = rds.kept.clone().unwrap_or(Keep::Nothing);
    prop_assert!(final_snapshot || kept == Keep::Nothing, "{:?}", kept);
    prop_assert!(!final_snapshot || was_creating || kept != Keep::Nothing);
    Ok(())
}

proptest! {
    #[test]
    fn a_deletion_ends_in_nothing_whatever_the_state(mut rds in an_rds(), final_snapshot in any::<bool>()) {
        // One that is being made, or was on its way out already, has nothing to keep.
        let begins_in = rds.instance.status.to_string();
        prop_assert_eq!(Worker::new(BEFORE).run(&gone(final_snapshot), &mut rds), Step::Done);
        is_gone(&rds, final_snapshot, ["creating", "deleting"].contains(&begins_in.as_str()))?;
    }

    #[test]
    fn a_deletion_wins_over_whatever_was_under_way(
        target in a_target(), mut rds in an_rds(), turns in 0_usize..40, final_snapshot in any::<bool>(), dies in any::<bool>()
    ) {
        let target = asked_of(target, &rds);
        let mut worker = Worker::new(INSIDE);
        for _ in 0..turns {
            if worker.turn(&running(&target), &mut rds).is_some() {
                break;
            }
        }
        worker.evidence.begin_wish();
        if dies {
            worker = worker.successor();
        }
        let begins_in = rds.instance.status.to_string();
        prop_assert_eq!(worker.run(&gone(final_snapshot), &mut rds), Step::Done);
        is_gone(&rds, final_snapshot, ["creating", "deleting"].contains(&begins_in.as_str()))?;
    }
}
