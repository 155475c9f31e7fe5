//! Towards nothing: protection off, the instance with what is to be kept of it, its secrets, its groups.

use super::difference::storage;
use super::evidence::{Evidence, SnapshotEvidence};
use super::paused;
use super::step::{Concern, Keep, Modification, Step};
use super::why::Why;
use crate::model::{Instance, Meaning};

/// What is left once the instance is gone: its secrets, where it was quicker to go, and its parameter
/// groups, which RDS does not delete while an instance uses them.
pub(super) fn leftovers(secrets: &[String], groups: &[String], evidence: &Evidence) -> Step {
    if !evidence.secrets_deleted && !secrets.is_empty() {
        return Step::DeleteSecrets(secrets.to_vec());
    }
    if !evidence.groups_deleted && !groups.is_empty() {
        return Step::DeleteGroups(groups.to_vec());
    }
    Step::Done
}

/// The next step while the instance is there.
pub(super) fn next(
    secrets: &[String],
    final_snapshot: bool,
    seen: &Instance,
    evidence: &Evidence,
    now: u64,
) -> Step {
    let meaning = seen.status.meaning();
    if meaning == Meaning::Deleting {
        return if evidence.secrets_deleted || secrets.is_empty() {
            Step::Wait(Why::Deleting)
        } else {
            Step::DeleteSecrets(secrets.to_vec())
        };
    }
    // RDS changes nothing about a stopped instance; whether it takes a final snapshot of one is
    // documented nowhere, so it is asked first.
    let needs_start = seen.deletion_protection || evidence.snapshot == SnapshotEvidence::NeedsStart;
    if meaning == Meaning::Stopped && needs_start {
        return unless_paused(Step::Start, Concern::Deletion, evidence, now);
    }
    if seen.deletion_protection {
        return match meaning {
            // RDS changes nothing about it now.
            Meaning::InProgress if seen.status.is_creating() => Step::Wait(Why::Creating),
            Meaning::InProgress => Step::Wait(Why::Busy(seen.status.to_string())),
            Meaning::StorageFull => make_room(seen, evidence, now),
            _ => {
                let step = Step::Modify(Modification::DeletionProtection(false));
                unless_paused(step, Concern::Protection, evidence, now)
            }
        };
    }
    match keep(final_snapshot, seen, evidence, now) {
        Ok(keep) => unless_paused(Step::Delete(keep), Concern::Deletion, evidence, now),
        Err(step) => step,
    }
}

/// A little more storage: of one that is out of it RDS takes nothing else.
fn make_room(seen: &Instance, evidence: &Evidence, now: u64) -> Step {
    if seen.pending.allocated_storage.is_some() {
        return Step::Wait(Why::Applying(Concern::Storage));
    }
    unless_paused(Step::Modify(storage(0, seen)), Concern::Storage, evidence, now)
}

/// What is kept, or what has to be done or waited for before.
fn keep(final_snapshot: bool, seen: &Instance, evidence: &Evidence, now: u64) -> Result<Keep, Step> {
    // Nothing worth keeping is in an instance that was never finished.
    if !final_snapshot || seen.status.is_creating() {
        return Ok(Keep::Nothing);
    }
    if evidence.snapshot == SnapshotEvidence::Taken {
        // Taken by an earlier try, after which RDS went on running the database: what was written since is in the backups.
        return Ok(Keep::Backups);
    }
    match seen.status.meaning() {
        // RDS refuses to take a snapshot of one that it gave up on.
        Meaning::Broken => Ok(Keep::Backups),
        Meaning::StorageFull if seen.backup_retention > 0 => Ok(Keep::Backups),
        // No backups and no room: with a little more storage a snapshot can be taken.
        Meaning::StorageFull => Err(make_room(seen, evidence, now)),
        Meaning::Ready | Meaning::Stopped => Ok(Keep::Snapshot(final_snapshot_name(seen))),
        Meaning::InProgress | Meaning::Deleting => {
            Err(Step::Wait(Why::FinalSnapshot(seen.status.to_string())))
        }
    }
}

/// What RDS has just accepted is not asked again before it must have become visible.
fn unless_paused(step: Step, concern: Concern, evidence: &Evidence, now: u64) -> Step {
    let asked = evidence.asked.get(&concern).is_some_and(|asked| now < asked.visible_by);
    let why = paused(evidence, concern, now).or_else(|| asked.then_some(Why::Applying(concern)));
    why.map_or(step, Step::Wait)
}

/// Unique to this life of the identifier, and the same for every attempt to delete it.
fn final_snapshot_name(seen: &Instance) -> String {
    format!("{}-final-{}", seen.identifier, seen.resource_id.to_ascii_lowercase())
}
