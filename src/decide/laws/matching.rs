//! Whether RDS has what was wished for, said by someone else than the code that decides.

use std::collections::BTreeMap;

use super::rds::Rds;
use super::worker::is_of_family;
use crate::decide::Concern;
use crate::model::desired::Target;
use crate::model::version::compare;
use crate::model::{ApplyStatus, Which, group};

/// Everything in which an instance is not as wished, by the names that concerns have in tags; `user` for the user's password.
pub(super) fn differing(target: &Target, rds: &Rds) -> Vec<&'static str> {
    let seen = &rds.instance;
    let has = |wish: &Option<String>, is: &String| wish.as_ref().is_none_or(|wish| wish == is);
    let checks = [
        (Concern::Class.name(), seen.class == target.class),
        (Concern::Storage.name(), seen.allocated_storage >= target.storage_gib),
        (Concern::Version.name(), compare(&seen.engine_version, &target.version).is_ge()),
        (Concern::Retention.name(), seen.backup_retention == target.backup_retention),
        (Concern::MultiAz.name(), seen.multi_az == target.multi_az),
        (Concern::Protection.name(), seen.deletion_protection == target.deletion_protection),
        (Concern::BackupWindow.name(), has(&target.backup_window, &seen.backup_window)),
        (Concern::MaintenanceWindow.name(), has(&target.maintenance_window, &seen.maintenance_window)),
        (Concern::Password.name(), rds.superuser_password == target.secrets[&Which::Superuser].wanted),
        ("user", rds.user_password.as_ref() == Some(&target.secrets[&Which::User].wanted)),
        (Concern::Extensions.name(), rds.has_extensions || target.extensions.is_empty()),
        (Concern::Parameters.name(), has_parameters(target, rds)),
    ];
    checks.into_iter().filter(|(_, is_so)| !is_so).map(|(name, _)| name).collect()
}

/// That the server runs with exactly these parameters, in a group of its own only where there are any.
fn has_parameters(target: &Target, rds: &Rds) -> bool {
    let used = &rds.instance.parameter_group;
    let values = rds.groups.get(&used.name).cloned().unwrap_or_default();
    let wanted: BTreeMap<_, _> =
        target.parameters.iter().map(|(name, wanted)| (name.clone(), wanted.value.clone())).collect();
    values == wanted
        && used.status == ApplyStatus::InSync
        && !rds.needs_reboot
        && is_of_family(&used.name, &rds.instance.engine_version)
        && group::is_default(&used.name) == target.parameters.is_empty()
}
