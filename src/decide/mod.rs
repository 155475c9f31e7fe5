//! VERBS. One pure function: from what should be and what is, the next [`Step`].
//!
//! Synchronous, no SDK, no clock, no randomness: time is an argument, so the same arguments
//! always give the same step. Waiting is a step with a reason. Nothing is created, changed or
//! deleted on [`Observed::Unknown`].

mod change;
#[cfg(test)]
mod laws;
mod password;
pub mod step;

use crate::model::desired::Target;
use crate::model::record::{GaveUp, applied_value};
use crate::model::{Desired, Instance, Meaning, Observed, Tags, tag};
pub(crate) use change::differences;
pub(crate) use password::only_storage_pending;
pub use step::{Concern, Evidence, Login, Modification, Refusal, Step, Verdict, Why};

/// How often a change is tried that RDS refuses for a passing reason.
pub const MOST_ATTEMPTS: u32 = 5;
/// Seconds before the second try; doubled for each further one.
pub const FIRST_RETRY_AFTER: u64 = 15 * 60;

/// The next step for a service. `now` is in seconds since 1970.
#[must_use]
pub fn decide(desired: &Desired, observed: &Observed, evidence: &Evidence, now: u64) -> Step {
    match (desired, observed) {
        (_, Observed::Unknown) => Step::Wait(Why::Unobserved),
        // It was quicker to go than its secrets.
        (Desired::Gone { secrets, .. }, Observed::Absent)
            if !evidence.secrets_deleted && !secrets.is_empty() =>
        {
            Step::DeleteSecrets(secrets.clone())
        }
        // Nothing brings back an instance that is gone: its record went with it.
        (_, Observed::Absent) => Step::Done,
        (Desired::Gone { secrets, final_snapshot }, Observed::Present(seen)) => {
            delete(secrets, *final_snapshot, seen, evidence, now)
        }
        (Desired::Unreadable(problem), Observed::Present(_)) => Step::Wait(Why::Unreadable(problem.clone())),
        (Desired::Running(target), Observed::Present(seen)) => run(target, seen, evidence, now),
    }
}

/// Towards a running instance: passwords first (they need no outage and are never blocked by
/// storage), then what was learned is recorded, then one change of RDS.
fn run(target: &Target, seen: &Instance, evidence: &Evidence, now: u64) -> Step {
    match seen.status.meaning() {
        Meaning::Broken => return Step::Wait(Why::Broken(seen.status.to_string())),
        Meaning::Stopped => return Step::Wait(Why::Stopped),
        Meaning::Deleting => return Step::Wait(Why::Deleting),
        // The only cure is more storage, alone; until then nothing else is accepted, and nobody is served.
        Meaning::StorageFull if target.done || target.storage_gib <= seen.allocated_storage => {
            return Step::Wait(Why::StorageFull);
        }
        Meaning::StorageFull => {
            return change::next(target, seen, evidence, now).unwrap_or(Step::Wait(Why::StorageFull));
        }
        Meaning::Ready | Meaning::InProgress => {}
    }
    let given_up = given_up(target, seen, evidence, now);
    if let Some(record @ Step::Record(_)) = given_up {
        return record;
    }
    let mut passwords = password::next(target, seen, evidence, now);
    if matches!(passwords, Some(Step::Modify(_))) && given_up.is_some() {
        passwords.clone_from(&given_up);
    }
    let all_applied = target.secrets.values().all(|secret| secret.is_applied(&seen.resource_id));
    if target.done && all_applied && passwords.is_none() {
        return Step::Done;
    }
    if let Some(step) = &passwords
        && !matches!(step, Step::Wait(_))
    {
        return step.clone();
    }
    let change = change::next(target, seen, evidence, now).map(|step| match step {
        Step::Modify(_) => given_up.unwrap_or(step),
        other => other,
    });
    let learned = learned(target, seen, evidence, change.is_none() && passwords.is_none());
    if !learned.is_empty() {
        return Step::Record(learned);
    }
    // Something to do goes before something to wait for.
    match (change, passwords) {
        (Some(step), _) if !matches!(step, Step::Wait(_)) => step,
        (Some(wait), None) | (_, Some(wait)) => wait,
        (None, None) => Step::Done,
    }
}

/// A refusal that is not recorded yet is; one that is recorded holds, until it is to be tried again.
fn given_up(target: &Target, seen: &Instance, evidence: &Evidence, now: u64) -> Option<Step> {
    if let Some(refusal) = evidence.refused.as_ref().filter(|refusal| refusal.wish == target.wish) {
        let gave_up = give_up(target.gave_up.as_ref(), refusal, &seen.resource_id, now);
        return Some(Step::Record(Tags::from([(tag::GAVE_UP.to_owned(), gave_up.to_tag())])));
    }
    let gave_up = target.gave_up.as_ref()?;
    let pause = FIRST_RETRY_AFTER << gave_up.attempts.saturating_sub(1).min(MOST_ATTEMPTS);
    let holds = gave_up.attempts >= MOST_ATTEMPTS || now < gave_up.at.saturating_add(pause);
    holds.then(|| Step::Wait(Why::GaveUp(gave_up.reason.clone())))
}

/// The tags that say what was seen and is not recorded yet.
fn learned(target: &Target, seen: &Instance, evidence: &Evidence, all_matches: bool) -> Tags {
    let mut tags = Tags::new();
    for (&which, secret) in &target.secrets {
        if !secret.is_applied(&seen.resource_id)
            && password::verdict(which, secret, evidence) == Some(Verdict::Worked)
        {
            tags.insert(tag::applied(which), applied_value(&secret.wanted, &seen.resource_id));
        }
    }
    if all_matches && !target.done {
        tags.insert(tag::DONE.to_owned(), target.wish.clone());
    }
    tags
}

/// Towards nothing: protection off, the instance, its secrets.
fn delete(secrets: &[String], final_snapshot: bool, seen: &Instance, evidence: &Evidence, now: u64) -> Step {
    if seen.status.meaning() == Meaning::Deleting {
        return if evidence.secrets_deleted || secrets.is_empty() {
            Step::Wait(Why::Deleting)
        } else {
            Step::DeleteSecrets(secrets.to_vec())
        };
    }
    if seen.deletion_protection {
        return match paused(evidence, Concern::Protection, now) {
            Some(why) => Step::Wait(why),
            None => Step::Modify(Modification::DeletionProtection(false)),
        };
    }
    if let Some(why) = paused(evidence, Concern::Deletion, now) {
        return Step::Wait(why);
    }
    if !final_snapshot || seen.status.is_creating() || seen.status.meaning() == Meaning::Broken {
        // Nothing worth keeping is in an instance that was never finished, and RDS refuses to
        // take a snapshot of one that it gave up on.
        return Step::Delete { final_snapshot: None };
    }
    match seen.status.meaning() {
        Meaning::Ready => Step::Delete { final_snapshot: Some(final_snapshot_name(seen)) },
        _ => Step::Wait(Why::FinalSnapshot(seen.status.to_string())),
    }
}

/// Unique to this life of the identifier, and the same for every attempt to delete it.
fn final_snapshot_name(seen: &Instance) -> String {
    format!("{}-final-{}", seen.identifier, seen.resource_id.to_ascii_lowercase())
}

/// Why a concern must not be touched at the moment.
fn paused(evidence: &Evidence, concern: Concern, now: u64) -> Option<Why> {
    evidence.paused.get(&concern).filter(|(_, until)| now < *until).map(|(why, _)| why.clone())
}

/// The give-up to record after a refusal: kept with the wish, spaced and bounded.
#[must_use]
pub fn give_up(previous: Option<&GaveUp>, refusal: &Refusal, resource_id: &str, now: u64) -> GaveUp {
    let attempts = if refusal.passing {
        previous.map_or(0, |gave_up| gave_up.attempts).saturating_add(1)
    } else {
        MOST_ATTEMPTS
    };
    GaveUp {
        wish: refusal.wish.clone(),
        resource_id: resource_id.to_owned(),
        attempts,
        at: now,
        reason: refusal.reason.clone(),
    }
}
