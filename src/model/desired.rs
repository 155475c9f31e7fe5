//! What a service should be, in the terms of RDS: derived from its record, never stored.

use std::collections::BTreeMap;

use super::record::{GivenUp, InstancePin, SecretRef};
use super::{
    BrokerName, ConfigKey, Instance, Owner, Parameter, Provider, ProviderCatalog, Record, ServiceId, Tags,
    Which,
};
use super::{catalog, group, tag};

/// What should be true of the instance of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desired {
    /// It should run like this.
    Running(Box<Target>),
    /// It should be deleted with everything that belongs to it.
    Gone {
        /// ARNs of its secrets.
        secrets: Vec<String>,
        /// Names of its own DB parameter groups.
        groups: Vec<String>,
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
    /// When RDS takes backups; its own choice where `None`.
    pub backup_window: Option<String>,
    /// When RDS maintains it; its own choice where `None`.
    pub maintenance_window: Option<String>,
    /// Whether changes that cause an outage wait for the maintenance window. Never before the first
    /// wish was reached: nobody uses the database yet.
    pub parks_outages: bool,
    /// Which engine it runs.
    pub provider: Provider,
    /// What the names of its own DB parameter groups begin with.
    pub group_prefix: String,
    /// Server parameters that differ from the default.
    pub parameters: BTreeMap<String, ServerParameter>,
    /// Extensions to be created in the user's database.
    pub extensions: Vec<String>,
    /// The passwords.
    pub secrets: BTreeMap<Which, SecretRef>,
    /// What was tried for this wish and refused.
    pub gave_up: GivenUp,
    /// What is wrong with the record of that, where it makes no sense: nothing is known of what was given up then.
    pub damage: Option<String>,
}

/// A server parameter that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerParameter {
    /// As RDS takes it.
    pub value: String,
    /// Whether the server takes it only when it starts.
    pub needs_reboot: bool,
}

impl Desired {
    /// What the owner's tags ask for; `None` for a foreign instance.
    ///
    /// The catalogue only serves wishes whose pins no longer fit (two requests on two replicas
    /// changed cpu and memory at the same moment, so neither's choice of a class covers both).
    #[must_use]
    pub fn of(
        owner: &Owner,
        instance: &Instance,
        broker: &BrokerName,
        catalog: &ProviderCatalog,
    ) -> Option<Self> {
        let own_secrets = |service: ServiceId| {
            let mut arns = secret_arns(&instance.tags);
            arns.retain(|arn| broker.owns_secret(service, arn));
            arns
        };
        let gone = instance.tags.contains_key(tag::DELETING);
        match owner {
            Owner::Foreign => None,
            Owner::Ours(record) if gone => Some(Self::Gone {
                secrets: own_secrets(record.service),
                groups: own_groups(record, instance),
                final_snapshot: record.instance_pin.final_snapshot,
            }),
            Owner::Damaged(service, _) if gone => Some(Self::Gone {
                secrets: own_secrets(*service),
                // The sweep finds them.
                groups: Vec::new(),
                final_snapshot: InstancePin::final_snapshot_of(&instance.tags)
                    .unwrap_or(catalog.defaults.final_snapshot),
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
            version: record.text(ConfigKey::Version).to_owned(),
            multi_az: record.flag(ConfigKey::MultiAz),
            backup_retention: record.backup_retention(),
            deletion_protection: record.flag(ConfigKey::DeletionProtection),
            backup_window: window(record, ConfigKey::BackupWindow),
            maintenance_window: window(record, ConfigKey::MaintenanceWindow),
            parks_outages: record.flag(ConfigKey::ApplyDuringMaintenance) && record.done.is_some(),
            provider: record.provider,
            group_prefix: group::prefix(&instance.identifier, &record.incarnation),
            parameters: server_parameters(record, catalog),
            extensions: record.extensions().to_vec(),
            secrets: record.secrets.clone(),
            gave_up: record.given_up(&instance.resource_id),
            damage: record.gave_up.as_ref().err().cloned(),
        })
    }
}

fn window(record: &Record, key: ConfigKey) -> Option<String> {
    Some(record.text(key).to_ascii_lowercase()).filter(|text| !text.is_empty())
}

fn server_parameters(record: &Record, catalog: &ProviderCatalog) -> BTreeMap<String, ServerParameter> {
    let wanted = |(name, value): (String, super::Scalar)| {
        // Of one that the catalogue no longer knows, the careful way is taken.
        let needs_reboot = catalog.parameters.get(&name).is_none_or(catalog::AllowedParameter::needs_reboot);
        (name, ServerParameter { value: value.to_string(), needs_reboot })
    };
    record.server_parameters().into_iter().map(wanted).collect()
}

/// The groups that a service has made for itself: the one it uses, or was about to.
fn own_groups(record: &Record, instance: &Instance) -> Vec<String> {
    let prefix = group::prefix(&instance.identifier, &record.incarnation);
    let used = Some(&instance.parameter_group.name).filter(|name| name.starts_with(&prefix)).cloned();
    let about_to = (!record.server_parameters().is_empty())
        .then(|| group::own(&prefix, &record.provider.traits().family(&instance.engine_version)));
    let mut groups: Vec<_> = used.into_iter().chain(about_to).collect();
    groups.dedup();
    groups
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
