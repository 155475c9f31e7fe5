//! The wire contract, request by request, over a world in memory.

mod access;
mod ageing;
mod bad_input;
mod create;
mod delete;
mod docs;
mod failing;
mod read;
mod retries;
mod scale;
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

pub(crate) fn tag(world: &World, id: Uuid, key: &str) -> Option<String> {
    world.state().instances[&format!("{BROKER}-{id}")].tags.get(&format!("codesphere:{key}")).cloned()
}

pub(crate) async fn status(world: &World, id: Uuid) -> Value {
    let answer = world.send("GET", &format!("/postgres?id={id}"), &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(!answer.text.contains("pw-"), "a password in a response");
    answer.json()[id.to_string()].clone()
}
