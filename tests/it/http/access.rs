//! Who may ask, how often, and by which path.

use serde_json::{Value, json};
use uuid::Uuid;

use super::booking;
use crate::world::{TOKEN, World};

#[tokio::test]
async fn every_form_of_a_token_is_accepted_and_nothing_else() {
    let world = World::new().await;
    let bearer = format!("Bearer {TOKEN}");
    let accepted: [(&str, &str); 6] = [
        ("authorization", &bearer),
        ("authorization", TOKEN),
        ("authorization", "bearer second-token"),
        ("x-api-key", TOKEN),
        ("X-API-Key", "second-token"),
        ("authorization", "Bearer  world-token "),
    ];
    for (name, value) in accepted {
        assert_eq!(world.call("GET", "/postgres", &[(name, value)], "").await.status, 200, "{name}: {value}");
    }
    let beside = [("authorization", "Basic cHJveHk6cHc="), ("x-api-key", TOKEN)];
    assert_eq!(world.call("GET", "/postgres", &beside, "").await.status, 200, "a proxy's own header");
    let refused: [&[(&str, &str)]; 6] = [
        &[],
        &[("authorization", "")],
        &[("authorization", "Bearer")],
        &[("authorization", "Bearer world-token-2")],
        &[("authorization", "Basic world-token")],
        &[("x-api-key", "world-toke")],
    ];
    for headers in refused {
        for (method, path) in
            [("GET", "/postgres"), ("POST", "/postgres"), ("GET", "/nowhere"), ("DELETE", "/postgres/x")]
        {
            let answer = world.call(method, path, headers, "").await;
            assert_eq!(
                (answer.status, answer.text.as_str()),
                (401, r#"{"error":"unauthorized"}"#),
                "{headers:?}"
            );
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
    for path in ["/health", "/health/", "/ready", "/ready/"] {
        assert_eq!(world.call("GET", path, &[], "").await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn every_route_answers_under_both_prefixes_with_and_without_the_slash() {
    let world = World::new().await;
    for base in ["/postgres", "/postgres/", "/api/v1/postgres", "/api/v1/postgres/"] {
        let id = Uuid::new_v4();
        assert_eq!(world.send("POST", base, &booking(id)).await.status, 201, "{base}");
        let list = world.send("GET", base, &Value::Null).await.json();
        assert!(list.as_array().unwrap().contains(&json!(id)), "{base}");
        let one =
            format!("{}/{id}{}", base.trim_end_matches('/'), if base.ends_with('/') { "/" } else { "" });
        assert_eq!(world.send("PATCH", &one, &json!({})).await.status, 204, "{one}");
        assert_eq!(world.send("DELETE", &one, &Value::Null).await.status, 204, "{one}");
    }
}

#[tokio::test]
async fn a_caller_that_sends_too_much_is_told_so_at_once_and_others_are_not() {
    let world = World::with(&[("BROKER_REQUESTS_PER_SECOND", "1"), ("BROKER_REQUESTS_BURST", "3")]).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(world.call("GET", "/postgres", &[("x-api-key", TOKEN)], "").await);
    }
    let codes: Vec<_> = statuses.iter().map(|answer| answer.status).collect();
    assert_eq!(codes, [200, 200, 200, 429]);
    assert_eq!(statuses[3].json()["code"], "too_many_requests");
    assert_eq!(statuses[3].headers["retry-after"], "1");
    assert_eq!(world.call("GET", "/postgres", &[("x-api-key", "second-token")], "").await.status, 200);
}

#[tokio::test]
async fn more_than_can_be_worked_on_at_once_is_told_so_at_once() {
    let world = World::with(&[("BROKER_MAX_CONCURRENT_REQUESTS", "2")]).await;
    // Nothing is known of it, so each waits for AWS to be asked.
    let path = format!("/postgres?id={}", Uuid::new_v4());
    let asks = (0..5).map(|_| world.send("GET", &path, &Value::Null));
    let answers = futures_util::future::join_all(asks).await;
    let codes: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(codes, [200, 200, 429, 429, 429]);
    assert_eq!(answers[4].headers["retry-after"], "1");
    assert_eq!(world.send("GET", &path, &Value::Null).await.status, 200, "places are given back");
}

#[tokio::test]
async fn backups_are_declared_as_not_supported() {
    let world = World::new().await;
    for (method, path) in [
        ("PUT", "/postgres/backups/b1"),
        ("DELETE", "/postgres/backups/b1/"),
        ("POST", "/api/v1/postgres/backups/b1/status"),
    ] {
        let answer = world.send(method, path, &json!({})).await;
        assert_eq!(answer.status, 501, "{method} {path}");
        assert_eq!(answer.json()["code"], "not_supported");
    }
}
