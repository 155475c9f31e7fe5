//! Tags to the record. Strict: what makes no sense is an error that names the tag, never a guess.

use std::collections::BTreeMap;

use super::{ClassPin, GaveUp, InstancePin, PlanPin, Record, SecretRef};
use crate::model::{ConfigKey, Parameter, Provider, ServiceId, Setting, Tags, Which, tag};

impl Record {
    pub(super) fn read(service: ServiceId, tags: &Tags) -> Result<Self, String> {
        let mut reader = Reader { tags };
        let provider = reader.required(tag::PROVIDER)?;
        let provider =
            Provider::by_name(&provider).ok_or_else(|| format!("{} names no provider", tag::PROVIDER))?;
        let wish = reader.required(tag::WISH)?;
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
            done: reader.text(tag::DONE)?,
            gave_up: GaveUp::of_tags(tags, &wish),
            wish,
            deleting: tags.contains_key(tag::DELETING),
        };
        for &parameter in Parameter::ALL {
            if let Some(value) = reader.number(&tag::parameter(parameter))? {
                record.parameters.insert(parameter, value);
            }
        }
        for &key in ConfigKey::ALL {
            if let Some(value) = reader.setting(key)? {
                record.config.insert(key, value);
            } else if key.has_pin() {
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

    fn setting(&mut self, key: ConfigKey) -> Result<Option<Setting>, String> {
        let name = tag::config(key);
        let text = if key.is_list() {
            tag::read_list(key, self.tags).map_err(|problem| format!("{name} {problem}"))?
        } else {
            self.text(&name)?
        };
        let read =
            |text: String| Setting::from_text(key, &text).map_err(|problem| format!("{name} {problem}"));
        text.map(read).transpose()
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
}
