//! The wire contract, request by request, over a world in memory.

mod access;
mod ageing;
mod bad_input;
mod budget;
mod create;
mod delete;
mod docs;
mod failing;
mod metrics;
mod read;
mod retries;
mod scale;
mod sharing;
mod tls;
mod tokens;
mod update;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{BROKER, World};

pub(crate) fn booking(id: Uuid) -> Value {
    json!({
        "id": id, "plan": {"parameters": {"storage": 20000}}, "config": {"databaseName": "shop"},
        "secrets": {"superuserPassword": "pw-super-1", "userPassword": "pw-user-1"},
    })
}

/// A world with one service in it that is still being created.
pub(crate) async fn booked() -> (World, Uuid) {
    let world = World::new().await;
    let id = Uuid::new_v4();
    let answer = world.send("POST", "/postgres", &booking(id)).await;
    assert_eq!((answer.status, answer.text.as_str()), (201, ""));
    (world, id)
}

/// The sum over all series of a metric that have these labels; `None` where there is none.
pub(crate) async fn metric(world: &World, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let text = world.call("GET", "/metrics", &[], "").await.text;
    let is_meant = |line: &&str| {
        line.split(['{', ' ']).next() == Some(name)
            && labels.iter().all(|(label, value)| line.contains(&format!("{label}=\"{value}\"")))
    };
    let value = |line: &str| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
    text.lines().filter(is_meant).map(value).reduce(|sum, value| sum + value)
}

pub(crate) fn tag(world: &World, id: Uuid, key: &str) -> Option<String> {
    world.state().instances[&format!("{BROKER}-{id}")].tags.get(&format!("codesphere:{key}")).cloned()
}

pub(crate) async fn status(world: &World, id: Uuid) -> Value {
    let answer = world.send("GET", &format!("/postgres?id={id}"), &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(!answer.text.contains("pw-"), "a password in a response");
    answer.json()[id.to_string()].clone()
}
