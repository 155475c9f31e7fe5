//! The parts of a document against their schemas, in words that repeat no value: it may be a secret.

use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind as Rule;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use super::schema;
use crate::error::FieldError;
use crate::model::Provider;

/// A part of a document that has a schema of its own.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// `plan.parameters`.
    Parameters,
    /// `config`.
    Config(Provider),
    /// `secrets`.
    Secrets(Provider),
}

impl Part {
    fn path(self) -> &'static str {
        match self {
            Self::Parameters => "plan.parameters",
            Self::Config(_) => "config",
            Self::Secrets(_) => "secrets",
        }
    }

    fn known(self) -> &'static [&'static str] {
        match self {
            Self::Parameters => &["storage", "cpu", "memory"],
            Self::Config(_) => &["version", "databaseName", "userName"],
            Self::Secrets(_) => &["superuserPassword", "userPassword"],
        }
    }

    fn validator(self) -> &'static Validator {
        static PARAMETERS: OnceLock<Validator> = OnceLock::new();
        static POSTGRES_CONFIG: OnceLock<Validator> = OnceLock::new();
        static POSTGRES_SECRETS: OnceLock<Validator> = OnceLock::new();
        match self {
            Self::Parameters => compiled(&PARAMETERS, schema::parameters_form),
            Self::Config(provider) => compiled(&POSTGRES_CONFIG, || schema::config_form(provider)),
            Self::Secrets(provider) => compiled(&POSTGRES_SECRETS, || schema::secrets(provider)),
        }
    }
}

/// The values of a part that are right, and what is wrong with the others. The null of a known key
/// stands for its default and passes.
pub(super) fn values(part: Part, object: Map<String, Value>) -> (Map<String, Value>, Vec<FieldError>) {
    let is_default = |key: &str, value: &Value| value.is_null() && part.known().contains(&key);
    let (nulls, values): (Map<_, _>, Map<_, _>) =
        object.into_iter().partition(|(key, value)| is_default(key, value));
    let values = Value::Object(values);
    let wrong: Vec<FieldError> =
        part.validator().iter_errors(&values).flat_map(|error| sentences(part, &error)).collect();
    let Value::Object(mut values) = values else { return (Map::new(), wrong) };
    let path = part.path();
    values.retain(|key, _| wrong.iter().all(|field| field.path != format!("{path}.{}", shown(key))));
    values.extend(nulls);
    (values, wrong)
}

/// A key as it may be repeated to the caller: keys are not secret, but they can be anything.
pub(super) fn shown(key: &str) -> String {
    key.chars().filter(|character| !character.is_control()).take(64).collect()
}

/// What a schema found.
fn sentences(part: Part, error: &ValidationError<'_>) -> Vec<FieldError> {
    let path = part.path();
    let place = format!("{path}{}", error.instance_path().to_string().replace('/', "."));
    let one = |message: String| vec![FieldError { path: place.clone(), message }];
    match error.kind() {
        Rule::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|key| FieldError {
                path: format!("{path}.{}", shown(key)),
                message: format!("is not known; there are {}", part.known().join(", ")),
            })
            .collect(),
        // Only documents as a whole require fields; what a request requires is checked by its reader.
        Rule::Required { .. } => Vec::new(),
        Rule::Type { .. } if matches!(part, Part::Parameters) => one("must be a whole number".to_owned()),
        Rule::Type { .. } => one("must be a string".to_owned()),
        Rule::Minimum { limit } => one(format!("must be at least {limit}")),
        Rule::Maximum { limit } => one(format!("must be at most {limit}")),
        Rule::MinLength { limit } => one(format!("must have at least {limit} characters")),
        Rule::MaxLength { limit } => one(format!("must have at most {limit} characters")),
        Rule::Pattern { .. } if matches!(part, Part::Secrets(_)) => {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_password_may_hold_is_what_the_contract_says() {
        for code in 0..=255_u8 {
            let character = char::from(code);
            let object = json!({"userPassword": format!("password{character}")});
            let Value::Object(object) = object else { unreachable!() };
            let (_, wrong) = values(Part::Secrets(Provider::Postgres), object);
            let fine = character.is_ascii_graphic() && !"/\"'@".contains(character);
            assert_eq!(wrong.is_empty(), fine, "{code}");
            assert!(wrong.iter().all(|field| !field.message.contains("password")), "{wrong:?}");
        }
    }

    #[test]
    fn the_known_keys_are_those_of_the_schemas() {
        let provider = Provider::Postgres;
        let parts = [
            (Part::Parameters, schema::parameters_form()),
            (Part::Config(provider), schema::config_form(provider)),
            (Part::Secrets(provider), schema::secrets(provider)),
        ];
        for (part, schema) in parts {
            let mut known = part.known().to_vec();
            let mut listed: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
            known.sort_unstable();
            listed.sort_unstable();
            assert_eq!(known, listed, "{}", part.path());
        }
    }
}
