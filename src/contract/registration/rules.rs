//! The rules of the platform, held for every catalogue that can be used.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::entries;
use crate::contract;
use crate::model::catalog::{AllowedParameter, generate};
use crate::model::{Catalog, Provider, ProviderCatalog};

/// What `contract.md` lets a schema have.
const FORMATS: [&str; 11] = [
    "int32",
    "int64",
    "float",
    "double",
    "byte",
    "binary",
    "date",
    "date-time",
    "password",
    "uri",
    "hostname",
];
const CONSTRAINTS: [&str; 3] = ["immutable", "increase-only", "minor-upgrade-only"];

/// A closed JSON Schema of what `contract.md` says about an entry.
fn rules() -> Value {
    let text = json!({"type": "string", "minLength": 1});
    let flag = json!({"type": "boolean"});
    let object = json!({
        "type": "object", "required": ["type", "properties", "additionalProperties"],
        "properties": {"type": {"const": "object"}, "additionalProperties": {"const": false}},
    });
    let parameter = json!({
        "type": "object", "additionalProperties": false, "required": ["schema"],
        "properties": {
            "pricedAs": {"enum": ["storage-mb", "cpu-tenths", "ram-mb"]},
            "schema": {
                "type": "object", "required": ["type"], "additionalProperties": false,
                "properties": {
                    "type": {"const": "integer"}, "default": {"type": "integer"}, "minimum": {"type": "integer"},
                    "readOnly": flag,
                    "x-update-constraint": {"enum": ["immutable", "increase-only", "minor-upgrade-only"]},
                },
            },
        },
    });
    json!({
        "type": "object", "additionalProperties": false,
        "required": [
            "name", "version", "author", "category", "displayName", "description", "iconUrl", "scope", "backend",
            "capabilities", "configSchema", "secretsSchema", "detailsSchema", "backups", "plans",
        ],
        "properties": {
            "name": {"type": "string", "pattern": "^[a-z0-9-_]+$"},
            "version": {"type": "string", "pattern": "^v[0-9][0-9a-z]*$"},
            "author": text, "category": text, "displayName": text, "description": text,
            "iconUrl": {"type": "string", "pattern": "^https?://"},
            "scope": {"const": {"type": "global"}},
            "backend": {
                "type": "object", "additionalProperties": false, "required": ["api"],
                "properties": {"api": {
                    "type": "object", "additionalProperties": false, "required": ["endpoint"],
                    "properties": {"endpoint": {"type": "string", "pattern": "^https?://.*[^/]$"}},
                }},
            },
            // Nothing is declared that is answered 501.
            "capabilities": {"const": {"pause": false, "backups": false, "pointInTimeRecovery": false}},
            "configSchema": object, "secretsSchema": object, "detailsSchema": object,
            "backups": {
                "type": "object", "additionalProperties": false, "required": ["configSchema", "secretsSchema"],
                "properties": {"configSchema": object, "secretsSchema": object},
            },
            "plans": {"type": "array", "minItems": 1, "items": {
                "type": "object", "additionalProperties": false,
                "required": ["id", "name", "description", "parameters"],
                "properties": {
                    "id": {"type": "integer"}, "name": text, "description": text,
                    "parameters": {"type": "object", "additionalProperties": parameter},
                },
            }},
        },
    })
}

/// Every value below a key of that name.
fn all<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if name == key {
                    found.push(inner);
                }
                all(inner, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| all(item, key, found)),
        _ => {}
    }
}

/// The entries of a catalogue, for the place and people of these tests.
fn of(catalog: &Catalog) -> Vec<Value> {
    let entries = entries(catalog, "https://broker.example.com/", "Platform team");
    entries.as_array().unwrap().clone()
}

/// Every rule that an entry breaks.
fn broken(entry: &Value) -> Vec<String> {
    static RULES: LazyLock<jsonschema::Validator> =
        LazyLock::new(|| jsonschema::validator_for(&rules()).unwrap());
    let mut broken: Vec<_> =
        RULES.iter_errors(entry).map(|error| format!("{}: {error}", error.instance_path())).collect();
    for (key, known) in [("format", FORMATS.as_slice()), ("x-update-constraint", &CONSTRAINTS)] {
        let mut found = Vec::new();
        all(entry, key, &mut found);
        let strange =
            found.into_iter().filter(|value| value.as_str().is_none_or(|text| !known.contains(&text)));
        broken.extend(strange.map(|value| format!("{key} {value}")));
    }
    for key in ["configSchema", "secretsSchema", "detailsSchema"] {
        let schema = &entry[key];
        if !jsonschema::draft4::meta::is_valid(schema) || !jsonschema::draft202012::meta::is_valid(schema) {
            broken.push(format!("{key} is no JSON Schema"));
        }
    }
    // Older drafts want something in an `enum`, and nothing twice.
    let mut choices = Vec::new();
    all(entry, "enum", &mut choices);
    for choice in choices.into_iter().filter_map(Value::as_array) {
        if choice.is_empty()
            || choice.iter().map(Value::to_string).collect::<BTreeSet<_>>().len() < choice.len()
        {
            broken.push(format!("enum {choice:?}"));
        }
    }
    let ids: Vec<_> = entry["plans"].as_array().unwrap().iter().map(|plan| plan["id"].to_string()).collect();
    if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
        broken.push("two plans have one id".to_owned());
    }
    broken
}

/// What the platform sends for a service by an entry, with one of its plans and this config.
fn body(plan: &Value, config: &Value) -> Vec<u8> {
    let parameters = plan["parameters"].as_object().unwrap().iter();
    let chosen: Map<String, Value> =
        parameters.map(|(name, parameter)| (name.clone(), parameter["schema"]["default"].clone())).collect();
    let body = json!({
        "id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "teamId": 7,
        "plan": {"id": plan["id"], "parameters": chosen}, "config": config,
        "secrets": {"superuserPassword": "super-secret-1", "userPassword": "user-secret-1"},
    });
    body.to_string().into_bytes()
}

/// What a form shows before anything is filled in.
fn defaults(schema: &Value) -> Value {
    let properties = schema["properties"].as_object().unwrap().iter();
    let default =
        |(name, property): (&String, &Value)| Some((name.clone(), property.get("default")?.clone()));
    Value::Object(properties.filter_map(default).collect())
}

/// One config for each version, extension and value that the catalogue offers.
fn choices(offered: &ProviderCatalog) -> Vec<Value> {
    let versions = offered.versions.iter().map(|version| json!({"version": version}));
    let extensions = offered.extensions.iter().map(|name| json!({"extensions": [name]}));
    let values = offered.parameters.iter().flat_map(|(name, allowed)| {
        let values = match allowed {
            AllowedParameter::Integer { minimum, maximum, .. } => vec![json!(minimum), json!(maximum)],
            AllowedParameter::Boolean { .. } => vec![json!(true)],
            AllowedParameter::Text { values, .. } if values.is_empty() => vec![json!("any")],
            AllowedParameter::Text { values, .. } => values.iter().map(|value| json!(value)).collect(),
        };
        values.into_iter().map(move |value| json!({"parameters": {(name.clone()): value}}))
    });
    versions.chain(extensions).chain(values).collect()
}

/// Everything that an entry lets be chosen and a request may not say, and the other way round.
fn refused(provider: Provider, offered: &ProviderCatalog, entry: &Value) -> Vec<String> {
    let schema = jsonschema::validator_for(&entry["configSchema"]).unwrap();
    let plans = entry["plans"].as_array().unwrap();
    let preset = defaults(&entry["configSchema"]);
    let by_plan = plans.iter().map(|plan| (plan, preset.clone()));
    let by_config = choices(offered).into_iter().map(|config| (&plans[0], config));
    let mut refused = Vec::new();
    for (plan, config) in by_plan.chain(by_config) {
        if !schema.is_valid(&config) {
            refused.push(format!("the entry: {config}"));
        }
        if let Err(error) = contract::create(provider, &body(plan, &config)) {
            refused.push(format!("the broker: {error:?} of {} with {config}", plan["parameters"]));
        }
    }
    refused
}

#[test]
fn the_entries_of_the_compiled_in_catalogue_are_one_for_each_engine() {
    let entries = of(&Catalog::builtin());
    let names: Vec<_> = entries.iter().map(|entry| entry["name"].clone()).collect();
    assert_eq!(names, ["postgres-rds", "mysql-rds", "mariadb-rds"]);
    assert_eq!(entries[0]["backend"]["api"]["endpoint"], "https://broker.example.com/postgres");
    for entry in entries {
        assert_eq!(broken(&entry), [""; 0]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_catalogue_can_be_used_its_entries_hold_to_the_rules_and_what_they_offer_can_be_asked_for(
        file in generate::a_file()
    ) {
        let catalog = Catalog::parse(&file);
        prop_assume!(catalog.is_ok());
        let catalog = catalog.unwrap();
        let entries = of(&catalog);
        prop_assert_eq!(entries.len(), 3);
        for (provider, entry) in catalog.providers().zip(&entries) {
            prop_assert_eq!(broken(entry), [""; 0]);
            prop_assert_eq!(refused(provider, catalog.provider(provider), entry), [""; 0]);
        }
        // As `rds-broker provider` prints them.
        let printed = serde_norway::to_string(&entries).unwrap();
        prop_assert_eq!(serde_norway::from_str::<Vec<Value>>(&printed).unwrap(), entries);
    }
}
