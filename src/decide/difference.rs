//! Which of the described values differ from the wish. Only these are ever sent.

use super::step::Modification;
use crate::model::desired::Target;
use crate::model::version::compare;
use crate::model::{Instance, Pending, Status};

/// From this size on a gp3 volume is striped and has IOPS that may, and then must, be sent with it
/// (RDS user guide, "gp3 storage"; the same for PostgreSQL, MySQL and MariaDB).
const STRIPED_FROM_GIB: u32 = 400;
/// IOPS that a striped gp3 volume has at least.
const STRIPED_IOPS: u32 = 12_000;
/// The largest volume, in GiB.
const LARGEST_GIB: u32 = 65_536;

/// Everything about the instance itself that differs, in the order it is to be changed: storage
/// first, since it may have run out; a version before a class, since the current version decides
/// which classes are possible.
pub(super) fn differences(target: &Target, seen: &Instance) -> Vec<Modification> {
    let mut all = Vec::new();
    if target.storage_gib > seen.allocated_storage {
        all.push(storage(target.storage_gib, seen));
    }
    if compare(&target.version, &seen.engine_version).is_gt() {
        let traits = target.provider.traits();
        let major = traits.major(&target.version) != traits.major(&seen.engine_version);
        all.push(Modification::Version { to: target.version.clone(), major, group: None });
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
    let maintenance = target.maintenance_window.clone().filter(|window| *window != seen.maintenance_window);
    if let Some(window) = target.backup_window.clone().filter(|window| *window != seen.backup_window) {
        all.push(Modification::BackupWindow { window, maintenance: maintenance.clone() });
    }
    all.extend(maintenance.map(Modification::MaintenanceWindow));
    all
}

/// What someone changed in AWS since the wish was reached, and a PATCH can put back. More storage or a
/// newer version is no drift: RDS does both by itself.
pub(crate) fn drift(target: &Target, seen: &Instance) -> Vec<Modification> {
    if !target.done {
        return Vec::new();
    }
    let mut all = unlike(target, seen);
    all.retain(|difference| {
        !matches!(difference, Modification::Storage { .. } | Modification::Version { .. })
    });
    all
}

/// Everything in which the instance is not what is wished, reached or not: what someone changed in AWS, and
/// what is still to be done. More storage or a newer version than wished is neither.
pub(crate) fn unlike(target: &Target, seen: &Instance) -> Vec<Modification> {
    let mut all = differences(target, seen);
    if !target.parameters.is_empty() && !seen.parameter_group.name.starts_with(&target.group_prefix) {
        all.push(Modification::ParameterGroup(seen.parameter_group.name.clone()));
    }
    all
}

/// Growth to at least `wanted` GiB. RDS refuses less than a tenth of what there is, so that much is asked for,
/// and where the volume has IOPS of its own they travel along, though unchanged.
pub(super) fn storage(wanted: u32, seen: &Instance) -> Modification {
    let has = seen.allocated_storage;
    let gib = wanted.max(has.saturating_add(has.div_ceil(10))).min(LARGEST_GIB);
    let iops = match seen.storage_type.as_str() {
        "gp3" => (gib >= STRIPED_FROM_GIB).then(|| {
            // Below the boundary a volume describes IOPS that it may not be given.
            let own = if has >= STRIPED_FROM_GIB { seen.iops.unwrap_or(0) } else { 0 };
            own.max(STRIPED_IOPS)
        }),
        "io1" | "io2" => seen.iops,
        _ => None,
    };
    // RDS grows it by itself up to a limit, which must stay a tenth above what is allocated.
    let least_limit = gib.saturating_add(gib.div_ceil(10)).min(LARGEST_GIB);
    let limit = seen.max_allocated_storage.filter(|limit| *limit < least_limit).map(|_| least_limit);
    Modification::Storage { gib, iops, limit }
}

/// Whether RDS has accepted exactly this and not finished it.
pub(super) fn is_pending(modification: &Modification, pending: &Pending) -> bool {
    match modification {
        Modification::SuperuserPassword { .. } => pending.password,
        Modification::Version { to, .. } => {
            pending.engine_version.as_ref().is_some_and(|version| compare(version, to).is_eq())
        }
        Modification::Storage { gib, .. } => pending.allocated_storage.is_some_and(|pending| pending >= *gib),
        Modification::Class(class) => pending.class.as_ref() == Some(class),
        Modification::MultiAz(multi_az) => pending.multi_az == Some(*multi_az),
        Modification::BackupRetention(days) => pending.backup_retention == Some(*days),
        Modification::DeletionProtection(_)
        | Modification::BackupWindow { .. }
        | Modification::MaintenanceWindow(_)
        | Modification::ParameterGroup(_) => false,
    }
}

/// Whether users notice while it is applied (RDS user guide, "Available settings" of ModifyDBInstance).
pub(super) fn causes_outage(modification: &Modification, seen: &Instance) -> bool {
    match modification {
        Modification::Version { .. } | Modification::Class(_) => true,
        Modification::BackupRetention(days) => (*days == 0) != (seen.backup_retention == 0),
        _ => false,
    }
}

/// Whether storage can be grown in this status.
pub(super) fn accepts_storage(status: &Status) -> bool {
    status.accepts_storage()
}
