//! What the platform's operator enters into `config.yaml`, list `codesphere.managedServices`: one entry per provider,
//! made of the very schemas that requests are checked with.

#[cfg(test)]
mod rules;

use serde_json::{Map, Value, json};

use crate::contract::schema;
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
    use super::*;

    /// The one that is compiled in, and one of somebody's own.
    fn catalogues() -> [Catalog; 2] {
        let own = include_str!("../../model/catalog/default.toml").replace("\"17.10\"", "\"17.9\"");
        [Catalog::builtin(), Catalog::parse(&own).unwrap()]
    }

    #[test]
    fn an_entry_publishes_the_schemas_that_the_openapi_document_has() {
        for catalog in catalogues() {
            let document = crate::contract::openapi::document(&catalog);
            let entries = entries(&catalog, "https://broker.example.com", "Platform team");
            for (provider, entry) in catalog.providers().zip(entries.as_array().unwrap()) {
                let schemas = &document["components"]["schemas"];
                let name = |part: &str| format!("{}{part}", crate::contract::openapi::type_name(provider));
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
}
