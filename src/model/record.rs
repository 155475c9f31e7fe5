//! The record of a service: what the broker wrote into the tags of its instance.
//!
//! Reading is strict: tags that no longer make sense (someone edited them) are an error that
//! is shown, never a guess. Writing happens key by key, so that two requests on two replicas
//! that touch different keys cannot lose each other's.

use std::collections::BTreeMap;

use super::tag;
use super::{BrokerName, ConfigKey, Instance, Parameter, Provider, ServiceId, Tags, Which};

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
    pub config: BTreeMap<ConfigKey, String>,
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
    /// The change that RDS refused.
    pub gave_up: Option<GaveUp>,
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

/// A wish that RDS refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GaveUp {
    /// The wish.
    pub wish: String,
    /// DbiResourceId of the instance that was to be changed.
    pub resource_id: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was last tried, in seconds since 1970.
    pub at: u64,
    /// Why, as a sentence for the user.
    pub reason: String,
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
            Ok(record) => Owner::Ours(Box::new(record)),
            Err(problem) => Owner::Damaged(service, problem),
        }
    }

    /// The value in force for a plan parameter: sent, or of the plan, or the default.
    #[must_use]
    pub fn parameter(&self, parameter: Parameter) -> u64 {
        let pinned = || self.plan_pin.parameters.get(&parameter).copied();
        self.parameters.get(&parameter).copied().or_else(pinned).unwrap_or_default()
    }

    /// The value in force for a config key: sent, or the default.
    #[must_use]
    pub fn config(&self, key: ConfigKey) -> &str {
        self.config.get(&key).or_else(|| self.config_pins.get(&key)).map_or("", String::as_str)
    }

    /// The give-up that holds for the present wish on this instance.
    #[must_use]
    pub fn current_give_up(&self, resource_id: &str) -> Option<&GaveUp> {
        self.gave_up
            .as_ref()
            .filter(|gave_up| gave_up.wish == self.wish && gave_up.resource_id == resource_id)
    }

    fn read(service: ServiceId, tags: &Tags) -> Result<Self, String> {
        let mut reader = Reader { tags };
        let provider = reader.required(tag::PROVIDER)?;
        let provider =
            Provider::by_name(&provider).ok_or_else(|| format!("{} names no provider", tag::PROVIDER))?;
        let mut record = Self {
            service,
            provider,
            team: reader.number(tag::TEAM)?,
            subdomain: reader.text(tag::SUBDOMAIN)?,
            incarnation: reader.required(tag::INCARNATION)?,
            plan_id: reader.number(tag::PLAN_ID)?,
            parameters: BTreeMap::new(),
            plan_pin: reader.plan_pin()?,
            class_pin: reader.class_pin()?,
            config: BTreeMap::new(),
            config_pins: BTreeMap::new(),
            instance_pin: reader.instance_pin()?,
            secrets: BTreeMap::new(),
            wish: reader.required(tag::WISH)?,
            done: reader.text(tag::DONE)?,
            gave_up: reader.gave_up(),
            deleting: tags.contains_key(tag::DELETING),
        };
        for &parameter in Parameter::ALL {
            if let Some(value) = reader.number(&tag::parameter(parameter))? {
                record.parameters.insert(parameter, value);
            }
        }
        for &key in ConfigKey::ALL {
            if let Some(value) = reader.text(&tag::config(key))? {
                record.config.insert(key, value);
            } else {
                record.config_pins.insert(key, reader.required(&tag::pin_config(key))?);
            }
        }
        for &which in Which::ALL {
            let secret = SecretRef {
                arn: reader.required(&tag::secret_arn(which))?,
                wanted: reader.required(&tag::secret_version(which))?,
                applied: reader.text(&tag::applied(which))?,
            };
            record.secrets.insert(which, secret);
        }
        Ok(record)
    }
}

/// Reads tags one by one; every error names the key.
struct Reader<'a> {
    tags: &'a Tags,
}

impl Reader<'_> {
    fn text(&mut self, key: &str) -> Result<Option<String>, String> {
        let Some(value) = self.tags.get(key) else { return Ok(None) };
        tag::decode(value).map_err(|problem| format!("{key} {problem}"))
    }

    fn required(&mut self, key: &str) -> Result<String, String> {
        self.text(key)?.filter(|value| !value.is_empty()).ok_or_else(|| format!("{key} is missing"))
    }

    fn number<T: std::str::FromStr>(&mut self, key: &str) -> Result<Option<T>, String> {
        self.text(key)?.map(|text| text.parse().map_err(|_| format!("{key} is not a number"))).transpose()
    }

    /// Values written by [`tag::join`]: `None` where one is missing or no number.
    fn part<T: std::str::FromStr>(&self, tag: &str, key: &str) -> Result<T, String> {
        let text = self.tags.get(tag).ok_or_else(|| format!("{tag} is missing"))?;
        tag::part(text, key)
            .and_then(|value| value.parse().ok())
            .ok_or_else(|| format!("{tag} has no valid {key}"))
    }

    fn plan_pin(&mut self) -> Result<PlanPin, String> {
        let mut parameters = BTreeMap::new();
        for &parameter in Parameter::ALL {
            parameters.insert(parameter, self.part(tag::PIN_PLAN, parameter.name())?);
        }
        Ok(PlanPin { plan_id: self.part(tag::PIN_PLAN, "plan").ok(), parameters })
    }

    fn class_pin(&mut self) -> Result<ClassPin, String> {
        Ok(ClassPin {
            class: self.part(tag::PIN_CLASS, "class")?,
            cpu: self.part(tag::PIN_CLASS, "cpu")?,
            memory: self.part(tag::PIN_CLASS, "memory")?,
        })
    }

    fn instance_pin(&mut self) -> Result<InstancePin, String> {
        Ok(InstancePin {
            multi_az: self.part(tag::PIN_INSTANCE, "multiAz")?,
            backup_retention: self.part(tag::PIN_INSTANCE, "backupRetention")?,
            deletion_protection: self.part(tag::PIN_INSTANCE, "deletionProtection")?,
            final_snapshot: self.part(tag::PIN_INSTANCE, "finalSnapshot")?,
        })
    }

    /// A give-up that cannot be read is none: the wish is then simply tried again.
    fn gave_up(&mut self) -> Option<GaveUp> {
        let text = self.tags.get(tag::GAVE_UP)?;
        let reason = text.split_once(" reason:")?.1;
        Some(GaveUp {
            wish: tag::part(text, "wish")?.to_owned(),
            resource_id: tag::part(text, "on")?.to_owned(),
            attempts: tag::part(text, "attempts")?.parse().ok()?,
            at: tag::part(text, "at")?.parse().ok()?,
            reason: tag::decode(reason).ok()??,
        })
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

impl GaveUp {
    /// The value of the tag: the reason is cut to what a tag can hold.
    #[must_use]
    pub fn to_tag(&self) -> String {
        let head = tag::join([
            ("wish", self.wish.clone()),
            ("on", self.resource_id.clone()),
            ("attempts", self.attempts.to_string()),
            ("at", self.at.to_string()),
        ]);
        let room = tag::LONGEST_VALUE - head.len() - " reason:".len();
        let mut reason = self.reason.as_str();
        while tag::encode(Some(reason)).len() > room {
            let mut end = reason.len() - 1;
            while !reason.is_char_boundary(end) {
                end -= 1;
            }
            reason = &reason[..end];
        }
        format!("{head} reason:{}", tag::encode(Some(reason)))
    }
}
