//! Giving up: bounded, spaced, recorded with the wish, ended by a new one.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Evidence, FirstPause, Refusal};
use super::step::{Concern, Step};
use crate::model::desired::Target;
use crate::model::record::GaveUp;

/// How often a change is tried that RDS refuses for a passing reason.
pub const MOST_ATTEMPTS: u32 = 5;

/// The give-up that holds at the moment.
pub(super) fn holding(target: &Target, now: u64) -> Option<&GaveUp> {
    let gave_up = target.gave_up.as_ref()?;
    let holds = gave_up.attempts >= MOST_ATTEMPTS || now < again_at(gave_up);
    holds.then_some(gave_up)
}

/// When what was given up for a wish is tried again, in seconds since 1970; `None` where nothing was, or for good.
#[must_use]
pub fn retry_of(target: &Target) -> Option<u64> {
    target.gave_up.as_ref().filter(|gave_up| gave_up.attempts < MOST_ATTEMPTS).map(again_at)
}

fn again_at(gave_up: &GaveUp) -> u64 {
    gave_up.at.saturating_add(gave_up.pause)
}

/// Whether a concern was refused, just now or on record: all others go on.
pub(super) fn blocks(target: &Target, evidence: &Evidence, concern: Concern, now: u64) -> bool {
    evidence.refused.contains_key(&concern)
        || holding(target, now).is_some_and(|gave_up| gave_up.concerns.contains(concern.name()))
}

/// Writes down what was refused, with what was refused before for the same wish.
pub(super) fn record(
    target: &Target,
    refused: &BTreeMap<Concern, Refusal>,
    first_pause: FirstPause,
    resource_id: &str,
    now: u64,
) -> Step {
    let previous = target.gave_up.as_ref();
    let mut concerns: BTreeSet<String> = refused.keys().map(|concern| concern.name().to_owned()).collect();
    let mut reasons: Vec<&str> = refused.values().map(|refusal| refusal.reason.as_str()).collect();
    let mut attempts = previous.map_or(0, |previous| previous.attempts) + 1;
    if let Some(held) = holding(target, now) {
        // Something else of this wish was given up already, and is not tried again any sooner.
        concerns.extend(held.concerns.iter().cloned());
        attempts = held.attempts;
        reasons.push(&held.reason);
    }
    if refused.values().any(|refusal| !refusal.passing) {
        attempts = MOST_ATTEMPTS;
    }
    reasons.dedup();
    let attempts = attempts.min(MOST_ATTEMPTS);
    let gave_up = GaveUp {
        wish: target.wish.clone(),
        concerns,
        resource_id: resource_id.to_owned(),
        attempts,
        at: now,
        pause: first_pause.0 << attempts.saturating_sub(1),
        reason: reasons.join(" "),
    };
    Step::Record(gave_up.to_tags())
}
