//! The provider's documents as JSON Schema: what is published to the platform, and, in its
//! checking form, what requests are validated with.
//!
//! The checking form differs in one thing: it lists neither versions nor plans, since a stored wish
//! must be accepted again after the catalogue changed.

use serde_json::{Value, json};

use crate::model::{Provider, ProviderCatalog};

/// Printable ASCII without `/ " ' @` and space: what RDS takes as a master password.
const PASSWORD: &str = "^[!#-&(-.0-?A-~]*$";
/// Names of databases and users.
const NAME: &str = "^[A-Za-z][A-Za-z0-9_]*$";
/// Versions are numbers and dots.
const VERSION: &str = "^[0-9]+(\\.[0-9]+)*$";

/// The published `configSchema`.
#[must_use]
pub fn config(provider: Provider, catalog: &ProviderCatalog) -> Value {
    let mut schema = config_form(provider);
    schema["properties"]["version"] = json!({
        "type": "string", "enum": catalog.versions, "default": catalog.default_version,
        "description": "Engine version; it can be raised later, not lowered",
    });
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
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "version": {"type": "string", "pattern": VERSION, "maxLength": 32},
            "databaseName": name(traits.default_database, traits.longest_database_name, "Name of the database"),
            "userName": name(traits.default_user, traits.longest_user_name, "Name of the login that owns the database"),
        },
    })
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
    let amount = json!({"type": "integer", "minimum": 1, "maximum": 1_000_000_000_000_u64});
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {"storage": amount, "cpu": amount, "memory": amount},
    })
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
