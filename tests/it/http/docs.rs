//! The OpenAPI document against the routes that answer, and the page and icons beside it.

use serde_json::{Value, json};

use crate::world::World;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

#[tokio::test]
async fn the_document_lists_every_method_that_is_answered_and_no_other() {
    let world = World::new().await;
    let document = world.call("GET", "/openapi.json", &[], "").await.json();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 3 * 2 * 4 + 7, "{:?}", paths.keys());
    for (path, operations) in paths {
        let concrete = path
            .replace("{id}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
            .replace("{backup}", "b1")
            .replace("{file}", "postgres.svg");
        for method in METHODS {
            for slash in ["", "/"] {
                if path.starts_with("/icons") && slash == "/" {
                    continue;
                }
                let url = format!("{concrete}{slash}");
                let answer = world.send(&method.to_uppercase(), &url, &json!({})).await;
                let is_mounted = answer.status != 405 && !answer.text.contains("nothing at this path");
                let is_listed = operations.get(method).is_some();
                assert_eq!(is_mounted, is_listed, "{method} {url}: {} {}", answer.status, answer.text);
                if let Some(operation) = operations.get(method) {
                    let known = operation["responses"].get(answer.status.to_string()).is_some();
                    assert!(known, "{method} {url} answers {}, which is not listed", answer.status);
                }
            }
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
    let world = World::new().await;
    let document = world.call("GET", "/openapi.json", &[], "").await.json();
    let (mut references, mut names) = (Vec::new(), Vec::new());
    collect(&document, "$ref", &mut references);
    collect(&document, "operationId", &mut names);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

fn collect(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                match inner {
                    Value::String(text) if name == key => found.push(text.clone()),
                    _ => collect(inner, key, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, key, found)),
        _ => {}
    }
}

#[tokio::test]
async fn a_booking_and_its_status_are_what_the_document_says() {
    let (world, id) = super::booked().await;
    let document = world.call("GET", "/openapi.json", &[], "").await.json();
    let valid = |name: &str, value: &Value| {
        let mut schema = json!({"$ref": format!("#/components/schemas/{name}")});
        schema["components"] = document["components"].clone();
        jsonschema::is_valid(&schema, value)
    };
    assert!(valid("PostgresCreate", &super::booking(id)));
    assert!(!valid("PostgresCreate", &json!({"id": id, "unknown": 1})));
    assert!(valid("PostgresStatus", &super::status(&world, id).await));
    assert!(valid("PostgresUpdate", &json!({"secrets": {"userPassword": "pw-user-2"}})));
    let refused = world.send("PATCH", &format!("/postgres/{id}"), &json!({"plan": 7})).await;
    assert_eq!(refused.status, 400);
    assert!(valid("Error", &refused.json()));
}

#[tokio::test]
async fn the_page_names_every_call_and_loads_nothing() {
    let world = World::new().await;
    let page = world.call("GET", "/docs", &[], "").await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    for call in
        ["<b>POST</b> <code>/postgres</code>", "<b>PATCH</b> <code>/mariadb/{id}</code>", "PostgresConfig"]
    {
        assert!(page.text.contains(call), "{call}");
    }
    for loaded in ["src=", "<script", "<link", "@import", "url("] {
        assert!(!page.text.contains(loaded), "{loaded}");
    }
    let icon = world.call("GET", "/icons/mysql.svg", &[], "").await;
    assert_eq!((icon.status, icon.headers["content-type"].to_str().unwrap()), (200, "image/svg+xml"));
    assert_eq!(world.call("GET", "/icons/oracle.svg", &[], "").await.status, 404);
}
