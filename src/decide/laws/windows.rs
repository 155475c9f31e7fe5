//! Outages wait for the maintenance window where they are to.

use proptest::prelude::*;

use super::generate::{BEFORE, a_target, an_rds, asked_of, available, running};
use super::matching::differing;
use super::worker::Worker;
use crate::decide::{Step, Why};
use crate::model::Window;
use crate::model::desired::Target;

proptest! {
    #[test]
    fn outages_wait_for_the_wished_window_and_happen_in_it(target in a_target(), rds in an_rds()) {
        let mut rds = available(rds);
        let target = Target { parks_outages: true, ..asked_of(target, &rds) };
        let window = target.maintenance_window.clone().unwrap_or_else(|| rds.instance.maintenance_window.clone());
        let window = Window::weekly(&window).unwrap();
        let mut worker = Worker::new(BEFORE);
        // What is no outage does not wait for it, and all that does is named.
        let end = worker.run(&running(&target), &mut rds);
        if let Step::Wait(Why::Parked { concerns, .. }) = &end {
            let names: Vec<_> = concerns.iter().map(|concern| concern.name()).collect();
            let waits = |name: &&&str| !["class", "version", "parameters"].contains(*name);
            let left = differing(&target, &rds);
            let unnamed: Vec<_> = left.iter().filter(waits).filter(|name| !names.contains(*name)).collect();
            prop_assert!(unnamed.is_empty(), "{:?} of {:?} are not among {:?}", unnamed, left, names);
        }
        prop_assert_eq!(worker.run_through_windows(&running(&target), &mut rds), Step::Done);
        prop_assert_eq!(differing(&target, &rds), Vec::<&str>::new());
        prop_assert!(rds.outages.iter().all(|&at| window.contains(at)), "{:?}", rds.outages);
        let parked = matches!(end, Step::Wait(Why::Parked { .. }));
        prop_assert_eq!(parked, !matches!(end, Step::Done));
    }
}
