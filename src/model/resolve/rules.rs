//! What may be asked: of the catalogue, and of a service that exists.

use std::cmp::Ordering;

use super::sent;
use crate::error::{Error, FieldError, Result};
use crate::model::catalog::{storage_gib, storage_mb};
use crate::model::{
    Change, ConfigKey, Instance, ProviderCatalog, Record, Setting, Upgrades, Window, version,
};

/// What the catalogue says of a request: a plan, version, parameter or extension must be one of its, or
/// what the service already has. All that is wrong, at once.
pub(super) fn check(
    change: &Change,
    catalog: &ProviderCatalog,
    record: Option<&Record>,
    instance: Option<&Instance>,
) -> Result<()> {
    let mut wrong = Vec::new();
    let had_plan = record.and_then(|record| record.plan_id);
    if let Some(id) =
        change.plan_id.flatten().filter(|&id| catalog.plan(id).is_none() && had_plan != Some(id))
    {
        let known: Vec<_> = catalog.plans.iter().map(|plan| plan.id.to_string()).collect();
        let message = format!("there is no plan {id}; there are {}", known.join(", "));
        wrong.push(FieldError { path: "plan.id".into(), message });
    }
    let asked = sent(change, ConfigKey::Version).and_then(Setting::as_text);
    // What was wished before, and what it still runs, where that is taken back.
    let had = [
        record.map(|record| record.text(ConfigKey::Version)),
        instance.map(|instance| instance.engine_version.as_str()),
    ];
    if asked.is_some_and(|asked| {
        !catalog.versions.iter().any(|version| version == asked) && !had.contains(&Some(asked))
    }) {
        let message = format!("must be one of {}", catalog.versions.join(", "));
        wrong.push(FieldError { path: "config.version".into(), message });
    }
    check_parameters(change, catalog, record, &mut wrong);
    check_extensions(change, catalog, record, &mut wrong);
    check_windows(change, record, instance, &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(Error::fields(wrong)) }
}

/// What can never change.
pub(super) fn check_immutable(record: &Record, change: &Change) -> Result<()> {
    if let (Some(had), Some(asked)) = (record.team, change.team)
        && had != asked
    {
        return Err(immutable("teamId"));
    }
    let traits = record.provider.traits();
    for (key, default) in
        [(ConfigKey::DatabaseName, traits.default_database), (ConfigKey::UserName, traits.default_user)]
    {
        let Some(asked) = change.config.get(&key) else { continue };
        let asked = asked.as_ref().and_then(Setting::as_text);
        if asked.unwrap_or(default) != record.text(key) {
            return Err(immutable(&format!("config.{key}")));
        }
    }
    Ok(())
}

fn immutable(field: &str) -> Error {
    Error::conflict(format!("{field} cannot be changed after the service was created"))
}

/// A version never goes below what the database runs or RDS has begun to make of it (a wish for a newer one may be taken
/// back until then), and RDS must have a way to it, where that is known.
pub(super) fn check_version(
    record: &Record,
    instance: &Instance,
    change: &Change,
    catalog: &ProviderCatalog,
    upgrades: Option<&Upgrades>,
) -> Result<()> {
    let Some(asked) = sent(change, ConfigKey::Version).and_then(Setting::as_text) else { return Ok(()) };
    if asked == record.text(ConfigKey::Version) {
        return Ok(());
    }
    let has = instance.pending.engine_version.as_deref().unwrap_or(&instance.engine_version);
    let upgrades = upgrades.filter(|upgrades| upgrades.knows(has));
    let is_reachable = |candidate: &str| match upgrades {
        Some(upgrades) => upgrades.next_hop(has, candidate).is_some(),
        None => version::compare(candidate, has) == Ordering::Greater,
    };
    let order = version::compare(asked, has);
    if order == Ordering::Equal || (order == Ordering::Greater && is_reachable(asked)) {
        return Ok(());
    }
    let reachable: Vec<_> =
        catalog.versions.iter().map(String::as_str).filter(|version| is_reachable(version)).collect();
    let reachable = if reachable.is_empty() {
        "there is none it can be upgraded to".to_owned()
    } else {
        format!("it can be upgraded to {}", reachable.join(", "))
    };
    if order == Ordering::Less {
        let state = if has == instance.engine_version {
            "the database runs"
        } else {
            "RDS has begun to upgrade it to"
        };
        return Err(Error::conflict(format!("config.version cannot go down: {state} {has}; {reachable}")));
    }
    Err(Error::unsatisfiable(format!("RDS has no way from {has} to {asked}; {reachable}")))
}

/// Parameters that the service already has pass, whatever the catalogue says by now.
fn check_parameters(
    change: &Change,
    catalog: &ProviderCatalog,
    record: Option<&Record>,
    wrong: &mut Vec<FieldError>,
) {
    let Some(Setting::Parameters(asked)) = sent(change, ConfigKey::Parameters) else { return };
    let had = record.map(Record::server_parameters).unwrap_or_default();
    for (name, value) in asked.iter().filter(|(name, value)| had.get(*name) != Some(value)) {
        let problem = match catalog.parameters.get(name) {
            Some(allowed) => allowed.check(value).err(),
            None => {
                let known: Vec<_> = catalog.parameters.keys().map(String::as_str).collect();
                Some(format!("cannot be set; there are {}", known.join(", ")))
            }
        };
        if let Some(message) = problem {
            wrong.push(FieldError { path: format!("config.parameters.{name}"), message });
        }
    }
}

fn check_extensions(
    change: &Change,
    catalog: &ProviderCatalog,
    record: Option<&Record>,
    wrong: &mut Vec<FieldError>,
) {
    let Some(Setting::Names(asked)) = sent(change, ConfigKey::Extensions) else { return };
    let had = record.map(Record::extensions).unwrap_or_default();
    for name in asked.iter().filter(|name| !catalog.extensions.contains(name) && !had.contains(name)) {
        let message = format!("{name} cannot be created; there are {}", catalog.extensions.join(", "));
        wrong.push(FieldError { path: "config.extensions".into(), message });
    }
}

/// The two windows must not overlap, where both are known.
fn check_windows(
    change: &Change,
    record: Option<&Record>,
    instance: Option<&Instance>,
    wrong: &mut Vec<FieldError>,
) {
    let asks = |key| sent(change, key).is_some();
    if !asks(ConfigKey::BackupWindow) && !asks(ConfigKey::MaintenanceWindow) {
        return;
    }
    let in_force = |key, described: fn(&Instance) -> &str| {
        let asked = sent(change, key).and_then(Setting::as_text);
        let recorded = record.filter(|_| !change.config.contains_key(&key)).map(|record| record.text(key));
        let recorded = recorded.filter(|text| !text.is_empty());
        asked.or(recorded).or_else(|| instance.map(described)).unwrap_or_default().to_owned()
    };
    let backup = in_force(ConfigKey::BackupWindow, |instance| instance.backup_window.as_str());
    let maintenance = in_force(ConfigKey::MaintenanceWindow, |instance| instance.maintenance_window.as_str());
    if let (Ok(daily), Ok(weekly)) = (Window::daily(&backup), Window::weekly(&maintenance))
        && weekly.overlaps(&daily)
    {
        let path =
            if asks(ConfigKey::BackupWindow) { "config.backupWindow" } else { "config.maintenanceWindow" };
        let message =
            format!("the backup window {backup} and the maintenance window {maintenance} must not overlap");
        wrong.push(FieldError { path: path.into(), message });
    }
}

/// Storage may be asked down to what RDS has or is getting: a grow that was not applied yet may be taken back.
pub(super) fn check_storage(megabytes: u64, instance: &Instance) -> Result<()> {
    let asked = storage_gib(megabytes).map_err(Error::unsatisfiable)?;
    let floor = instance.allocated_storage.max(instance.pending.allocated_storage.unwrap_or(0));
    if asked >= floor {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "plan.parameters.storage cannot shrink: the database has {floor} GiB, which is {} MB",
        storage_mb(floor)
    )))
}
