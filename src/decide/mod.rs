//! VERBS. One pure function: from what should be and what is, the next [`Step`].
//!
//! Synchronous, no SDK, no clock, no randomness: time is an argument, so the same arguments
//! always give the same step. Waiting is a step with a reason. Nothing is created, changed or
//! deleted on [`Observed::Unknown`].

mod change;
mod delete;
mod difference;
pub mod evidence;
mod give_up;
mod group;
#[cfg(test)]
mod laws;
mod password;
pub mod step;
pub mod why;

use crate::model::desired::Target;
use crate::model::record::applied_value;
use crate::model::{Desired, Instance, Meaning, Observed, Tags, tag};
pub(crate) use difference::{drift, unlike};
pub use evidence::{Asked, Evidence, FirstPause, Login, Refusal, SnapshotEvidence, Verdict};
pub use give_up::{MOST_ATTEMPTS, retry_of};
pub(crate) use password::only_storage_pending;
pub use step::{Concern, GroupStep, Keep, Modification, Step};
pub use why::Why;

/// Observations in a row that must show RDS at rest before a wish counts as reached, or a change as
/// dropped: a status of "available" is known to flap ("available", then "backing-up", then "available").
pub const REST: u32 = 3;

/// The next step for a service. `now` is in seconds since 1970.
#[must_use]
pub fn decide(desired: &Desired, observed: &Observed<'_>, evidence: &Evidence, now: u64) -> Step {
    match (desired, observed) {
        (_, Observed::Unknown) => Step::Wait(Why::Unobserved),
        (Desired::Gone { secrets, groups, .. }, Observed::Absent) => {
            delete::leftovers(secrets, groups, evidence)
        }
        // Nothing brings back an instance that is gone: its record went with it.
        (_, Observed::Absent) => Step::Done,
        (Desired::Gone { secrets, final_snapshot, .. }, Observed::Present(seen)) => {
            delete::next(secrets, *final_snapshot, seen, evidence, now)
        }
        (Desired::Unreadable(problem), Observed::Present(_)) => Step::Wait(Why::Unreadable(problem.clone())),
        (Desired::Running(target), Observed::Present(seen)) => run(target, seen, evidence, now),
    }
}

/// Towards a running instance: passwords first (they need no outage and are never blocked by
/// storage), then what was learned is recorded, then one change of RDS.
fn run(target: &Target, seen: &Instance, evidence: &Evidence, now: u64) -> Step {
    match seen.status.meaning() {
        Meaning::Broken => return repair(target, seen, evidence, now),
        Meaning::Stopped => return Step::Wait(Why::Stopped),
        Meaning::Deleting => return Step::Wait(Why::Deleting),
        Meaning::StorageFull => return make_room(target, seen, evidence, now),
        Meaning::Ready | Meaning::InProgress => {}
    }
    if let Some(problem) = unknown_past(target) {
        return Step::Wait(Why::PastUnreadable(problem.to_owned()));
    }
    let passwords = password::next(target, seen, evidence, now);
    let all_applied = target.secrets.values().all(|secret| secret.is_applied(&seen.resource_id));
    if target.done && all_applied && passwords.is_none() {
        return Step::Done;
    }
    // Something to do goes before something to wait for.
    if let Some(step) = passwords.clone().filter(is_action) {
        return step;
    }
    let changes = if target.done {
        change::Outcome::default()
    } else {
        change::next(target, seen, evidence, passwords.is_none(), now)
    };
    if let Some(step) = changes.step {
        return step;
    }
    let mut refused = evidence.refused.clone();
    refused.extend(changes.refused);
    if !refused.is_empty() {
        return give_up::record(target, &refused, evidence.first_pause, seen, now);
    }
    let learned = learned(target, seen, evidence);
    if !learned.is_empty() {
        return Step::Record(learned);
    }
    let password = passwords.and_then(|step| match step {
        // Told below, with whatever else was given up.
        Step::Wait(Why::GaveUp(_)) => None,
        Step::Wait(why) => Some(why),
        _ => None,
    });
    if let Some(why) = [password, changes.wait].into_iter().flatten().reduce(Why::or_sooner) {
        return Step::Wait(why);
    }
    let gave_up = give_up::why(target, now);
    // What was tried again was either refused again or has been brought about since.
    let reached = give_up::reached(target, &seen.resource_id, now);
    match (gave_up, reached) {
        (None, _) if target.done => Step::Done,
        (Some(reason), None) => Step::Wait(Why::GaveUp(reason)),
        _ if evidence.at_rest < REST => Step::Wait(Why::Confirming),
        (Some(_), Some(tags)) => Step::Record(tags),
        (None, _) => Step::Record(Tags::from([(tag::DONE.to_owned(), target.wish.clone())])),
    }
}

/// What is wrong with the record of what was given up, while it would count: whether something was refused for good is not
/// guessed, and a PATCH ends it.
fn unknown_past(target: &Target) -> Option<&str> {
    target.damage.as_deref().filter(|_| !target.done)
}

/// Out of storage: the only cure is more of it, alone; until then nothing else is accepted, and
/// nobody is served.
fn make_room(target: &Target, seen: &Instance, evidence: &Evidence, now: u64) -> Step {
    if target.done || target.storage_gib <= seen.allocated_storage || unknown_past(target).is_some() {
        return Step::Wait(Why::StorageFull);
    }
    let only_storage = Target {
        version: seen.engine_version.clone(),
        class: seen.class.clone(),
        multi_az: seen.multi_az,
        backup_retention: seen.backup_retention,
        deletion_protection: seen.deletion_protection,
        backup_window: None,
        maintenance_window: None,
        parameters: group::as_they_are(target, seen),
        extensions: Vec::new(),
        // Nobody is served, so nothing is an outage.
        parks_outages: false,
        ..target.clone()
    };
    let changes = change::next(&only_storage, seen, evidence, false, now);
    if let Some(step) = changes.step {
        return step;
    }
    if !evidence.refused.is_empty() {
        return give_up::record(target, &evidence.refused, evidence.first_pause, seen, now);
    }
    Step::Wait(changes.wait.unwrap_or(Why::StorageFull))
}

/// What RDS gave up on stays as it is, but for one case that a wish can cure: parameters with which the
/// server does not start.
fn repair(target: &Target, seen: &Instance, evidence: &Evidence, now: u64) -> Step {
    let broken = Step::Wait(Why::Broken(seen.status.clone()));
    if target.done || !seen.status.is_incompatible_parameters() || unknown_past(target).is_some() {
        return broken;
    }
    group::repair(target, seen, evidence, now).unwrap_or(broken)
}

/// The tags that say which passwords were seen to work and are not recorded yet.
fn learned(target: &Target, seen: &Instance, evidence: &Evidence) -> Tags {
    let mut tags = Tags::new();
    for (&which, secret) in &target.secrets {
        if !secret.is_applied(&seen.resource_id)
            && password::verdict(which, secret, evidence) == Some(Verdict::Worked)
        {
            tags.insert(tag::applied(which), applied_value(&secret.wanted, &seen.resource_id));
        }
    }
    tags
}

fn is_action(step: &Step) -> bool {
    !matches!(step, Step::Wait(_) | Step::Done)
}

/// Why a concern must not be touched at the moment.
fn paused(evidence: &Evidence, concern: Concern, now: u64) -> Option<Why> {
    evidence.paused.get(&concern).filter(|(_, until)| now < *until).map(|(why, _)| why.clone())
}
