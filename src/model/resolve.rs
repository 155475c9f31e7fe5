//! From a request to the tags that record it: every rule about what may be asked, and nothing else.
//!
//! Defaults are resolved here, once, and pinned. A change writes only the keys it touches.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::catalog::storage_gib;
use super::desired;
use super::record::{ClassPin, InstancePin, PlanPin};
use super::{BrokerName, Change, ConfigKey, Create, Instance, Parameter, ProviderCatalog, Record, Tags};
use super::{tag, version};
use crate::error::{Error, FieldError, Kind, Result};

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
    /// The rest.
    pub pins: InstancePin,
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
    check_names(change, catalog, None)?;
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
    let mut config = BTreeMap::new();
    for &key in ConfigKey::ALL {
        let sent = change.config.get(&key).cloned().flatten();
        if sent.is_none() {
            let default = match key {
                ConfigKey::Version => catalog.default_version.as_str(),
                ConfigKey::DatabaseName => traits.default_database,
                ConfigKey::UserName => traits.default_user,
            };
            tags.insert(tag::pin_config(key), tag::encode(Some(default)));
            config.insert(key, default.to_owned());
        } else if let Some(value) = sent {
            config.insert(key, value);
        }
    }
    tags.retain(|_, value| value != &tag::encode(None));
    let mut take = |key: ConfigKey| config.remove(&key).unwrap_or_default();
    Ok(NewInstance {
        class: class_pin.class,
        storage_gib,
        version: take(ConfigKey::Version),
        database: take(ConfigKey::DatabaseName),
        pins,
        tags: checked(tags)?,
    })
}

/// Resolves an update: the tags that differ from the record, without secrets and wish; empty
/// where the record already says all that was asked.
///
/// # Errors
/// [`Kind::Conflict`] for an immutable field, less storage than RDS has or is getting, or an
/// older version; otherwise as [`create`].
pub fn update(
    record: &Record,
    instance: &Instance,
    change: &Change,
    catalog: &ProviderCatalog,
) -> Result<Tags> {
    check_immutable(record, change)?;
    check_names(change, catalog, Some(record))?;
    check_version(record, instance, change, catalog)?;
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
        check_storage(storage, instance)?;
    }
    if change.config.get(&ConfigKey::Version) == Some(&None) {
        // Back to the default: what the service has now, so that a later edit of the catalogue changes nothing.
        let version = record.config(ConfigKey::Version);
        tags.insert(tag::pin_config(ConfigKey::Version), tag::encode(Some(version)));
    }
    for key in [ConfigKey::DatabaseName, ConfigKey::UserName] {
        if change.config.get(&key) == Some(&None) {
            tags.insert(tag::pin_config(key), tag::encode(Some(record.config(key))));
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
        tags.insert(tag::config(key), tag::encode(value.as_deref()));
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

/// A plan or version must be one of the catalogue's, or the one the service already has.
fn check_names(change: &Change, catalog: &ProviderCatalog, record: Option<&Record>) -> Result<()> {
    let mut wrong = Vec::new();
    let had_plan = record.and_then(|record| record.plan_id);
    if let Some(id) =
        change.plan_id.flatten().filter(|&id| catalog.plan(id).is_none() && had_plan != Some(id))
    {
        let known: Vec<_> = catalog.plans.iter().map(|plan| plan.id.to_string()).collect();
        let message = format!("there is no plan {id}; there are {}", known.join(", "));
        wrong.push(FieldError { path: "plan.id".into(), message });
    }
    let asked = change.config.get(&ConfigKey::Version).and_then(Option::as_ref);
    let had = record.map(|record| record.config(ConfigKey::Version));
    if asked.is_some_and(|asked| !catalog.versions.contains(asked) && had != Some(asked)) {
        let message = format!("must be one of {}", catalog.versions.join(", "));
        wrong.push(FieldError { path: "config.version".into(), message });
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::fields(wrong)) }
}

fn check_immutable(record: &Record, change: &Change) -> Result<()> {
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
        if asked.as_deref().unwrap_or(default) != record.config(key) {
            return Err(immutable(&format!("config.{key}")));
        }
    }
    Ok(())
}

fn immutable(field: &str) -> Error {
    Error::conflict(format!("{field} cannot be changed after the service was created"))
}

fn check_version(
    record: &Record,
    instance: &Instance,
    change: &Change,
    catalog: &ProviderCatalog,
) -> Result<()> {
    let Some(Some(asked)) = change.config.get(&ConfigKey::Version) else { return Ok(()) };
    if asked == record.config(ConfigKey::Version) {
        return Ok(());
    }
    let has = instance.pending.engine_version.as_deref().unwrap_or(&instance.engine_version);
    if version::compare(asked, has).is_ge() {
        return Ok(());
    }
    let newer: Vec<_> = catalog
        .versions
        .iter()
        .filter(|candidate| version::compare(candidate, has) == Ordering::Greater)
        .map(String::as_str)
        .collect();
    let reachable = if newer.is_empty() {
        "there is no newer one".to_owned()
    } else {
        format!("newer ones are {}", newer.join(", "))
    };
    Err(Error::conflict(format!("config.version cannot go down: the database runs {has}; {reachable}")))
}

/// Storage may be asked down to what RDS has or is getting: a grow that was not applied yet may be taken back.
fn check_storage(megabytes: u64, instance: &Instance) -> Result<()> {
    let asked = storage_gib(megabytes).map_err(Error::unsatisfiable)?;
    let floor = instance.allocated_storage.max(instance.pending.allocated_storage.unwrap_or(0));
    if asked >= floor {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "plan.parameters.storage cannot shrink: the database has {floor} GiB, which is {} MB",
        super::catalog::storage_mb(floor)
    )))
}

/// Nothing is written that RDS would refuse or cut.
fn checked(tags: Tags) -> Result<Tags> {
    match tags.iter().find(|(_, value)| value.chars().count() > tag::LONGEST_VALUE) {
        Some((key, _)) => {
            let field = key.trim_start_matches("codesphere:").replace('/', ".");
            Err(Error::new(Kind::Invalid, format!("{field} is too long to be stored")))
        }
        None => Ok(tags),
    }
}
