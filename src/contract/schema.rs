//! The provider's documents as JSON Schema: what is published to the platform, and, in its
//! checking form, what requests are validated with.
//!
//! The checking form differs in one thing: it lists neither versions nor plans, since a stored wish
//! must be accepted again after the catalogue changed.

use serde_json::{Map, Value, json};

use crate::model::catalog::{AllowedParameter, LONGEST_TEXT, LONGEST_VERSION, MOST_AMOUNT};
use crate::model::{Parameter, Provider, ProviderCatalog};

/// Printable ASCII without `/ " ' @` and space: what RDS takes as a master password.
const PASSWORD: &str = "^[!#-&(-.0-?A-~]*$";
/// Names of databases and users.
const NAME: &str = "^[A-Za-z][A-Za-z0-9_]*$";
/// Versions are numbers and dots.
const VERSION: &str = "^[0-9]+(\\.[0-9]+)*$";
/// Names of server parameters and extensions.
const ENTRY: &str = "^[A-Za-z][A-Za-z0-9_.-]*$";
/// Entries of a list at most: what fits into tags, and into one call that sets parameters.
const MOST_ENTRIES: usize = 20;

/// The published `configSchema`.
#[must_use]
pub fn config(provider: Provider, catalog: &ProviderCatalog) -> Value {
    let mut schema = config_form(provider);
    let properties = &mut schema["properties"];
    properties["version"] = json!({
        "type": "string", "enum": catalog.versions, "default": catalog.default_version,
        "description": "Engine version; it can be raised later, not lowered",
    });
    properties["multiAz"]["default"] = json!(catalog.defaults.multi_az);
    properties["backupRetentionDays"]["default"] = json!(catalog.defaults.backup_retention_days);
    properties["deletionProtection"]["default"] = json!(catalog.defaults.deletion_protection);
    let allowed: Map<String, Value> =
        catalog.parameters.iter().map(|(name, allowed)| (name.clone(), server_parameter(allowed))).collect();
    properties["parameters"] = json!({
        "type": "object", "additionalProperties": false, "maxProperties": MOST_ENTRIES, "properties": allowed,
        "description": "Server parameters; what is not named has its default",
    });
    if provider.traits().has_extensions {
        properties["extensions"]["items"] = json!({"type": "string", "enum": catalog.extensions});
        if catalog.extensions.is_empty() {
            // Not every reader of schemas takes a choice of nothing.
            properties["extensions"]["items"] = json!({"type": "string"});
            properties["extensions"]["maxItems"] = json!(0);
        }
    }
    schema
}

fn server_parameter(allowed: &AllowedParameter) -> Value {
    let (mut schema, reboot) = match allowed {
        AllowedParameter::Integer { minimum, maximum, reboot } => {
            (json!({"type": "integer", "minimum": minimum, "maximum": maximum}), *reboot)
        }
        AllowedParameter::Boolean { reboot } => (json!({"type": "boolean"}), *reboot),
        AllowedParameter::Text { values, reboot } if values.is_empty() => {
            (json!({"type": "string", "maxLength": LONGEST_TEXT}), *reboot)
        }
        AllowedParameter::Text { values, reboot } => (json!({"type": "string", "enum": values}), *reboot),
    };
    if reboot {
        schema["description"] = json!("A change reboots the database");
    }
    schema
}

/// The form of `config`.
pub(super) fn config_form(provider: Provider) -> Value {
    let traits = provider.traits();
    let name = |default: &str, longest: usize, what: &str| {
        json!({
            "type": "string", "pattern": NAME, "maxLength": longest, "default": default,
            "description": what, "x-update-constraint": "immutable",
        })
    };
    let mut form = json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "version": {"type": "string", "pattern": VERSION, "maxLength": LONGEST_VERSION},
            "databaseName": name(traits.default_database, traits.longest_database_name, "Name of the database"),
            "userName": name(traits.default_user, traits.longest_user_name, "Name of the login that owns the database"),
            "multiAz": {"type": "boolean", "description": "A standby in another zone"},
            "backupRetentionDays": {
                "type": "integer", "minimum": 0, "maximum": 35,
                "description": "Days that automated backups are kept; 0 turns them off",
            },
            "backupWindow": {
                "type": "string", "maxLength": 32,
                "description": "When backups are taken, daily, UTC, as 03:00-03:30",
            },
            "maintenanceWindow": {
                "type": "string", "maxLength": 32,
                "description": "When the database may be maintained, weekly, UTC, as sun:05:00-sun:06:00",
            },
            "deletionProtection": {
                "type": "boolean", "description": "Protection against deletion by others than this platform",
            },
            "applyDuringMaintenance": {
                "type": "boolean", "default": false,
                "description": "Changes that cause an outage wait for the maintenance window",
            },
            "parameters": {
                "type": "object", "maxProperties": MOST_ENTRIES,
                "propertyNames": {"pattern": ENTRY, "maxLength": 63},
                "additionalProperties": {"type": ["string", "integer", "boolean"], "maxLength": LONGEST_TEXT},
            },
        },
    });
    if traits.has_extensions {
        form["properties"]["extensions"] = json!({
            "type": "array", "maxItems": MOST_ENTRIES, "uniqueItems": true,
            "items": {"type": "string", "pattern": ENTRY, "maxLength": 63},
            "description": "Extensions created in the database; one that is taken out of the list stays in the database",
        });
    }
    form
}

/// The published `secretsSchema`, which is also its checking form.
#[must_use]
pub fn secrets(provider: Provider) -> Value {
    let (least, most) = provider.traits().password_length;
    let password = |what: &str| {
        json!({
            "type": "string", "format": "password", "pattern": PASSWORD, "minLength": least, "maxLength": most,
            "description": what,
        })
    };
    json!({
        "type": "object", "additionalProperties": false,
        "required": ["superuserPassword", "userPassword"],
        "properties": {
            "superuserPassword": password("Password of the administrator"),
            "userPassword": password("Password of the login that owns the database"),
        },
    })
}

/// The form of `plan.parameters`.
pub(super) fn parameters_form() -> Value {
    let amount = json!({"type": "integer", "minimum": 1, "maximum": MOST_AMOUNT});
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {"storage": amount, "cpu": amount, "memory": amount},
    })
}

/// The published form of `plan.parameters`: with what each is, and what it is where none is asked for.
#[must_use]
pub fn parameters(catalog: &ProviderCatalog) -> Value {
    let mut schema = parameters_form();
    for &parameter in Parameter::ALL {
        schema["properties"][parameter.name()] =
            plan_parameter(parameter, catalog.defaults.parameters.get(&parameter).copied());
    }
    schema
}

/// One parameter of a plan, with the value that stands in for it.
#[must_use]
pub fn plan_parameter(parameter: Parameter, default: Option<u64>) -> Value {
    let mut schema = parameters_form()["properties"][parameter.name()].clone();
    schema["description"] = json!(match parameter {
        Parameter::Storage => "Storage in MB (not MiB); it can be raised later, not lowered",
        Parameter::Cpu => "CPU in tenths of a vCPU",
        Parameter::Memory => "Memory in MB (not MiB)",
    });
    if let Some(default) = default {
        schema["default"] = json!(default);
    }
    if parameter == Parameter::Storage {
        schema["x-update-constraint"] = json!("increase-only");
    }
    schema
}

/// The published `detailsSchema`: exactly the fields of [`super::status::Details`].
#[must_use]
pub fn details() -> Value {
    let text = json!({"type": "string"});
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "hostname": text, "port": {"type": "integer"}, "dsn": {"type": "string", "format": "uri"},
            "ready": {"type": "boolean"}, "superuserName": text, "state": text, "waitingFor": text,
            "instanceClass": text, "allocatedStorage": {"type": "integer"}, "engineVersion": text,
            "caBundleUrl": {"type": "string", "format": "uri"},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::status::Details;
    use crate::model::Catalog;

    /// What the platform's registration takes.
    const FORMATS: [&str; 10] =
        ["int32", "int64", "float", "double", "byte", "date", "date-time", "password", "uri", "hostname"];

    fn published() -> Vec<Value> {
        let catalog = Catalog::builtin();
        let of = |provider| {
            let catalog = catalog.provider(provider);
            [config(provider, catalog), secrets(provider), parameters(catalog), details()]
        };
        Provider::ALL.into_iter().flat_map(of).collect()
    }

    #[test]
    fn what_is_published_is_closed_and_takes_its_own_defaults() {
        for schema in published() {
            assert_eq!(schema["additionalProperties"], json!(false), "{schema}");
            let properties = schema["properties"].as_object().unwrap();
            for (name, property) in properties {
                let format = property.get("format").and_then(Value::as_str);
                assert!(format.is_none_or(|format| FORMATS.contains(&format)), "{name}: {property}");
                if let Some(default) = property.get("default") {
                    assert!(jsonschema::is_valid(property, default), "{name}: {property}");
                }
            }
        }
    }

    #[test]
    fn what_is_published_passes_the_form_that_requests_are_checked_with() {
        let catalog = Catalog::builtin();
        for provider in Provider::ALL {
            let [form, published] = [config_form(provider), config(provider, catalog.provider(provider))];
            let sent = json!({
                "multiAz": true, "backupRetentionDays": 0, "backupWindow": "03:00-03:30", "applyDuringMaintenance": true,
                "maintenanceWindow": "sun:05:00-sun:06:00", "parameters": {"max_connections": 50, "long": "x"},
            });
            assert!(jsonschema::is_valid(&form, &sent), "{provider}");
            assert!(
                !jsonschema::is_valid(&published, &sent),
                "{provider} publishes a parameter it does not allow"
            );
            let fine = json!({"parameters": {"max_connections": 50}, "backupRetentionDays": 35});
            assert!(
                jsonschema::is_valid(&form, &fine) && jsonschema::is_valid(&published, &fine),
                "{provider}"
            );
        }
    }

    #[test]
    fn every_version_of_the_catalogue_can_be_asked_for_and_no_other() {
        let catalog = Catalog::builtin();
        let catalog = catalog.provider(Provider::Postgres);
        let [form, published] = [config_form(Provider::Postgres), config(Provider::Postgres, catalog)];
        for version in &catalog.versions {
            let asked = json!({"version": version});
            assert!(jsonschema::is_valid(&form, &asked) && jsonschema::is_valid(&published, &asked));
        }
        let retired = json!({"version": "9.6"});
        assert!(jsonschema::is_valid(&form, &retired) && !jsonschema::is_valid(&published, &retired));
    }

    #[test]
    fn the_details_schema_lists_exactly_the_fields_there_are() {
        let text = || Some("x".to_owned());
        let full = Details {
            hostname: text(),
            port: Some(5432),
            dsn: text(),
            ready: true,
            superuser_name: text(),
            state: "available".to_owned(),
            waiting_for: text(),
            instance_class: "db.t4g.micro".to_owned(),
            allocated_storage: 20,
            engine_version: "17.10".to_owned(),
            ca_bundle_url: "https://example.com".to_owned(),
        };
        let full = serde_json::to_value(full).unwrap();
        let mut fields: Vec<_> = full.as_object().unwrap().keys().cloned().collect();
        let schema = details();
        let mut listed: Vec<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        fields.sort();
        listed.sort();
        assert_eq!(fields, listed);
    }
}
