//! Which of the described values differ from the wish, and which of them may change now.
//!
//! One concern per call: the storage lock rejects a whole ModifyDBInstance and must not hold up
//! anything else. Only what differs is ever sent.

use super::step::{Concern, Evidence, Modification, Step, Why};
use super::{Target, paused};
use crate::model::version::{compare, major};
use crate::model::{Instance, Meaning};

/// From this size on a gp3 volume is striped and has IOPS that may, and then must, be sent with it
/// (RDS user guide, "gp3 storage").
const STRIPED_FROM_GIB: u32 = 400;
/// IOPS that a striped gp3 volume has at least.
const STRIPED_IOPS: u32 = 12_000;

/// The next step about the instance itself; `None` when it matches the wish.
pub(super) fn next(target: &Target, seen: &Instance, evidence: &Evidence, now: u64) -> Option<Step> {
    let differs = differences(target, seen);
    if differs.is_empty() {
        return settling(seen).map(Step::Wait);
    }
    let mut wait = None;
    for modification in differs {
        match obstacle(&modification, seen, evidence, now) {
            None => return Some(Step::Modify(modification)),
            Some(why) => wait = wait.or(Some(Step::Wait(why))),
        }
    }
    wait
}

/// Everything that differs, in the order it is to be changed: a version before a class (the
/// current version decides which classes are possible), storage before both where it ran out.
pub(crate) fn differences(target: &Target, seen: &Instance) -> Vec<Modification> {
    let mut all = Vec::new();
    if target.storage_gib > seen.allocated_storage {
        all.push(storage(target.storage_gib, seen.allocated_storage));
    }
    if compare(&target.version, &seen.engine_version).is_gt() {
        let is_major = major(&target.version) != major(&seen.engine_version);
        all.push(Modification::Version { to: target.version.clone(), major: is_major });
    }
    if target.class != seen.class {
        all.push(Modification::Class(target.class.clone()));
    }
    if target.multi_az != seen.multi_az {
        all.push(Modification::MultiAz(target.multi_az));
    }
    if target.backup_retention != seen.backup_retention {
        all.push(Modification::BackupRetention(target.backup_retention));
    }
    if target.deletion_protection != seen.deletion_protection {
        all.push(Modification::DeletionProtection(target.deletion_protection));
    }
    all
}

/// RDS refuses growth of less than a tenth, so that much is asked for.
fn storage(wanted: u32, has: u32) -> Modification {
    let gib = wanted.max(has.saturating_add(has.div_ceil(10)));
    Modification::Storage { gib, iops: (gib >= STRIPED_FROM_GIB).then_some(STRIPED_IOPS) }
}

/// Why this change cannot be asked for now.
fn obstacle(modification: &Modification, seen: &Instance, evidence: &Evidence, now: u64) -> Option<Why> {
    let concern = modification.concern();
    if is_pending(modification, seen) {
        return Some(Why::Applying(concern));
    }
    if let Some(why) = paused(evidence, concern, now) {
        return Some(why);
    }
    match (seen.status.meaning(), concern) {
        (Meaning::StorageFull, Concern::Storage) => None,
        (Meaning::Ready, Concern::Storage) if !seen.status.accepts_storage() => Some(Why::StorageOptimizing),
        (Meaning::Ready, _) => None,
        _ if seen.status.is_creating() => Some(Why::Creating),
        _ => Some(Why::Busy(seen.status.to_string())),
    }
}

/// Whether RDS has accepted exactly this and not finished it.
fn is_pending(modification: &Modification, seen: &Instance) -> bool {
    let pending = &seen.pending;
    match modification {
        Modification::SuperuserPassword { .. } => pending.password,
        Modification::Version { to, .. } => {
            pending.engine_version.as_ref().is_some_and(|version| compare(version, to).is_eq())
        }
        Modification::Storage { gib, .. } => pending.allocated_storage.is_some_and(|pending| pending >= *gib),
        Modification::Class(class) => pending.class.as_ref() == Some(class),
        Modification::MultiAz(multi_az) => pending.multi_az == Some(*multi_az),
        Modification::BackupRetention(days) => pending.backup_retention == Some(*days),
        Modification::DeletionProtection(_) => false,
    }
}

/// Values match, but RDS is not at rest: "available" alone is not "done".
fn settling(seen: &Instance) -> Option<Why> {
    if seen.status.is_creating() {
        return Some(Why::Creating);
    }
    let pending = &seen.pending;
    let nothing_pending = pending.class.is_none()
        && pending.allocated_storage.is_none()
        && pending.engine_version.is_none()
        && pending.multi_az.is_none()
        && pending.backup_retention.is_none()
        && !pending.password
        && !seen.applying;
    let at_rest = seen.status.meaning() == Meaning::Ready && nothing_pending;
    (!at_rest).then(|| Why::Busy(seen.status.to_string()))
}
