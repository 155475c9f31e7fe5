//! Documents to requests: parse, don't validate. What comes out is well-formed.

use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind as Rule;
use jsonschema::{ValidationError, Validator};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{body, schema};
use crate::error::{Error, FieldError, Kind, Result};
use crate::model::{Change, ConfigKey, Create, Parameter, Provider, ServiceId, Update, Which};

/// The longest `customSubdomain`.
const LONGEST_SUBDOMAIN: usize = 63;
const PARAMETERS: [&str; 3] = ["storage", "cpu", "memory"];
const CONFIG: [&str; 3] = ["version", "databaseName", "userName"];
const SECRETS: [&str; 2] = ["superuserPassword", "userPassword"];

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
        let team = sent.as_u64().filter(|&team| team > 0 && i64::try_from(team).is_ok());
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
            Some(id) => match id.as_i64() {
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
        let parameters = self.checked("plan.parameters", parameters, parameters_validator(), &PARAMETERS);
        for (key, value) in parameters {
            let Some(parameter) = Parameter::by_name(&key) else { continue };
            // By JSON Schema 20000.0 is an integer, too; the schema has checked that it is one and small.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked by the schema"
            )]
            let number = value.as_u64().or_else(|| value.as_f64().map(|number| number as u64));
            change.parameters.insert(parameter, number);
        }
    }

    fn config(&mut self, provider: Provider, change: &mut Change) {
        let Some(config) = self.part("config") else { return };
        let config = self.checked("config", config, config_validator(provider), &CONFIG);
        let traits = provider.traits();
        for (key, value) in config {
            let Some(key) = ConfigKey::by_name(&key) else { continue };
            let value = value.as_str().map(str::to_owned);
            let names = matches!(key, ConfigKey::DatabaseName | ConfigKey::UserName);
            let reserved =
                |name: &String| (traits.is_reserved)(name) || name.eq_ignore_ascii_case(traits.superuser);
            if names && value.as_ref().is_some_and(reserved) {
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
        for key in SECRETS {
            if secrets.get(key).is_some_and(Value::is_null) {
                self.blame(&format!("secrets.{key}"), "must be a string");
            }
        }
        let secrets = self.checked("secrets", secrets, secrets_validator(provider), &SECRETS);
        for &which in Which::ALL {
            if let Some(Value::String(password)) = secrets.get(&format!("{which}Password")) {
                change.passwords.insert(which, SecretString::from(password.as_str()));
            }
        }
    }

    /// Checks the values against a schema, and leaves out those that are wrong. The null of a
    /// known key stands for its default and passes.
    fn checked(
        &mut self,
        path: &str,
        object: Map<String, Value>,
        validator: &Validator,
        known: &[&str],
    ) -> Map<String, Value> {
        let is_default = |key: &str, value: &Value| value.is_null() && known.contains(&key);
        let (nulls, values): (Map<_, _>, Map<_, _>) =
            object.into_iter().partition(|(key, value)| is_default(key, value));
        let values = Value::Object(values);
        let mut wrong: Vec<FieldError> =
            validator.iter_errors(&values).flat_map(|error| sentences(path, &error, known)).collect();
        let Value::Object(mut values) = values else { return Map::new() };
        values.retain(|key, _| wrong.iter().all(|field| field.path != format!("{path}.{}", shown(key))));
        self.wrong.append(&mut wrong);
        values.extend(nulls);
        values
    }
}

fn secret_path(which: Which) -> String {
    format!("secrets.{which}Password")
}

/// A key as it may be repeated to the caller: keys are not secret, but they can be anything.
fn shown(key: &str) -> String {
    key.chars().filter(|character| !character.is_control()).take(64).collect()
}

/// What a schema found, in words that repeat no value.
fn sentences(path: &str, error: &ValidationError<'_>, known: &[&str]) -> Vec<FieldError> {
    let place = error.instance_path().to_string();
    let place = format!("{path}{}", place.replace('/', "."));
    let one = |message: String| vec![FieldError { path: place.clone(), message }];
    match error.kind() {
        Rule::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|key| FieldError {
                path: format!("{path}.{}", shown(key)),
                message: format!("is not known; there are {}", known.join(", ")),
            })
            .collect(),
        // Only documents as a whole require fields; what a request requires is checked by its reader.
        Rule::Required { .. } => Vec::new(),
        Rule::Type { kind } => {
            let text = format!("{kind:?}").to_lowercase();
            let kind = if text.contains("integer") { "a whole number" } else { "a string" };
            one(format!("must be {kind}"))
        }
        Rule::Minimum { limit } => one(format!("must be at least {limit}")),
        Rule::Maximum { limit } => one(format!("must be at most {limit}")),
        Rule::MinLength { limit } => one(format!("must have at least {limit} characters")),
        Rule::MaxLength { limit } => one(format!("must have at most {limit} characters")),
        Rule::Pattern { .. } if path == "secrets" => {
            one("must be printable ASCII without spaces and / \" ' @".to_owned())
        }
        Rule::Pattern { .. } if place.ends_with(".version") => one("must be a version like 17.10".to_owned()),
        Rule::Pattern { .. } => {
            one("must start with a letter and hold letters, digits and _ only".to_owned())
        }
        _ => one("is not valid".to_owned()),
    }
}

/// The schemas are constants of the program: that they compile is checked by a test.
fn compiled(cell: &'static OnceLock<Validator>, schema: impl FnOnce() -> Value) -> &'static Validator {
    #[expect(
        clippy::expect_used,
        reason = "a constant of the program; every test of this module compiles it"
    )]
    cell.get_or_init(|| jsonschema::validator_for(&schema()).expect("a valid schema"))
}

fn parameters_validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    compiled(&VALIDATOR, schema::parameters_form)
}

fn config_validator(provider: Provider) -> &'static Validator {
    static POSTGRES: OnceLock<Validator> = OnceLock::new();
    match provider {
        Provider::Postgres => compiled(&POSTGRES, || schema::config_form(provider)),
    }
}

fn secrets_validator(provider: Provider) -> &'static Validator {
    static POSTGRES: OnceLock<Validator> = OnceLock::new();
    match provider {
        Provider::Postgres => compiled(&POSTGRES, || schema::secrets(provider)),
    }
}
