//! `GET /`

use std::net::TcpListener;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{booked, booking, status};
use crate::world::{TOKEN, World};

#[tokio::test]
async fn the_status_document_is_as_the_contract_says() {
    let (world, id) = booked().await;
    assert_eq!(
        status(&world, id).await,
        json!({
            "plan": {"parameters": {"storage": 20000}},
            "config": {"databaseName": "shop"},
            "details": {
                "ready": false, "superuserName": "cs_admin", "state": "creating",
                "waitingFor": "RDS to create the database", "instanceClass": "db.t4g.micro",
                "allocatedStorage": 20, "engineVersion": "17.10",
                "caBundleUrl": "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
            },
        })
    );
}

#[tokio::test]
async fn ids_that_are_not_ours_are_left_out_and_malformed_ones_named() {
    let (world, id) = booked().await;
    let both = world.send("GET", &format!("/postgres?id={id}&id={}", Uuid::new_v4()), &Value::Null).await;
    assert_eq!(both.json().as_object().unwrap().keys().collect::<Vec<_>>(), [&id.to_string()]);
    let malformed = world.send("GET", &format!("/postgres?id={id}&id=nonsense"), &Value::Null).await;
    assert_eq!(malformed.status, 400);
    let error = "id: must be a UUID like a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11, not \"nonsense\"";
    assert_eq!(malformed.json()["error"], error);
    let upper =
        world.send("GET", &format!("/postgres?id={}", id.to_string().to_uppercase()), &Value::Null).await;
    assert!(upper.json().get(id.to_string()).is_some());
}

#[tokio::test]
async fn many_ids_cost_one_call_and_the_answer_tells_its_age() {
    let world = World::new().await;
    let ids: Vec<Uuid> = (0..100).map(|_| Uuid::new_v4()).collect();
    let begun = std::time::Instant::now();
    for id in &ids {
        assert_eq!(world.send("POST", "/postgres", &booking(*id)).await.status, 201);
    }
    // Ids nobody has looked for yet have to be looked for; all of them at once.
    let strangers: Vec<String> = (0..100).map(|_| format!("id={}", Uuid::new_v4())).collect();
    world.state().calls.clear();
    let query = strangers.join("&");
    let answer = world.send("GET", &format!("/postgres?{query}"), &Value::Null).await;
    assert_eq!(answer.json(), json!({}));
    let calls = world.state().calls.clone();
    assert_eq!(calls, ["DescribeDBInstances"], "one describe for a hundred ids");

    // More of them than the account can have: all of it is read instead, once.
    let strangers: Vec<String> = (0..150).map(|_| format!("id={}", Uuid::new_v4())).collect();
    for calls in [vec!["DescribeDBInstances"], vec![]] {
        world.state().calls.clear();
        let answer = world.send("GET", &format!("/postgres?{}", strangers.join("&")), &Value::Null).await;
        assert_eq!(answer.json(), json!({}));
        assert_eq!(world.state().calls, calls);
    }

    world.state().calls.clear();
    let query: Vec<String> = ids.iter().map(|id| format!("id={id}")).collect();
    let answer = world.send("GET", &format!("/postgres?{}", query.join("&")), &Value::Null).await;
    assert_eq!(answer.json().as_object().unwrap().len(), 100);
    // The oldest answer in it is the first booking's.
    let age: u64 = answer.headers["age"].to_str().unwrap().parse().unwrap();
    assert!(age <= begun.elapsed().as_secs(), "{age} s old");
    assert!(world.state().calls.is_empty(), "what was just written is known: {:?}", world.state().calls);
    assert_eq!(world.send("GET", "/postgres", &Value::Null).await.json().as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn concurrent_gets_share_one_observation() {
    let world = World::with(&[("BROKER_REFRESH_SETTLED_SECONDS", "0.05")]).await;
    let id = Uuid::new_v4();
    world.send("POST", "/postgres", &booking(id)).await;
    world.state().calls.clear();
    let path = "/postgres".to_owned();
    let gets = (0..50).map(|_| world.send("GET", &path, &Value::Null));
    for answer in futures_util::future::join_all(gets).await {
        assert_eq!(answer.json(), json!([id]));
    }
    let calls = world.state().calls.len();
    assert!(calls <= 5, "{calls} calls for 50 callers");
}

#[tokio::test]
async fn nothing_is_said_before_the_first_observation() {
    let world = World::unobserved(&[]);
    world.fail("*", Some("Throttling"));
    for path in ["/postgres".to_owned(), format!("/postgres?id={}", Uuid::new_v4())] {
        let answer = world.send("GET", &path, &Value::Null).await;
        assert_eq!(answer.status, 503, "{path}: {}", answer.text);
        assert!(answer.headers.contains_key("retry-after"));
        assert_eq!(answer.json()["code"], "unavailable");
    }
}

#[tokio::test]
async fn so_many_ids_as_a_uri_can_hold_are_answered_and_more_are_414() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (drain, drained) = oneshot::channel();
    let server = tokio::spawn(rds_broker::http::serve(listener, world.app.clone(), drained));
    // By hand: a client may refuse to send so much.
    for (count, status) in [(1600, "200"), (2000, "414")] {
        let ids: Vec<String> = (0..count).map(|_| format!("id={}", Uuid::new_v4())).collect();
        let head = format!(
            "GET /postgres?{} HTTP/1.1\r\nhost: broker\r\nauthorization: {TOKEN}\r\nconnection: close\r\n\r\n",
            ids.join("&")
        );
        let (mut answers, mut asks) = TcpStream::connect(address).await.unwrap().into_split();
        let ask = tokio::spawn(async move { asks.write_all(head.as_bytes()).await });
        let mut answer = vec![0; 12];
        answers.read_exact(&mut answer).await.unwrap();
        assert_eq!(String::from_utf8(answer).unwrap(), format!("HTTP/1.1 {status}"), "{count} ids");
        if status == "200" {
            ask.await.unwrap().unwrap();
            let mut rest = String::new();
            answers.read_to_string(&mut rest).await.unwrap();
            assert_eq!(rest.split("\r\n\r\n").nth(1), Some("{}"));
        }
    }
    let document = world.call("GET", "/openapi.json", &[], "").await.json();
    assert!(document["paths"]["/postgres"]["get"]["responses"].get("414").is_some());
    drain.send(()).unwrap();
    server.await.unwrap().unwrap();
}
