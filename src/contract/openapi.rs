//! The OpenAPI document, 3.1: every route that is mounted, made of the very schemas that requests are checked with.

use serde_json::{Map, Value, json};

use super::schema;
use crate::model::{Catalog, Provider};

/// What holds for every route of the platform's: who may ask, and how it fails.
const COMMON: [(&str, &str); 5] = [
    ("401", "No or wrong token"),
    ("429", "Too many requests; Retry-After says when to come back"),
    ("500", "The broker failed; the request can be repeated"),
    ("502", "AWS refuses the broker itself: its operator has to look"),
    ("503", "AWS throttles, fails or is slow; nothing was lost, Retry-After says when to come back"),
];

/// The document for what a catalogue offers.
#[must_use]
pub fn document(catalog: &Catalog) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    schemas.insert("Error".to_owned(), error());
    schemas.insert("Details".to_owned(), schema::details());
    for provider in catalog.providers() {
        let name = type_name(provider);
        schemas.insert(format!("{name}Config"), schema::config(provider, catalog.provider(provider)));
        schemas.insert(format!("{name}Secrets"), schema::secrets(provider));
        schemas.insert(format!("{name}Parameters"), schema::parameters(catalog.provider(provider)));
        schemas.insert(format!("{name}Create"), create(&name));
        schemas.insert(format!("{name}Update"), update(&name));
        schemas.insert(format!("{name}Status"), status(&name));
        for prefix in ["", "/api/v1"] {
            paths.extend(of_provider(provider, &name, prefix));
        }
    }
    paths.extend(of_operators());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "rds-broker", "version": env!("CARGO_PKG_VERSION"),
            "summary": "Provisions AWS RDS databases for Codesphere's managed services",
            "description": "Every call may be repeated at any moment. Every route also answers with a trailing slash.",
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "security": [{"bearer": []}, {"token": []}, {"apiKey": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "token": {"type": "apiKey", "in": "header", "name": "Authorization"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    })
}

/// `Postgres`, for the names of schemas.
pub(super) fn type_name(provider: Provider) -> String {
    let name = provider.name();
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn body(name: &str) -> Value {
    json!({"required": true, "content": {"application/json": {"schema": reference(name)}}})
}

/// An answer without content, or a failure, whose body is always the same.
fn answers(own: &[(&str, &str)]) -> Map<String, Value> {
    let failed = |what: &str| json!({"description": what, "content": {"application/json": {"schema": reference("Error")}}});
    let answer = |(status, what): &(&str, &str)| {
        let fine = status.starts_with('2');
        ((*status).to_owned(), if fine { json!({"description": what}) } else { failed(what) })
    };
    own.iter().chain(&COMMON).map(answer).collect()
}

fn of_provider(provider: Provider, name: &str, prefix: &str) -> [(String, Value); 4] {
    let engine = provider.traits().display_name;
    let base = format!("{prefix}/{provider}");
    // The second form of a path is another operation to generators.
    let version = if prefix.is_empty() { "" } else { "V1" };
    let operation = |verb: &str| format!("{verb}{name}{version}");
    let path_id = json!({
        "name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"},
    });
    let backup = json!({"name": "backup", "in": "path", "required": true, "schema": {"type": "string"}});
    let not_supported = |verb: &str| {
        json!({
            "operationId": operation(verb), "tags": [provider.name()], "summary": "Not supported",
            "responses": answers(&[("501", "Backups are not supported")]),
        })
    };
    let mut listed = answers(&[
        ("400", "An id is not a UUID"),
        (
            "414",
            "The URI is too long: beyond 65,534 bytes, some 1,600 ids, or what a load balancer in front takes, often \
             some 400. Ask in several requests. No body",
        ),
    ]);
    listed.insert(
        "200".to_owned(),
        json!({
            "description": "All ids, or a map from id to status; ids that were looked for in vain are left out",
            "headers": {"Age": {
                "description": "Seconds since the oldest observation of AWS in it",
                "schema": {"type": "integer", "minimum": 0},
            }},
            "content": {"application/json": {"schema": {"oneOf": [
                {"type": "array", "items": {"type": "string", "format": "uuid"}},
                {"type": "object", "additionalProperties": reference(&format!("{name}Status"))},
            ]}}},
        }),
    );
    [
        (
            base.clone(),
            json!({
                "post": {
                    "operationId": operation("create"), "tags": [provider.name()],
                    "summary": format!("Book {engine}; for an id that exists: change it"),
                    "requestBody": body(&format!("{name}Create")),
                    "responses": answers(&[
                        ("201", "AWS has accepted the instance, with the whole wish on it"),
                        ("400", "A field is wrong; details names all"),
                        ("409", "An immutable field would change, or the name is taken"),
                        ("413", "The body is larger than 64 KiB"),
                        ("415", "The body is not declared as JSON"),
                        ("422", "This account or region cannot provide it"),
                        ("501", "Restoring is not supported"),
                    ]),
                },
                "get": {
                    "operationId": operation("read"), "tags": [provider.name()],
                    "summary": "The status of some services, or the ids of all",
                    "parameters": [{
                        "name": "id", "in": "query", "explode": true,
                        "schema": {"type": "array", "items": {"type": "string", "format": "uuid"}},
                    }],
                    "responses": listed,
                },
            }),
        ),
        (
            format!("{base}/{{id}}"),
            json!({
                "parameters": [path_id],
                "patch": {
                    "operationId": operation("update"), "tags": [provider.name()],
                    "summary": format!("Change {engine}: only what is sent"),
                    "requestBody": body(&format!("{name}Update")),
                    "responses": answers(&[
                        ("204", "The wish is durable; it is applied as soon as RDS takes it"),
                        ("400", "A field is wrong; details names all"),
                        ("404", "There is no such service"),
                        ("409", "It would change what is immutable, shrink storage or lower a version; or it is being deleted"),
                        ("413", "The body is larger than 64 KiB"),
                        ("415", "The body is not declared as JSON"),
                        ("422", "This account or region cannot provide it"),
                        ("501", "Pausing is not supported"),
                    ]),
                },
                "delete": {
                    "operationId": operation("delete"), "tags": [provider.name()],
                    "summary": "Delete it, with everything that belongs to it",
                    "responses": answers(&[
                        ("204", "The deletion is durable, or there is nothing to delete"),
                        ("400", "The id is not a UUID"),
                    ]),
                },
            }),
        ),
        (
            format!("{base}/backups/{{backup}}"),
            json!({
                "parameters": [backup], "put": not_supported("backup"), "delete": not_supported("deleteBackup"),
            }),
        ),
        (
            format!("{base}/backups/{{backup}}/status"),
            json!({"parameters": [backup], "post": not_supported("backupStatus")}),
        ),
    ]
}

/// Routes that are about the process. All but the log level need no token.
fn of_operators() -> Vec<(String, Value)> {
    let open = |operation: &str, summary: &str, kind: &str, failure: Option<&str>| {
        let content = |schema: Value| {
            let mut content = Map::new();
            content.insert(kind.to_owned(), json!({"schema": schema}));
            content
        };
        let schema =
            if kind == "application/json" { json!({"type": "object"}) } else { json!({"type": "string"}) };
        let mut responses = json!({"200": {"description": summary, "content": content(schema.clone())}});
        if let Some(failure) = failure {
            responses["503"] = json!({"description": failure, "content": content(schema)});
        }
        json!({"get": {
            "operationId": operation, "tags": ["operators"], "summary": summary, "security": [], "responses": responses,
        }})
    };
    let (json_kind, not_ready) =
        ("application/json", Some("It answers no requests yet, or no longer; error says why"));
    vec![
        ("/health".to_owned(), open("health", "The process runs", json_kind, None)),
        ("/ready".to_owned(), open("ready", "Requests are answered", json_kind, not_ready)),
        (
            "/metrics".to_owned(),
            open("metrics", "What was counted, for Prometheus", "application/openmetrics-text", None),
        ),
        ("/openapi.json".to_owned(), open("openapi", "This document", json_kind, None)),
        (
            "/icons/{file}".to_owned(),
            json!({
                "parameters": [{"name": "file", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": {
                    "operationId": "icon", "tags": ["operators"], "summary": "An icon, as postgres.svg", "security": [],
                    "responses": {
                        "200": {"description": "The icon", "content": {"image/svg+xml": {"schema": {"type": "string"}}}},
                        "404": {"description": "There is none of that name"},
                    },
                },
            }),
        ),
        ("/docs".to_owned(), open("docs", "This document, for people", "text/html", None)),
        (
            "/admin/log-level".to_owned(),
            json!({"put": {
                "operationId": "setLogLevel", "tags": ["operators"],
                "summary": "What this replica logs from now on, until it ends",
                "requestBody": {"required": true, "content": {"application/json": {"schema": {
                    "type": "object", "additionalProperties": false, "required": ["level"],
                    "properties": {"level": {
                        "type": "string", "examples": ["debug", "info,rds_broker=trace"],
                        "description": "off, error, warn, info, debug, trace, or a filter of them",
                    }},
                }}}},
                "responses": answers(&[("204", "It is changed"), ("400", "That is no level")]),
            }}),
        ),
    ]
}

/// The fields that every request of the platform may have.
fn envelope(name: &str) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut put = |key: &str, schema: Value| properties.insert(key.to_owned(), schema);
    put("id", json!({"type": "string", "format": "uuid"}));
    put("teamId", json!({"type": "integer", "minimum": 1, "description": "Immutable once set"}));
    put("customSubdomain", json!({"type": ["string", "null"], "maxLength": 63, "pattern": "^[a-z0-9-]*$"}));
    put("plan", plan(name));
    put("config", reference(&format!("{name}Config")));
    put("secrets", reference(&format!("{name}Secrets")));
    properties
}

fn plan(name: &str) -> Value {
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {"id": {"type": "integer"}, "parameters": reference(&format!("{name}Parameters"))},
    })
}

fn create(name: &str) -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["id", "secrets"],
        "properties": envelope(name),
    })
}

fn update(name: &str) -> Value {
    let mut properties = envelope(name);
    // Any subset: a secret that is not sent stays as it is.
    properties.insert(
        "secrets".to_owned(),
        json!({
            "type": "object", "additionalProperties": false,
            "properties": {
                "superuserPassword": {"$ref": format!("#/components/schemas/{name}Secrets/properties/superuserPassword")},
                "userPassword": {"$ref": format!("#/components/schemas/{name}Secrets/properties/userPassword")},
            },
        }),
    );
    properties.insert(
        "pause".to_owned(),
        json!({"type": ["boolean", "null"], "description": "true is not supported"}),
    );
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

fn status(name: &str) -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["plan", "config", "details"],
        "properties": {
            "plan": plan(name),
            "config": {"type": "object", "description": "What was sent, exactly and only that"},
            "details": reference("Details"),
            "error": {"type": "string", "description": "Only while something is wrong"},
        },
    })
}

fn error() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["error"],
        "properties": {
            "error": {"type": "string", "description": "One sentence"},
            "code": {"type": "string", "description": "Stable, in snake_case"},
            "details": {"type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["path", "message"],
                "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
            }},
        },
    })
}
