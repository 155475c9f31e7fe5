//! Giving up: bounded, spaced, recorded with the wish, ended by a new one. Each concern on its own: what is refused for
//! good does not keep anything else from being tried again.

use std::collections::BTreeMap;

use super::evidence::{Evidence, FirstPause, Refusal};
use super::step::{Concern, Step};
use crate::model::desired::Target;
use crate::model::record::{Attempts, GaveUp, GivenUp, reasons};
use crate::model::version::compare;
use crate::model::{Instance, Tags};

/// How often a change is tried that RDS refuses for a passing reason.
pub const MOST_ATTEMPTS: u32 = 5;

/// When something of what was given up for a wish is tried again, in seconds since 1970; `None` where nothing was, or all
/// of it for good.
#[must_use]
pub fn retry_of(target: &Target) -> Option<u64> {
    target.gave_up.values().filter_map(again_at).min()
}

/// When it is tried again, unless it was tried often enough.
fn again_at(attempts: &Attempts) -> Option<u64> {
    (attempts.count < MOST_ATTEMPTS).then(|| attempts.at.saturating_add(attempts.pause))
}

/// Whether it is not to be tried at the moment.
fn holds(attempts: &Attempts, now: u64) -> bool {
    again_at(attempts).is_none_or(|at| now < at)
}

/// Why something is given up at the moment; `None` where nothing is.
pub(super) fn why(target: &Target, now: u64) -> Option<String> {
    reasons(target.gave_up.values().filter(|attempts| holds(attempts, now)))
}

/// Whether a concern is given up at the moment, as is on record.
pub(super) fn is_held(target: &Target, concern: Concern, now: u64) -> bool {
    target.gave_up.get(&concern).is_some_and(|attempts| holds(attempts, now))
}

/// Whether a concern was refused, just now or on record: all others go on.
pub(super) fn blocks(target: &Target, evidence: &Evidence, concern: Concern, now: u64) -> bool {
    evidence.refused.contains_key(&concern) || is_held(target, concern, now)
}

/// Writes down what was refused, with what was refused before for the same wish.
pub(super) fn record(
    target: &Target,
    refused: &BTreeMap<Concern, Refusal>,
    first_pause: FirstPause,
    seen: &Instance,
    now: u64,
) -> Step {
    let mut concerns = target.gave_up.clone();
    // Which classes there are is for the version to say, and that is still to come.
    let class_may_come = compare(&target.version, &seen.engine_version).is_gt()
        && refused.get(&Concern::Version).is_none_or(|refusal| refusal.passing)
        && target.gave_up.get(&Concern::Version).is_none_or(|it| it.count < MOST_ATTEMPTS);
    for (&concern, refusal) in refused {
        let passing = refusal.passing || (concern == Concern::Class && class_may_come);
        let before = concerns.get(&concern).filter(|_| passing);
        let attempts = match before {
            // Another worker has written it down already: its next try stays.
            Some(before) if holds(before, now) => {
                Attempts { reason: refusal.reason.clone(), ..before.clone() }
            }
            before => {
                let tried = before.map_or(1, |before| before.count.saturating_add(1));
                let count = if passing { tried.min(MOST_ATTEMPTS) } else { MOST_ATTEMPTS };
                let pause = first_pause.0 << count.saturating_sub(1);
                Attempts { count, at: now, pause, reason: refusal.reason.clone() }
            }
        };
        concerns.insert(concern, attempts);
    }
    Step::Record(tags(target, concerns, &seen.resource_id))
}

/// Where nothing else is left to do: the record without what a later try has brought about, if there is such.
pub(super) fn reached(target: &Target, resource_id: &str, now: u64) -> Option<Tags> {
    let mut concerns = target.gave_up.clone();
    concerns.retain(|_, attempts| holds(attempts, now));
    (concerns.len() < target.gave_up.len()).then(|| tags(target, concerns, resource_id))
}

fn tags(target: &Target, concerns: GivenUp, resource_id: &str) -> Tags {
    GaveUp { wish: target.wish.clone(), resource_id: resource_id.to_owned(), concerns }.to_tags()
}
