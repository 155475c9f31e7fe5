//! What the platform's operator enters into `config.yaml`, list `codesphere.managedServices`: one entry per provider,
//! made of the very schemas that requests are checked with.

use serde_json::{Map, Value, json};

use super::schema;
use crate::model::catalog::Plan;
use crate::model::{Catalog, Parameter, Provider};

/// Version of the contract between platform and provider; it grows with changes that old services cannot follow.
const VERSION: &str = "v1";
/// Storage that a plan must have at least, in MB: what the platform's own PostgreSQL asks for.
const LEAST_STORAGE_MB: u64 = 512;

/// All providers of a catalogue. `endpoint` is where the broker answers, without a provider's path.
#[must_use]
pub fn entries(catalog: &Catalog, endpoint: &str, author: &str) -> Value {
    Value::Array(catalog.providers().map(|provider| entry(catalog, provider, endpoint, author)).collect())
}

fn entry(catalog: &Catalog, provider: Provider, endpoint: &str, author: &str) -> Value {
    let offered = catalog.provider(provider);
    let engine = provider.traits().display_name;
    let nothing = json!({"type": "object", "additionalProperties": false, "properties": {}});
    json!({
        "name": format!("{provider}-rds"),
        "version": VERSION,
        "author": author,
        "category": "databases",
        "displayName": format!("{engine} (AWS RDS)"),
        "description": format!(
            "{engine} on AWS RDS: a DB instance of one's own, encrypted, with TLS, automated backups and upgrades on request."
        ),
        "iconUrl": format!("{}/icons/{provider}.svg", endpoint.trim_end_matches('/')),
        "scope": {"type": "global"},
        "backend": {"api": {"endpoint": format!("{}/{provider}", endpoint.trim_end_matches('/'))}},
        "capabilities": {"pause": false, "backups": false, "pointInTimeRecovery": false},
        "configSchema": schema::config(provider, offered),
        "secretsSchema": schema::secrets(provider),
        "detailsSchema": schema::details(),
        "backups": {"configSchema": nothing, "secretsSchema": nothing},
        "plans": offered.plans.iter().map(plan).collect::<Vec<_>>(),
    })
}

fn plan(plan: &Plan) -> Value {
    let parameters: Map<String, Value> = plan
        .parameters
        .iter()
        .map(|(&parameter, &value)| (parameter.name().to_owned(), plan_parameter(parameter, value)))
        .collect();
    json!({"id": plan.id, "name": plan.name, "description": plan.description, "parameters": parameters})
}

/// The keywords that the platform takes in the schema of a plan's parameter.
const TAKEN_OF_PARAMETERS: [&str; 5] = ["type", "default", "minimum", "readOnly", "x-update-constraint"];

/// CPU and memory are what the plan is about; storage may be chosen beside it.
fn plan_parameter(parameter: Parameter, value: u64) -> Value {
    let priced_as = match parameter {
        Parameter::Storage => "storage-mb",
        Parameter::Cpu => "cpu-tenths",
        Parameter::Memory => "ram-mb",
    };
    let mut schema = schema::plan_parameter(parameter, Some(value));
    if let Some(schema) = schema.as_object_mut() {
        schema.retain(|keyword, _| TAKEN_OF_PARAMETERS.contains(&keyword.as_str()));
    }
    match parameter {
        Parameter::Storage => schema["minimum"] = json!(LEAST_STORAGE_MB.min(value)),
        Parameter::Cpu | Parameter::Memory => schema["readOnly"] = json!(true),
    }
    json!({"pricedAs": priced_as, "schema": schema})
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

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

    #[test]
    fn every_entry_holds_to_the_rules_of_the_platform() {
        let entries = entries(&Catalog::builtin(), "https://broker.example.com/", "Platform team");
        let rules = jsonschema::validator_for(&rules()).unwrap();
        for entry in entries.as_array().unwrap() {
            let problems: Vec<_> =
                rules.iter_errors(entry).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(problems.is_empty(), "{problems:#?}");
            let mut formats = Vec::new();
            all(entry, "format", &mut formats);
            let known = [
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
            assert!(formats.iter().all(|format| known.contains(&format.as_str().unwrap())), "{formats:?}");
            let ids: Vec<_> =
                entry["plans"].as_array().unwrap().iter().map(|plan| plan["id"].clone()).collect();
            let different: BTreeSet<String> = ids.iter().map(Value::to_string).collect();
            assert_eq!(ids.len(), different.len(), "two plans have one id");
        }
        let names: Vec<_> = entries.as_array().unwrap().iter().map(|entry| entry["name"].clone()).collect();
        assert_eq!(names, ["postgres-rds", "mysql-rds", "mariadb-rds"]);
        assert_eq!(entries[0]["backend"]["api"]["endpoint"], "https://broker.example.com/postgres");
    }

    /// The one that is compiled in, and one of somebody's own.
    fn catalogues() -> [Catalog; 2] {
        let own = include_str!("../model/catalog/default.toml").replace("\"17.10\"", "\"17.9\"");
        [Catalog::builtin(), Catalog::parse(&own).unwrap()]
    }

    #[test]
    fn an_entry_publishes_the_schemas_that_the_openapi_document_has() {
        for catalog in catalogues() {
            let document = super::super::openapi::document(&catalog);
            let entries = entries(&catalog, "https://broker.example.com", "Platform team");
            for (provider, entry) in catalog.providers().zip(entries.as_array().unwrap()) {
                let schemas = &document["components"]["schemas"];
                let name = |part: &str| format!("{}{part}", super::super::openapi::type_name(provider));
                for (part, key) in [("Config", "configSchema"), ("Secrets", "secretsSchema")] {
                    assert_eq!(schemas[name(part)], entry[key], "{}", name(part));
                }
                assert_eq!(schemas["Details"], entry["detailsSchema"]);
                for plan in entry["plans"].as_array().unwrap() {
                    let chosen: Map<String, Value> = plan["parameters"]
                        .as_object()
                        .unwrap()
                        .iter()
                        .map(|(name, parameter)| (name.clone(), parameter["schema"]["default"].clone()))
                        .collect();
                    assert!(jsonschema::is_valid(&schemas[name("Parameters")], &json!(chosen)), "{plan}");
                }
            }
        }
    }

    #[test]
    fn what_the_platform_sends_by_an_entry_is_accepted() {
        let catalog = Catalog::builtin();
        let entries = entries(&catalog, "https://broker.example.com", "Platform team");
        for (provider, entry) in catalog.providers().zip(entries.as_array().unwrap()) {
            for plan in entry["plans"].as_array().unwrap() {
                let parameters: Map<String, Value> = plan["parameters"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(name, parameter)| (name.clone(), parameter["schema"]["default"].clone()))
                    .collect();
                let defaults = |schema: &Value| -> Map<String, Value> {
                    let properties = schema["properties"].as_object().unwrap();
                    let default = |(name, property): (&String, &Value)| {
                        Some((name.clone(), property.get("default")?.clone()))
                    };
                    properties.iter().filter_map(default).collect()
                };
                let body = json!({
                    "id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "teamId": 7,
                    "plan": {"id": plan["id"], "parameters": parameters},
                    "config": defaults(&entry["configSchema"]),
                    "secrets": {"superuserPassword": "super-secret-1", "userPassword": "user-secret-1"},
                });
                assert!(jsonschema::is_valid(&entry["configSchema"], &body["config"]), "{provider}");
                assert!(jsonschema::is_valid(&entry["secretsSchema"], &body["secrets"]), "{provider}");
                let read = super::super::create(provider, body.to_string().as_bytes());
                assert!(read.is_ok(), "{provider}: {:?}", read.err());
            }
        }
    }
}
