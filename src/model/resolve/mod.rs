//! From a request to the tags that record it: every rule about what may be asked, and nothing else.
//!
//! Defaults are resolved here, once, and pinned. A change writes only the keys it touches.

mod rules;

use super::catalog::storage_gib;
use super::record::{ClassPin, InstancePin, PlanPin};
use super::{BrokerName, Change, ConfigKey, Create, Instance, Parameter, ProviderCatalog, Record, Setting};
use super::{Tags, Upgrades, desired, tag};
use crate::error::{Error, Kind, Result};

/// A new instance, before its secrets are known: the tags that record it and what RDS is told.
#[derive(Clone, Debug)]
pub struct NewInstance {
    /// The record, without secrets.
    pub tags: Tags,
    /// Instance class.
    pub class: String,
    /// GiB.
    pub storage_gib: u32,
    /// Full version.
    pub version: String,
    /// The user's database.
    pub database: String,
    /// Whether it gets a standby in another zone.
    pub multi_az: bool,
    /// Days that automated backups are kept.
    pub backup_retention: u32,
    /// Whether it is protected against deletion by others.
    pub deletion_protection: bool,
    /// When RDS takes backups; RDS chooses where `None`.
    pub backup_window: Option<String>,
    /// When RDS maintains it; RDS chooses where `None`.
    pub maintenance_window: Option<String>,
}

/// Resolves a create.
///
/// # Errors
/// [`Kind::Invalid`] for a plan or version the catalogue does not have, [`Kind::Unsatisfiable`]
/// where no class or volume is large enough.
pub fn create(
    broker: &BrokerName,
    request: &Create,
    catalog: &ProviderCatalog,
    incarnation: &str,
    wish: &str,
) -> Result<NewInstance> {
    let change = &request.change;
    let traits = request.provider.traits();
    let plan_id = change.plan_id.flatten();
    rules::check(change, catalog, None, None)?;
    let plan_pin = plan_pin(plan_id, catalog);
    let in_force = |parameter: Parameter| {
        let sent = change.parameters.get(&parameter).copied().flatten();
        sent.or_else(|| plan_pin.parameters.get(&parameter).copied()).unwrap_or_default()
    };
    let class_pin = class_pin(in_force(Parameter::Cpu), in_force(Parameter::Memory), catalog)?;
    let storage_gib = storage_gib(in_force(Parameter::Storage)).map_err(Error::unsatisfiable)?;
    let pins = InstancePin {
        multi_az: catalog.defaults.multi_az,
        backup_retention: catalog.defaults.backup_retention_days,
        deletion_protection: catalog.defaults.deletion_protection,
        final_snapshot: catalog.defaults.final_snapshot,
    };
    let mut tags = Tags::from([
        (tag::BROKER.to_owned(), broker.to_string()),
        (tag::PROVIDER.to_owned(), request.provider.name().to_owned()),
        (tag::SERVICE.to_owned(), request.id.to_string()),
        (tag::INCARNATION.to_owned(), incarnation.to_owned()),
        (tag::WISH.to_owned(), wish.to_owned()),
        (tag::PIN_PLAN.to_owned(), plan_pin.to_tag()),
        (tag::PIN_CLASS.to_owned(), class_pin.to_tag()),
        (tag::PIN_INSTANCE.to_owned(), pins.to_tag()),
    ]);
    write_sent(change, &mut tags);
    for key in ConfigKey::ALL.iter().copied().filter(|key| key.has_pin()) {
        if sent(change, key).is_none() {
            let default = match key {
                ConfigKey::DatabaseName => traits.default_database,
                ConfigKey::UserName => traits.default_user,
                _ => catalog.default_version.as_str(),
            };
            tags.insert(tag::pin_config(key), tag::encode(Some(default)));
        }
    }
    tags.retain(|_, value| value != &tag::encode(None));
    let text = |key| sent(change, key).and_then(Setting::as_text).map(str::to_owned);
    let flag = |key, default| match sent(change, key) {
        Some(Setting::Flag(flag)) => *flag,
        _ => default,
    };
    Ok(NewInstance {
        class: class_pin.class,
        storage_gib,
        version: text(ConfigKey::Version).unwrap_or_else(|| catalog.default_version.clone()),
        database: text(ConfigKey::DatabaseName).unwrap_or_else(|| traits.default_database.to_owned()),
        multi_az: flag(ConfigKey::MultiAz, pins.multi_az),
        backup_retention: match sent(change, ConfigKey::BackupRetentionDays) {
            Some(Setting::Number(days)) => *days,
            _ => pins.backup_retention,
        },
        deletion_protection: flag(ConfigKey::DeletionProtection, pins.deletion_protection),
        backup_window: text(ConfigKey::BackupWindow),
        maintenance_window: text(ConfigKey::MaintenanceWindow),
        tags: checked(tags)?,
    })
}

/// A config value that was sent and is not null.
fn sent(change: &Change, key: ConfigKey) -> Option<&Setting> {
    change.config.get(&key).and_then(Option::as_ref)
}

/// Resolves an update: the tags that differ from the record, without secrets and wish; empty
/// where the record already says all that was asked.
///
/// # Errors
/// [`Kind::Conflict`] for an immutable field, less storage than RDS has or is getting, or an
/// older version; [`Kind::Unsatisfiable`] for a version to which RDS has no way (where `upgrades` is
/// known); otherwise as [`create`].
pub fn update(
    record: &Record,
    instance: &Instance,
    change: &Change,
    catalog: &ProviderCatalog,
    upgrades: Option<&Upgrades>,
) -> Result<Tags> {
    rules::check_immutable(record, change)?;
    rules::check(change, catalog, Some(record), Some(instance))?;
    rules::check_version(record, instance, change, catalog, upgrades)?;
    let mut tags = Tags::new();
    write_sent(change, &mut tags);

    // The wish as it will be, to see what it means in classes and GiB.
    let mut after = record.clone();
    if let Some(plan_id) = change.plan_id {
        after.plan_id = plan_id;
        if record.plan_id != plan_id {
            after.plan_pin = plan_pin(plan_id, catalog);
            tags.insert(tag::PIN_PLAN.to_owned(), after.plan_pin.to_tag());
        }
    }
    for (&parameter, &value) in &change.parameters {
        match value {
            Some(value) => after.parameters.insert(parameter, value),
            None => after.parameters.remove(&parameter),
        };
    }
    let in_force = |record: &Record, parameter| desired::parameter(record, parameter, catalog);
    let size = |record: &Record| (in_force(record, Parameter::Cpu), in_force(record, Parameter::Memory));
    let (cpu, memory) = size(&after);
    if (cpu, memory) != size(record) {
        tags.insert(tag::PIN_CLASS.to_owned(), class_pin(cpu, memory, catalog)?.to_tag());
    }
    let storage = in_force(&after, Parameter::Storage);
    if storage != in_force(record, Parameter::Storage) {
        rules::check_storage(storage, instance)?;
    }
    for key in ConfigKey::ALL.iter().copied().filter(|key| key.has_pin()) {
        if change.config.get(&key) == Some(&None) {
            // Back to the default: what the service has now, so that a later edit of the catalogue changes nothing.
            tags.insert(tag::pin_config(key), tag::encode(Some(record.text(key))));
        }
    }
    tags.retain(|key, value| instance.tags.get(key) != Some(value));
    // What is null and was never sent needs no tag.
    tags.retain(|key, value| value != &tag::encode(None) || instance.tags.contains_key(key));
    checked(tags)
}

/// Writes what was sent, key by key.
fn write_sent(change: &Change, tags: &mut Tags) {
    if let Some(team) = change.team {
        tags.insert(tag::TEAM.to_owned(), team.to_string());
    }
    if let Some(subdomain) = &change.subdomain {
        tags.insert(tag::SUBDOMAIN.to_owned(), tag::encode(subdomain.as_deref()));
    }
    if let Some(plan_id) = change.plan_id {
        tags.insert(tag::PLAN_ID.to_owned(), tag::encode(plan_id.map(|id| id.to_string()).as_deref()));
    }
    for (&parameter, value) in &change.parameters {
        let value = value.map(|value| value.to_string());
        tags.insert(tag::parameter(parameter), tag::encode(value.as_deref()));
    }
    for (&key, value) in &change.config {
        let text = value.as_ref().map(Setting::to_text);
        if key.is_list() {
            tags.extend(tag::list(key, text.as_deref()));
        } else {
            tags.insert(tag::config(key), tag::encode(text.as_deref()));
        }
    }
}

/// The plan's parameters, or the provider's defaults.
fn plan_pin(plan_id: Option<i64>, catalog: &ProviderCatalog) -> PlanPin {
    let plan = plan_id.and_then(|id| catalog.plan(id));
    let parameters = plan.map_or(&catalog.defaults.parameters, |plan| &plan.parameters);
    PlanPin { plan_id, parameters: parameters.clone() }
}

fn class_pin(cpu: u64, memory: u64, catalog: &ProviderCatalog) -> Result<ClassPin> {
    let class = catalog.class_for(cpu, memory).map_err(Error::unsatisfiable)?;
    Ok(ClassPin { class: class.name.clone(), cpu, memory })
}

/// Nothing is written that RDS would refuse or cut.
fn checked(tags: Tags) -> Result<Tags> {
    for &key in ConfigKey::ALL {
        let past_the_last = format!("{}.{}", tag::config(key), tag::most_chunks(key));
        if tags.contains_key(&past_the_last) {
            return Err(Error::new(Kind::Invalid, format!("config.{key} is too long to be stored")));
        }
    }
    match tags.iter().find(|(_, value)| value.chars().count() > tag::LONGEST_VALUE) {
        Some((key, _)) => {
            let field = key.trim_start_matches("codesphere:").replace('/', ".");
            Err(Error::new(Kind::Invalid, format!("{field} is too long to be stored")))
        }
        None => Ok(tags),
    }
}
