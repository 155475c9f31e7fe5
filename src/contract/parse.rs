//! Documents to requests: parse, don't validate. What comes out is well-formed.

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::body;
use super::check::{self, Part, shown};
use crate::error::{Error, FieldError, Kind, Result};
use crate::model::{
    Change, ConfigKey, Create, Parameter, Provider, Scalar, ServiceId, Setting, SettingKind, Update, Which,
    Window,
};

/// The longest `customSubdomain`.
const LONGEST_SUBDOMAIN: usize = 63;
/// The largest number that JSON written by a JavaScript client carries exactly: 2^53.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a `POST /`.
///
/// # Errors
/// [`Kind::Invalid`] with every field that is wrong, [`Kind::NotSupported`] for `recoverFrom` and `pause`.
pub fn create(provider: Provider, bytes: &[u8]) -> Result<Create> {
    let mut fields = Fields::of(body::object(bytes)?);
    let id = fields.id();
    let change = fields.change(provider);
    for &which in Which::ALL {
        if !change.passwords.contains_key(&which) {
            let path = secret_path(which);
            if !fields.wrong.iter().any(|field| field.path == path || field.path == "secrets") {
                fields.blame(&path, "is required");
            }
        }
    }
    fields.finish()?;
    match id {
        Some(id) => Ok(Create { id, provider, change }),
        None => Err(Error::fields(vec![FieldError { path: "id".into(), message: "is required".into() }])),
    }
}

/// Reads a `PATCH /{id}`; an `id` in the body must be that of the path.
///
/// # Errors
/// As [`create`].
pub fn update(provider: Provider, id: ServiceId, bytes: &[u8]) -> Result<Update> {
    let mut fields = Fields::of(body::object(bytes)?);
    if fields.object.get("id").is_some_and(|sent| !sent.is_null())
        && let Some(sent) = fields.id()
        && sent != id
    {
        fields.blame("id", "must be the id in the path");
    }
    let change = fields.change(provider);
    fields.finish()?;
    Ok(Update { id, provider, change })
}

/// A document being read, and what is wrong with it so far.
struct Fields {
    object: Map<String, Value>,
    wrong: Vec<FieldError>,
}

impl Fields {
    fn of(object: Map<String, Value>) -> Self {
        Self { object, wrong: Vec::new() }
    }

    fn blame(&mut self, path: &str, message: impl Into<String>) {
        self.wrong.push(FieldError { path: path.to_owned(), message: message.into() });
    }

    /// What was wrong; what is not supported is said only of a document without mistakes.
    fn finish(&mut self) -> Result<()> {
        if !self.wrong.is_empty() {
            return Err(Error::fields(std::mem::take(&mut self.wrong)));
        }
        let sent = |key| self.object.get(key).filter(|value| !value.is_null());
        if sent("recoverFrom").is_some() {
            return Err(Error::new(
                Kind::NotSupported,
                "Restoring from a backup is not supported by this provider.",
            ));
        }
        if sent("pause") == Some(&Value::Bool(true)) {
            return Err(Error::new(Kind::NotSupported, "Pausing is not supported by this provider."));
        }
        Ok(())
    }

    fn id(&mut self) -> Option<ServiceId> {
        match self.object.get("id") {
            None | Some(Value::Null) => self.blame("id", "is required"),
            Some(Value::String(text)) => match text.parse() {
                Ok(id) => return Some(id),
                Err(error) => self.blame("id", error.to_string()),
            },
            Some(_) => self.blame("id", "must be a string"),
        }
        None
    }

    /// Everything that changes the wish. Fields of the top level that are not known are left alone:
    /// the platform may learn to send more.
    fn change(&mut self, provider: Provider) -> Change {
        let mut change = Change { team: self.team(), subdomain: self.subdomain(), ..Change::default() };
        if !matches!(self.object.get("pause"), None | Some(Value::Null | Value::Bool(_))) {
            self.blame("pause", "must be true or false");
        }
        if !matches!(self.object.get("recoverFrom"), None | Some(Value::Null | Value::Object(_))) {
            self.blame("recoverFrom", "must be an object");
        }
        self.plan(&mut change);
        self.config(provider, &mut change);
        self.secrets(provider, &mut change);
        change
    }

    fn team(&mut self) -> Option<u64> {
        let sent = self.object.get("teamId").filter(|value| !value.is_null())?;
        let team = whole(sent).and_then(|team| u64::try_from(team).ok()).filter(|&team| team > 0);
        if team.is_none() {
            self.blame("teamId", "must be a whole number greater than 0");
        }
        team
    }

    fn subdomain(&mut self) -> Option<Option<String>> {
        match self.object.get("customSubdomain")? {
            Value::Null => return Some(None),
            Value::String(text) => {
                let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                if text.len() <= LONGEST_SUBDOMAIN && text.bytes().all(good) {
                    return Some(Some(text.clone()));
                }
                self.blame("customSubdomain", "must be at most 63 of a-z, 0-9 and hyphens");
            }
            _ => self.blame("customSubdomain", "must be a string or null"),
        }
        None
    }

    /// An object of the top level; null counts as not sent.
    fn part(&mut self, key: &str) -> Option<Map<String, Value>> {
        match self.object.get(key)? {
            Value::Null => None,
            Value::Object(object) => Some(object.clone()),
            _ => {
                self.blame(key, "must be an object");
                None
            }
        }
    }

    fn plan(&mut self, change: &mut Change) {
        let Some(mut plan) = self.part("plan") else { return };
        match plan.remove("id") {
            None => {}
            Some(Value::Null) => change.plan_id = Some(None),
            Some(id) => match whole(&id) {
                Some(id) => change.plan_id = Some(Some(id)),
                None => self.blame("plan.id", "must be a whole number"),
            },
        }
        let parameters = match plan.remove("parameters") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(parameters)) => parameters,
            Some(_) => {
                self.blame("plan.parameters", "must be an object");
                Map::new()
            }
        };
        for key in plan.keys() {
            self.blame(&format!("plan.{}", shown(key)), "is not known; there are id, parameters");
        }
        let parameters = self.checked(Part::Parameters, parameters);
        for (key, value) in parameters {
            let Some(parameter) = Parameter::by_name(&key) else { continue };
            let number = whole(&value).and_then(|number| u64::try_from(number).ok());
            change.parameters.insert(parameter, number);
        }
    }

    fn config(&mut self, provider: Provider, change: &mut Change) {
        let Some(config) = self.part("config") else { return };
        let config = self.checked(Part::Config(provider), config);
        let traits = provider.traits();
        for (key, value) in config {
            let Some(key) = ConfigKey::by_name(&key) else { continue };
            let value = setting(key, &value);
            if let Some(problem) = value.as_ref().and_then(|value| window_problem(key, value)) {
                self.blame(&format!("config.{key}"), problem);
                continue;
            }
            let names = matches!(key, ConfigKey::DatabaseName | ConfigKey::UserName);
            let reserved =
                |name: &str| (traits.is_reserved)(name) || name.eq_ignore_ascii_case(traits.superuser);
            if names && value.as_ref().and_then(Setting::as_text).is_some_and(reserved) {
                self.blame(
                    &format!("config.{key}"),
                    format!("is a name that {} reserves", traits.display_name),
                );
                continue;
            }
            change.config.insert(key, value);
        }
    }

    fn secrets(&mut self, provider: Provider, change: &mut Change) {
        let Some(secrets) = self.part("secrets") else { return };
        // A password cannot be unset: null is a mistake here.
        for path in Which::ALL.iter().copied().map(secret_path) {
            if path.strip_prefix("secrets.").and_then(|key| secrets.get(key)).is_some_and(Value::is_null) {
                self.blame(&path, "must be a string");
            }
        }
        let secrets = self.checked(Part::Secrets(provider), secrets);
        for &which in Which::ALL {
            if let Some(Value::String(password)) = secrets.get(&format!("{which}Password")) {
                change.passwords.insert(which, SecretString::from(password.as_str()));
            }
        }
    }

    /// The values that pass the check; what is wrong with the others is kept.
    fn checked(&mut self, part: Part, object: Map<String, Value>) -> Map<String, Value> {
        let (good, mut wrong) = check::values(part, object);
        self.wrong.append(&mut wrong);
        good
    }
}

fn secret_path(which: Which) -> String {
    format!("secrets.{which}Password")
}

/// A checked value of a config key; `None` for null.
fn setting(key: ConfigKey, value: &Value) -> Option<Setting> {
    match (key.kind(), value) {
        (SettingKind::Text, Value::String(text)) => Some(Setting::Text(text.clone())),
        (SettingKind::Flag, Value::Bool(flag)) => Some(Setting::Flag(*flag)),
        (SettingKind::Number, number) => {
            whole(number).and_then(|number| u32::try_from(number).ok()).map(Setting::Number)
        }
        (SettingKind::Names, Value::Array(names)) => {
            Some(Setting::Names(names.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
        }
        (SettingKind::Parameters, Value::Object(entries)) => {
            let entry = |(name, value): (&String, &Value)| Some((name.clone(), scalar(value)?));
            Some(Setting::Parameters(entries.iter().filter_map(entry).collect()))
        }
        _ => None,
    }
}

fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Bool(flag) => Some(Scalar::Flag(*flag)),
        Value::String(text) => Some(Scalar::Text(text.clone())),
        number => whole(number).map(Scalar::Number),
    }
}

fn window_problem(key: ConfigKey, value: &Setting) -> Option<&'static str> {
    let text = value.as_text()?;
    match key {
        ConfigKey::BackupWindow => Window::daily(text).err(),
        ConfigKey::MaintenanceWindow => Window::weekly(text).err(),
        _ => None,
    }
}

/// A whole number as JSON Schema understands it: `20000.0` is one, too.
fn whole(value: &Value) -> Option<i64> {
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() < LARGEST_EXACT;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and exact in 64 bits")]
    value.as_i64().or_else(|| value.as_f64().filter(exact).map(|number| number as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Provider::Postgres;
    use serde_json::json;

    const ID: &str = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";

    fn patch(body: &Value) -> Result<Change> {
        update(Postgres, ID.parse().unwrap(), body.to_string().as_bytes()).map(|update| update.change)
    }

    #[test]
    fn null_is_the_default_of_a_value_and_nothing_for_the_whole() {
        let change =
            patch(&json!({"plan": {"id": null, "parameters": {"cpu": null}}, "config": {"version": null}}));
        let change = change.unwrap();
        assert_eq!(change.plan_id, Some(None));
        assert_eq!(change.parameters[&Parameter::Cpu], None);
        assert_eq!(change.config[&ConfigKey::Version], None);
        let nothing = json!({"id": null, "teamId": null, "plan": null, "config": null, "secrets": null,
            "pause": null, "recoverFrom": null});
        assert!(patch(&nothing).unwrap().is_empty());
        assert!(patch(&json!({"plan": {"parameters": null}, "pause": false})).unwrap().is_empty());
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let change = patch(&json!({"teamId": 7.0, "plan": {"id": 1.0, "parameters": {"storage": 2e4}}}));
        let change = change.unwrap();
        assert_eq!((change.team, change.plan_id), (Some(7), Some(Some(1))));
        assert_eq!(change.parameters[&Parameter::Storage], Some(20_000));
        for bad in [json!(0.5), json!(1e300), json!(u64::MAX), json!("7"), json!(0), json!(-1.0)] {
            assert!(patch(&json!({"teamId": bad})).is_err(), "{bad}");
        }
    }

    #[test]
    fn fields_of_the_top_level_that_are_not_known_are_left_alone() {
        assert!(patch(&json!({"displayName": "x", "labels": {}})).unwrap().is_empty());
    }

    #[test]
    fn a_password_is_printed_by_nothing() {
        let change = patch(&json!({"secrets": {"userPassword": "correct-horse"}})).unwrap();
        assert_eq!(change.passwords.len(), 1);
        assert!(!format!("{change:?}").contains("horse"));
    }
}
