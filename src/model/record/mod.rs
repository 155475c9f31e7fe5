//! The record of a service: what the broker wrote into the tags of its instance.
//!
//! Reading is strict: tags that no longer make sense (someone edited them) are an error that
//! is shown, never a guess. Writing happens key by key, so that two requests on two replicas
//! that touch different keys cannot lose each other's.

mod gave_up;
mod read;

use std::collections::BTreeMap;

use super::tag;
use super::{BrokerName, ConfigKey, Instance, Parameter, Provider, Scalar, ServiceId, Setting, Tags, Which};
pub use gave_up::{Attempts, GaveUp, GivenUp, reasons};

/// Everything the tags of one instance say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The service.
    pub service: ServiceId,
    /// Under whose path it was booked.
    pub provider: Provider,
    /// The platform's team; immutable once set.
    pub team: Option<u64>,
    /// The subdomain the platform reserved.
    pub subdomain: Option<String>,
    /// Random id of this life of the service.
    pub incarnation: String,
    /// The plan that was sent.
    pub plan_id: Option<i64>,
    /// The plan parameters that were sent.
    pub parameters: BTreeMap<Parameter, u64>,
    /// What stands in for parameters that were not sent.
    pub plan_pin: PlanPin,
    /// The class chosen.
    pub class_pin: ClassPin,
    /// The config values that were sent.
    pub config: BTreeMap<ConfigKey, Setting>,
    /// What stands in for config values that were not sent.
    pub config_pins: BTreeMap<ConfigKey, String>,
    /// What no request can set.
    pub instance_pin: InstancePin,
    /// Where the passwords are, and which version of them works.
    pub secrets: BTreeMap<Which, SecretRef>,
    /// Id of the last accepted change.
    pub wish: String,
    /// The change that RDS was seen to match.
    pub done: Option<String>,
    /// What RDS refused of it. `Err` says what is wrong with the tag: a new wish ends it, read or not.
    pub gave_up: Result<Option<GaveUp>, String>,
    /// Whether the service is to be deleted.
    pub deleting: bool,
}

/// Parameters of a plan as they were when it was chosen; a later edit of the catalogue changes no service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanPin {
    /// The plan they are of; `None` for the provider's defaults.
    pub plan_id: Option<i64>,
    /// All parameters.
    pub parameters: BTreeMap<Parameter, u64>,
}

/// The class chosen, and what for: it holds only as long as the same is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassPin {
    /// Instance class.
    pub class: String,
    /// Tenths of a vCPU it was chosen for.
    pub cpu: u64,
    /// MB it was chosen for.
    pub memory: u64,
}

/// The catalogue's defaults as they were at create.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstancePin {
    /// Whether it has a standby in another zone.
    pub multi_az: bool,
    /// Days that automated backups are kept.
    pub backup_retention: u32,
    /// Whether the instance is protected against deletion by others.
    pub deletion_protection: bool,
    /// Whether a snapshot is taken before the instance is deleted.
    pub final_snapshot: bool,
}

/// One password: where it is and which version is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRef {
    /// ARN of the secret.
    pub arn: String,
    /// VersionId of the wanted value.
    pub wanted: String,
    /// `VersionId@DbiResourceId` last seen to work.
    pub applied: Option<String>,
}

/// Whose instance it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This broker's, of this service.
    Ours(Box<Record>),
    /// This broker's, but its tags no longer make sense: says which.
    Damaged(ServiceId, String),
    /// Someone else's: never touched.
    Foreign,
}

impl SecretRef {
    /// Whether the wanted password was seen to work on this instance.
    #[must_use]
    pub fn is_applied(&self, resource_id: &str) -> bool {
        self.applied.as_deref() == Some(applied_value(&self.wanted, resource_id).as_str())
    }
}

/// The value of the tag that says that a password works.
#[must_use]
pub fn applied_value(version: &str, resource_id: &str) -> String {
    format!("{version}@{resource_id}")
}

impl Record {
    /// Whose instance this is: ours only with the derived identifier **and** this broker's tags.
    #[must_use]
    pub fn owner(broker: &BrokerName, instance: &Instance) -> Owner {
        let Some(service) = broker.service_of(&instance.identifier) else { return Owner::Foreign };
        let tagged = |key: &str, value: &str| instance.tags.get(key).is_some_and(|tag| tag == value);
        if !tagged(tag::BROKER, broker.as_str()) || !tagged(tag::SERVICE, &service.to_string()) {
            return Owner::Foreign;
        }
        match Self::read(service, &instance.tags) {
            Ok(record) => {
                match record.secrets.iter().find(|(_, secret)| !broker.owns_secret(service, &secret.arn)) {
                    None => Owner::Ours(Box::new(record)),
                    Some((&which, _)) => {
                        let tag = tag::secret_arn(which);
                        Owner::Damaged(service, format!("{tag} names a secret that is not this service's"))
                    }
                }
            }
            Err(problem) => Owner::Damaged(service, problem),
        }
    }

    /// The value in force for a plan parameter: sent, or of the plan, or the default.
    #[must_use]
    pub fn parameter(&self, parameter: Parameter) -> u64 {
        let pinned = || self.plan_pin.parameters.get(&parameter).copied();
        self.parameters.get(&parameter).copied().or_else(pinned).unwrap_or_default()
    }

    /// The value in force for a key of text: sent, or its pinned default; empty where neither is.
    #[must_use]
    pub fn text(&self, key: ConfigKey) -> &str {
        let sent = self.config.get(&key).and_then(Setting::as_text);
        sent.or_else(|| self.config_pins.get(&key).map(String::as_str)).unwrap_or_default()
    }

    /// The value in force for a key that is true or false: sent, or the default.
    #[must_use]
    pub fn flag(&self, key: ConfigKey) -> bool {
        match (self.config.get(&key), key) {
            (Some(Setting::Flag(flag)), _) => *flag,
            (_, ConfigKey::MultiAz) => self.instance_pin.multi_az,
            (_, ConfigKey::DeletionProtection) => self.instance_pin.deletion_protection,
            _ => false,
        }
    }

    /// Days that automated backups are to be kept: sent, or the default.
    #[must_use]
    pub fn backup_retention(&self) -> u32 {
        match self.config.get(&ConfigKey::BackupRetentionDays) {
            Some(Setting::Number(days)) => *days,
            _ => self.instance_pin.backup_retention,
        }
    }

    /// The server parameters that were asked for.
    #[must_use]
    pub fn server_parameters(&self) -> BTreeMap<String, Scalar> {
        match self.config.get(&ConfigKey::Parameters) {
            Some(Setting::Parameters(parameters)) => parameters.clone(),
            _ => BTreeMap::new(),
        }
    }

    /// The extensions that were asked for.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        match self.config.get(&ConfigKey::Extensions) {
            Some(Setting::Names(names)) => names,
            _ => &[],
        }
    }

    /// What was given up of the present wish on this instance, as far as it can be read.
    #[must_use]
    pub fn given_up(&self, resource_id: &str) -> GivenUp {
        match &self.gave_up {
            // Otherwise a later try has reached the wish.
            Ok(Some(gave_up))
                if gave_up.resource_id == resource_id && self.done.as_ref() != Some(&self.wish) =>
            {
                gave_up.concerns.clone()
            }
            _ => GivenUp::new(),
        }
    }
}

impl PlanPin {
    /// The value of the tag.
    #[must_use]
    pub fn to_tag(&self) -> String {
        let plan = self.plan_id.map(|id| ("plan", id.to_string()));
        let parameters =
            self.parameters.iter().map(|(parameter, value)| (parameter.name(), value.to_string()));
        tag::join(plan.into_iter().chain(parameters))
    }
}

impl ClassPin {
    /// The value of the tag.
    #[must_use]
    pub fn to_tag(&self) -> String {
        tag::join([
            ("class", self.class.clone()),
            ("cpu", self.cpu.to_string()),
            ("memory", self.memory.to_string()),
        ])
    }
}

impl InstancePin {
    /// Whether a final snapshot is taken, as far as the tag says so, whatever is wrong with the rest.
    #[must_use]
    pub fn final_snapshot_of(tags: &Tags) -> Option<bool> {
        tag::part(tags.get(tag::PIN_INSTANCE)?, "finalSnapshot")?.parse().ok()
    }

    /// The value of the tag.
    #[must_use]
    pub fn to_tag(&self) -> String {
        tag::join([
            ("multiAz", self.multi_az.to_string()),
            ("backupRetention", self.backup_retention.to_string()),
            ("deletionProtection", self.deletion_protection.to_string()),
            ("finalSnapshot", self.final_snapshot.to_string()),
        ])
    }
}
