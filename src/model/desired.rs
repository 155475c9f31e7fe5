//! What a service should be, in the terms of RDS: derived from its record, never stored.

use std::collections::BTreeMap;

use super::record::{GaveUp, SecretRef};
use super::{ConfigKey, Instance, Owner, Parameter, ProviderCatalog, Record, Tags, Which, catalog, tag};

/// What should be true of the instance of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desired {
    /// It should run like this.
    Running(Box<Target>),
    /// It should be deleted with everything that belongs to it.
    Gone {
        /// ARNs of its secrets.
        secrets: Vec<String>,
        /// Whether a snapshot is taken first.
        final_snapshot: bool,
    },
    /// The tags say nothing that can be acted on; the sentence says why.
    Unreadable(String),
}

/// The wish for a running instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Id of the wish.
    pub wish: String,
    /// Whether RDS was seen to match it.
    pub done: bool,
    /// Instance class.
    pub class: String,
    /// GiB; RDS may have more.
    pub storage_gib: u32,
    /// Full version; RDS may have a newer one.
    pub version: String,
    /// Whether it has a standby in another zone.
    pub multi_az: bool,
    /// Days that automated backups are kept.
    pub backup_retention: u32,
    /// Whether the instance is protected against deletion by others.
    pub deletion_protection: bool,
    /// The passwords.
    pub secrets: BTreeMap<Which, SecretRef>,
    /// What was tried for this wish and refused.
    pub gave_up: Option<GaveUp>,
}

impl Desired {
    /// What the owner's tags ask for; `None` for a foreign instance.
    ///
    /// The catalogue only serves wishes whose pins no longer fit (two requests on two replicas
    /// changed cpu and memory at the same moment, so neither's choice of a class covers both).
    #[must_use]
    pub fn of(owner: &Owner, instance: &Instance, catalog: &ProviderCatalog) -> Option<Self> {
        let gone = instance.tags.contains_key(tag::DELETING);
        match owner {
            Owner::Foreign => None,
            Owner::Ours(record) if gone => Some(Self::Gone {
                secrets: secret_arns(&instance.tags),
                final_snapshot: record.instance_pin.final_snapshot,
            }),
            Owner::Damaged(..) if gone => Some(Self::Gone {
                secrets: secret_arns(&instance.tags),
                final_snapshot: catalog.defaults.final_snapshot,
            }),
            Owner::Damaged(_, problem) => Some(Self::Unreadable(problem.clone())),
            Owner::Ours(record) => Some(match Target::of(record, instance, catalog) {
                Ok(target) => Self::Running(Box::new(target)),
                Err(problem) => Self::Unreadable(problem),
            }),
        }
    }
}

impl Target {
    /// The wish in a record, in the terms of RDS.
    pub fn of(record: &Record, instance: &Instance, catalog: &ProviderCatalog) -> Result<Self, String> {
        Ok(Self {
            wish: record.wish.clone(),
            done: record.done.as_ref() == Some(&record.wish),
            class: class(record, catalog)?,
            storage_gib: catalog::storage_gib(parameter(record, Parameter::Storage, catalog))?,
            version: record.config(ConfigKey::Version).to_owned(),
            multi_az: record.instance_pin.multi_az,
            backup_retention: record.instance_pin.backup_retention,
            deletion_protection: record.instance_pin.deletion_protection,
            secrets: record.secrets.clone(),
            gave_up: record.current_give_up(&instance.resource_id).cloned(),
        })
    }
}

/// The value in force for a plan parameter. The pin is used only for the plan it was made for.
#[must_use]
pub fn parameter(record: &Record, parameter: Parameter, catalog: &ProviderCatalog) -> u64 {
    if record.plan_pin.plan_id == record.plan_id {
        return record.parameter(parameter);
    }
    let of_plan = record.plan_id.and_then(|id| catalog.plan(id)).map(|plan| &plan.parameters);
    let standing_in = of_plan.unwrap_or(&record.plan_pin.parameters);
    record
        .parameters
        .get(&parameter)
        .or_else(|| standing_in.get(&parameter))
        .copied()
        .unwrap_or_else(|| record.parameter(parameter))
}

fn class(record: &Record, catalog: &ProviderCatalog) -> Result<String, String> {
    let cpu = parameter(record, Parameter::Cpu, catalog);
    let memory = parameter(record, Parameter::Memory, catalog);
    let pin = &record.class_pin;
    if (pin.cpu, pin.memory) == (cpu, memory) {
        return Ok(pin.class.clone());
    }
    catalog.class_for(cpu, memory).map(|class| class.name.clone())
}

/// The ARNs of a service's secrets, read from its tags even where the rest makes no sense.
#[must_use]
pub fn secret_arns(tags: &Tags) -> Vec<String> {
    let read =
        |&which: &Which| tags.get(&tag::secret_arn(which)).and_then(|tag| tag::decode(tag).ok().flatten());
    Which::ALL.iter().filter_map(read).collect()
}
