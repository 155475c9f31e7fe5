//! The parts of a document against their schemas, in words that repeat no value: it may be a secret.

use std::sync::OnceLock;

use jsonschema::error::{TypeKind, ValidationErrorKind as Rule};
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::{Map, Value};

use super::schema;
use crate::error::FieldError;
use crate::model::{ConfigKey, Provider};

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

    fn known(self) -> Vec<&'static str> {
        match self {
            Self::Parameters => vec!["storage", "cpu", "memory"],
            Self::Config(provider) => {
                let offered =
                    |key: &ConfigKey| *key != ConfigKey::Extensions || provider.traits().has_extensions;
                ConfigKey::ALL.iter().copied().filter(offered).map(ConfigKey::name).collect()
            }
            Self::Secrets(_) => vec!["superuserPassword", "userPassword"],
        }
    }

    fn validator(self) -> &'static Validator {
        static PARAMETERS: OnceLock<Validator> = OnceLock::new();
        static CONFIG: [OnceLock<Validator>; Provider::ALL.len()] =
            [const { OnceLock::new() }; Provider::ALL.len()];
        static SECRETS: [OnceLock<Validator>; Provider::ALL.len()] =
            [const { OnceLock::new() }; Provider::ALL.len()];
        match self {
            Self::Parameters => compiled(&PARAMETERS, schema::parameters_form),
            Self::Config(provider) => compiled(&CONFIG[provider as usize], || schema::config_form(provider)),
            Self::Secrets(provider) => compiled(&SECRETS[provider as usize], || schema::secrets(provider)),
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
        Rule::Type { kind } => one(format!("must be {}", expected(kind))),
        Rule::Minimum { limit } => one(format!("must be at least {limit}")),
        Rule::Maximum { limit } => one(format!("must be at most {limit}")),
        Rule::MinLength { limit } => one(format!("must have at least {limit} characters")),
        Rule::MaxLength { limit } => one(format!("must have at most {limit} characters")),
        Rule::MaxProperties { limit } | Rule::MaxItems { limit } => {
            one(format!("must have at most {limit} entries"))
        }
        Rule::UniqueItems => one("must not hold anything twice".to_owned()),
        Rule::PropertyNames { .. } => one("has a name that is not one of a server parameter".to_owned()),
        Rule::Pattern { .. } if place.starts_with("config.extensions") => {
            one("is not the name of an extension".to_owned())
        }
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

/// The types a value may have, in words.
fn expected(kind: &TypeKind) -> String {
    let word = |kind: JsonType| match kind {
        JsonType::String => "a string",
        JsonType::Integer | JsonType::Number => "a whole number",
        JsonType::Boolean => "true or false",
        JsonType::Object => "an object",
        JsonType::Array => "a list",
        JsonType::Null => "null",
    };
    match kind {
        TypeKind::Single(kind) => word(*kind).to_owned(),
        TypeKind::Multiple(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(", or "),
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
        let mut parts = vec![(Part::Parameters, schema::parameters_form())];
        for provider in Provider::ALL {
            parts.push((Part::Config(provider), schema::config_form(provider)));
            parts.push((Part::Secrets(provider), schema::secrets(provider)));
        }
        for (part, schema) in parts {
            let mut known = part.known();
            let mut listed: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
            known.sort_unstable();
            listed.sort_unstable();
            assert_eq!(known, listed, "{}", part.path());
        }
    }
}
