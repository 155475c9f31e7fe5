//! Bad input: what is sent, and the exact answer. None of it reaches AWS.

use serde_json::{Value, json};

use crate::world::{TOKEN, World};

const ID: &str = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
const UUID: &str = "must be a UUID like a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
const NAME: &str = "must start with a letter and hold letters, digits and _ only";
const RESERVED: &str = "is a name that PostgreSQL reserves";
const PASSWORD: &str = "must be printable ASCII without spaces and / \" ' @";
const WHOLE: &str = "must be a whole number";

/// Method, path, headers, body; status and error.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, u16, &'a str);

fn good() -> Value {
    json!({
        "id": ID, "plan": {"parameters": {"storage": 20000}}, "config": {},
        "secrets": {"superuserPassword": "super-secret", "userPassword": "user-secret"},
    })
}

/// A good booking with one place changed; `null` as `Value::Null`.
fn with(pointer: &[&str], value: Value) -> Value {
    let mut body = good();
    let mut place = &mut body;
    for key in pointer {
        place = &mut place[*key];
    }
    *place = value;
    body
}

fn without(key: &str) -> Value {
    let mut body = good();
    body.as_object_mut().unwrap().remove(key);
    body
}

fn secret(which: &str, value: Value) -> Value {
    with(&["secrets", which], value)
}

fn config(key: &str, value: Value) -> Value {
    with(&["config", key], value)
}

fn parameter(key: &str, value: Value) -> Value {
    with(&["plan", "parameters", key], value)
}

/// Bodies with one field wrong: the field, and what is said of it.
fn one_field() -> Vec<(Value, &'static str, String)> {
    let long = "a".repeat(64);
    let most = "must be at most 1000000000000";
    let parameters = "is not known; there are storage, cpu, memory";
    let configs = "is not known; there are version, databaseName, userName, multiAz, backupRetentionDays, \
                   backupWindow, maintenanceWindow, deletionProtection, applyDuringMaintenance, parameters, extensions";
    let scalar = "must be true or false, or a whole number, or a string";
    let many: serde_json::Map<_, _> = (0..21).map(|number| (format!("p{number}"), json!(1))).collect();
    let secrets = "is not known; there are superuserPassword, userPassword";
    let versions = "must be one of 14.23, 15.18, 16.13, 16.14, 17.10, 18.4";
    let team = "must be a whole number greater than 0";
    let subdomain = "must be at most 63 of a-z, 0-9 and hyphens";
    let rows: Vec<(Value, &'static str, &str)> = vec![
        (without("id"), "id", "is required"),
        (with(&["id"], json!(null)), "id", "is required"),
        (with(&["id"], json!(7)), "id", "must be a string"),
        (with(&["id"], json!("")), "id", UUID),
        (with(&["id"], json!("nonsense")), "id", UUID),
        (with(&["id"], json!("a0eebc999c0b4ef8bb6d6bb9bd380a11")), "id", UUID),
        (with(&["id"], json!("{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}")), "id", UUID),
        (with(&["id"], json!("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1z")), "id", UUID),
        (with(&["teamId"], json!(0)), "teamId", team),
        (with(&["teamId"], json!(-1)), "teamId", team),
        (with(&["teamId"], json!("7")), "teamId", team),
        (with(&["teamId"], json!(1.5)), "teamId", team),
        (with(&["customSubdomain"], json!("My-Db")), "customSubdomain", subdomain),
        (with(&["customSubdomain"], json!(long)), "customSubdomain", subdomain),
        (with(&["customSubdomain"], json!(5)), "customSubdomain", "must be a string or null"),
        (with(&["pause"], json!("yes")), "pause", "must be true or false"),
        (with(&["recoverFrom"], json!("yes")), "recoverFrom", "must be an object"),
        (with(&["plan"], json!([])), "plan", "must be an object"),
        (with(&["plan"], json!(3)), "plan", "must be an object"),
        (with(&["plan", "id"], json!("small")), "plan.id", WHOLE),
        (with(&["plan", "id"], json!(1.5)), "plan.id", WHOLE),
        (with(&["plan", "id"], json!(9)), "plan.id", "there is no plan 9; there are 0, 1, 2, 3, 4"),
        (with(&["plan", "name"], json!("x")), "plan.name", "is not known; there are id, parameters"),
        (with(&["plan", "parameters"], json!("x")), "plan.parameters", "must be an object"),
        (parameter("storage", json!("20000")), "plan.parameters.storage", WHOLE),
        (parameter("storage", json!(0)), "plan.parameters.storage", "must be at least 1"),
        (parameter("storage", json!(-5)), "plan.parameters.storage", "must be at least 1"),
        (parameter("storage", json!(20000.5)), "plan.parameters.storage", WHOLE),
        (parameter("storage", json!(1e13)), "plan.parameters.storage", most),
        (parameter("cpu", json!(true)), "plan.parameters.cpu", WHOLE),
        (parameter("cpu", json!([5])), "plan.parameters.cpu", WHOLE),
        (parameter("memory", json!({})), "plan.parameters.memory", WHOLE),
        (parameter("memory", json!(0)), "plan.parameters.memory", "must be at least 1"),
        (parameter("ram", json!(512)), "plan.parameters.ram", parameters),
        (parameter("iops", json!(null)), "plan.parameters.iops", parameters),
        (with(&["config"], json!("x")), "config", "must be an object"),
        (config("version", json!(17)), "config.version", "must be a string"),
        (config("version", json!("seventeen")), "config.version", "must be a version like 17.10"),
        (config("version", json!("")), "config.version", "must be a version like 17.10"),
        (config("version", json!("9.6")), "config.version", versions),
        (config("version", json!("17")), "config.version", versions),
        (config("databaseName", json!("")), "config.databaseName", NAME),
        (config("databaseName", json!("1db")), "config.databaseName", NAME),
        (config("databaseName", json!("my-db")), "config.databaseName", NAME),
        (config("databaseName", json!("a\"; drop table x; --")), "config.databaseName", NAME),
        (config("databaseName", json!("größe")), "config.databaseName", NAME),
        (config("databaseName", json!("app\n")), "config.databaseName", NAME),
        (config("version", json!("17.10\n")), "config.version", "must be a version like 17.10"),
        (config("databaseName", json!(long)), "config.databaseName", "must have at most 63 characters"),
        (config("databaseName", json!("Postgres")), "config.databaseName", RESERVED),
        (config("databaseName", json!("select")), "config.databaseName", RESERVED),
        (config("databaseName", json!("template1")), "config.databaseName", RESERVED),
        (config("userName", json!("cs_admin")), "config.userName", RESERVED),
        (config("userName", json!("rdsadmin")), "config.userName", RESERVED),
        (config("userName", json!("pg_monitor")), "config.userName", RESERVED),
        (config("userName", json!("RDS_superuser")), "config.userName", RESERVED),
        (config("userName", json!("admin")), "config.userName", RESERVED),
        (config("userName", json!("user")), "config.userName", RESERVED),
        (config("userName", json!(["a"])), "config.userName", "must be a string"),
        (config("multiAz", json!("yes")), "config.multiAz", "must be true or false"),
        (config("backupRetentionDays", json!(36)), "config.backupRetentionDays", "must be at most 35"),
        (config("backupRetentionDays", json!(-1)), "config.backupRetentionDays", "must be at least 0"),
        (config("backupRetentionDays", json!("7")), "config.backupRetentionDays", WHOLE),
        (config("backupWindow", json!("3-4")), "config.backupWindow", "must be like 03:00-03:30 (UTC)"),
        (
            config("backupWindow", json!("03:00-03:29")),
            "config.backupWindow",
            "must be at least 30 minutes long",
        ),
        (
            config("maintenanceWindow", json!("05:00-06:00")),
            "config.maintenanceWindow",
            "must be like sun:05:00-sun:06:00 (UTC)",
        ),
        (
            with(
                &["config"],
                json!({"backupWindow": "05:30-06:30", "maintenanceWindow": "Sun:05:00-Sun:06:00"}),
            ),
            "config.backupWindow",
            "the backup window 05:30-06:30 and the maintenance window Sun:05:00-Sun:06:00 must not overlap",
        ),
        (config("deletionProtection", json!(1)), "config.deletionProtection", "must be true or false"),
        (
            config("applyDuringMaintenance", json!([])),
            "config.applyDuringMaintenance",
            "must be true or false",
        ),
        (config("parameters", json!(["x"])), "config.parameters", "must be an object"),
        (config("parameters", json!({"max_connections": []})), "config.parameters.max_connections", scalar),
        (
            config("parameters", json!({"max_connections": 1})),
            "config.parameters.max_connections",
            "must be between 6 and 8388607",
        ),
        (
            config("parameters", json!({"max_connections": "50"})),
            "config.parameters.max_connections",
            "must be a whole number",
        ),
        (
            config("parameters", json!({"a b": 1})),
            "config.parameters",
            "has a name that is not one of a server parameter",
        ),
        (config("parameters", json!(many)), "config.parameters", "must have at most 20 entries"),
        (config("extensions", json!("pgcrypto")), "config.extensions", "must be a list"),
        (config("extensions", json!(["a; b"])), "config.extensions.0", "is not the name of an extension"),
        (
            config("extensions", json!(["pgcrypto", "pgcrypto"])),
            "config.extensions",
            "must not hold anything twice",
        ),
        (config("superuser", json!(null)), "config.superuser", configs),
        (with(&["secrets"], json!("x")), "secrets", "must be an object"),
        (secret("userPassword", json!("short-7")), "secrets.userPassword", "must have at least 8 characters"),
        (
            secret("userPassword", json!("x".repeat(129))),
            "secrets.userPassword",
            "must have at most 128 characters",
        ),
        (secret("userPassword", json!("with space")), "secrets.userPassword", PASSWORD),
        (secret("userPassword", json!("with/slash")), "secrets.userPassword", PASSWORD),
        (secret("userPassword", json!("with@sign1")), "secrets.userPassword", PASSWORD),
        (secret("userPassword", json!("with\"quote")), "secrets.userPassword", PASSWORD),
        (secret("userPassword", json!("with'quote")), "secrets.userPassword", PASSWORD),
        (secret("userPassword", json!("passwörter")), "secrets.userPassword", PASSWORD),
        (secret("userPassword", json!("line\nbreak")), "secrets.userPassword", PASSWORD),
        (secret("userPassword", json!("a-line-end\n")), "secrets.userPassword", PASSWORD),
        (secret("userPassword", json!(12345678)), "secrets.userPassword", "must be a string"),
        (secret("userPassword", json!(null)), "secrets.userPassword", "must be a string"),
        (
            secret("superuserPassword", json!("")),
            "secrets.superuserPassword",
            "must have at least 8 characters",
        ),
        (secret("rootPassword", json!("something")), "secrets.rootPassword", secrets),
    ];
    rows.into_iter().map(|(body, path, message)| (body, path, message.to_owned())).collect()
}

async fn post(world: &World, body: &str) -> (u16, Value) {
    let headers = [("x-api-key", TOKEN), ("content-type", "application/json; charset=utf-8")];
    let answer = world.call("POST", "/postgres", &headers, body).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn one_wrong_field_is_named_and_explained() {
    let rows = one_field();
    assert!(rows.len() >= 60, "{}", rows.len());
    let world = World::new().await;
    for (body, path, message) in rows {
        let (status, answer) = post(&world, &body.to_string()).await;
        let wanted = json!({
            "error": format!("{path}: {message}"), "code": "invalid",
            "details": [{"path": path, "message": message}],
        });
        assert_eq!((status, answer), (400, wanted), "{body}");
    }
    let calls = world.state().calls.clone();
    assert!(calls.iter().all(|call| call.starts_with("Describe") || call.starts_with("List")), "{calls:?}");
}

#[tokio::test]
async fn every_provider_has_rules_of_its_own() {
    let world = World::new().await;
    let long_password = "x".repeat(42);
    let table = [
        ("mysql", json!({"config": {"extensions": []}}), "config.extensions"),
        ("mysql", json!({"config": {"userName": "u".repeat(33)}}), "config.userName"),
        ("mysql", json!({"config": {"databaseName": "information_schema"}}), "config.databaseName"),
        ("mysql", json!({"config": {"version": "17.10"}}), "config.version"),
        ("mysql", json!({"config": {"parameters": {"work_mem": 64}}}), "config.parameters.work_mem"),
        ("mariadb", json!({"secrets": {"userPassword": long_password}}), "secrets.userPassword"),
        ("mariadb", json!({"config": {"userName": "mysql"}}), "config.userName"),
        ("mariadb", json!({"config": {"version": "8.4.7"}}), "config.version"),
    ];
    for (provider, part, path) in table {
        let mut body = json!({
            "id": ID, "secrets": {"superuserPassword": "super-secret", "userPassword": "user-secret"},
        });
        for (key, value) in part.as_object().unwrap() {
            let mut merged = body[key].as_object().cloned().unwrap_or_default();
            merged.extend(value.as_object().unwrap().clone());
            body[key] = Value::Object(merged);
        }
        let headers = [("x-api-key", TOKEN), ("content-type", "application/json")];
        let answer = world.call("POST", &format!("/{provider}"), &headers, &body.to_string()).await;
        let paths: Vec<_> =
            answer.json()["details"].as_array().unwrap().iter().map(|field| field["path"].clone()).collect();
        assert_eq!((answer.status, paths), (400, vec![json!(path)]), "{provider} {part}");
    }
}

#[tokio::test]
async fn all_wrong_fields_are_told_at_once_and_no_value_is_repeated() {
    let world = World::new().await;
    let body = json!({
        "id": "x", "teamId": -1, "plan": {"parameters": {"storage": "leaked-1", "cpu": 0}},
        "config": {"databaseName": "select", "nope": "leaked-2"}, "secrets": {"userPassword": "leaked/3"},
    });
    let (status, answer) = post(&world, &body.to_string()).await;
    assert_eq!(status, 400);
    let paths: Vec<_> =
        answer["details"].as_array().unwrap().iter().map(|field| field["path"].as_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "config.databaseName",
            "config.nope",
            "id",
            "plan.parameters.cpu",
            "plan.parameters.storage",
            "secrets.superuserPassword",
            "secrets.userPassword",
            "teamId",
        ]
    );
    assert!(answer["error"].as_str().unwrap().starts_with("8 fields are invalid: config.databaseName, "));
    assert!(!answer.to_string().contains("leaked"), "{answer}");
}

#[tokio::test]
async fn what_is_no_document_is_refused_without_repeating_it() {
    let world = World::new().await;
    let table = [
        ("", "The body ends before the JSON does."),
        ("{", "The body ends before the JSON does."),
        ("leaked", "The body is not valid JSON (line 1, column 1)."),
        ("{\"id\": leaked}", "The body is not valid JSON (line 1, column 8)."),
        ("[]", "The body must be a JSON object."),
        ("\"leaked\"", "The body must be a JSON object."),
        ("null", "The body must be a JSON object."),
        ("{\"secrets\": {\"a\": 1, \"a\": 2}}", "The body holds a key twice (line 1, column 28)."),
    ];
    for (body, error) in table {
        let answer = post(&world, body).await;
        assert_eq!(answer, (400, json!({"error": error, "code": "invalid"})), "{body}");
    }
}

#[tokio::test]
async fn requests_that_are_wrong_before_their_body_counts() {
    let world = World::new().await;
    let json_type = ("content-type", "application/json");
    let big = format!("{{\"x\":\"{}\"}}", "x".repeat(64 * 1024));
    let bad_id = "id: must be a UUID like a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11, not \"nonsense\"";
    let not_json = "The content type must be application/json.";
    let one = format!("/postgres/{ID}");
    let not_text = "id: must be a UUID like a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11, not \"\u{fffd}\"";
    let table: [Row<'_>; 13] = [
        ("POST", "/postgres", &[json_type], &big, 413, "The body is larger than 64 KiB."),
        ("POST", "/postgres", &[], "{}", 415, not_json),
        ("PATCH", &one, &[("content-type", "text/plain")], "{}", 415, not_json),
        ("PUT", "/postgres", &[json_type], "{}", 405, "PUT is not possible here."),
        ("POST", &one, &[json_type], "{}", 405, "POST is not possible here."),
        ("GET", "/nowhere", &[], "", 404, "There is nothing at this path."),
        ("GET", "/oracle", &[], "", 404, "There is nothing at this path."),
        ("PATCH", "/postgres/nonsense", &[json_type], "{}", 400, bad_id),
        ("DELETE", "/postgres/nonsense", &[], "", 400, bad_id),
        ("PATCH", "/postgres/%ff", &[json_type], "{}", 400, not_text),
        ("DELETE", "/postgres/%ff/", &[], "", 400, not_text),
        ("GET", "/postgres?id=nonsense", &[], "", 400, bad_id),
        ("GET", "/postgres?id=%FF", &[], "", 400, not_text),
    ];
    for (method, path, headers, body, status, error) in table {
        let mut headers = headers.to_vec();
        headers.push(("x-api-key", TOKEN));
        let answer = world.call(method, path, &headers, body).await;
        assert_eq!(
            (answer.status, answer.json()["error"].as_str().unwrap()),
            (status, error),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let world = World::new().await;
    for (path, allowed) in
        [("/postgres", vec!["GET", "HEAD", "POST"]), ("/postgres/x", vec!["DELETE", "PATCH"])]
    {
        let answer = world.send("PUT", path, &json!({})).await;
        let mut allow: Vec<_> = answer.headers["allow"].to_str().unwrap().split(',').map(str::trim).collect();
        allow.sort_unstable();
        assert_eq!((answer.status, allow), (405, allowed), "{path}");
    }
}

#[tokio::test]
async fn every_malformed_id_of_a_query_is_named() {
    let world = World::new().await;
    let answer = world.send("GET", &format!("/postgres?id=one&id={ID}&id=&id=two"), &Value::Null).await;
    let said = |id: &str| json!({"path": "id", "message": format!("{UUID}, not \"{id}\"")});
    assert_eq!(
        (answer.status, answer.json()["details"].clone()),
        (400, json!([said(""), said("one"), said("two")]))
    );
}

#[tokio::test]
async fn what_is_not_supported_is_said_only_of_a_good_document() {
    let world = World::new().await;
    let recover = with(&["recoverFrom"], json!({"id": "b1", "config": {}, "secrets": {}}));
    let (status, answer) = post(&world, &recover.to_string()).await;
    assert_eq!((status, &answer["code"]), (501, &json!("not_supported")));
    let paused = world.send("PATCH", &format!("/postgres/{ID}"), &json!({"pause": true})).await;
    assert_eq!((paused.status, paused.json()["code"].clone()), (501, json!("not_supported")));
    let elsewhere = json!({"id": "b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"});
    let answer = world.send("PATCH", &format!("/postgres/{ID}"), &elsewhere).await;
    assert_eq!(
        (answer.status, answer.json()["error"].clone()),
        (400, json!("id: must be the id in the path"))
    );
}

#[tokio::test]
async fn what_no_class_or_volume_can_serve_says_what_the_limits_are() {
    let world = World::new().await;
    let table = [
        (
            json!({"cpu": 641}),
            "No instance class has cpu 641 and memory 512: plan.parameters.cpu can be at most 640 (tenths of a vCPU) and \
             plan.parameters.memory at most 549755 (MB).",
        ),
        (
            json!({"memory": 549_756}),
            "No instance class has cpu 5 and memory 549756: plan.parameters.cpu can be at most 640 (tenths of a vCPU) and \
             plan.parameters.memory at most 549755 (MB).",
        ),
        (json!({"storage": 70_368_745}), "plan.parameters.storage can be at most 70368744 MB."),
    ];
    for (parameters, error) in table {
        let (status, answer) = post(&world, &with(&["plan", "parameters"], parameters).to_string()).await;
        assert_eq!((status, answer), (422, json!({"error": error, "code": "unsatisfiable"})));
    }
}
