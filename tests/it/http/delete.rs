//! `DELETE /{id}`

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::{booked, booking, status, tag};
use crate::broker::eventually;
use crate::world::{BROKER, World};

#[tokio::test]
async fn a_service_is_listed_until_rds_has_deleted_it() {
    let (world, id) = booked().await;
    let path = format!("/postgres/{id}");
    assert_eq!(world.send("DELETE", &path, &Value::Null).await.status, 204);
    assert_eq!(world.send("DELETE", &path, &Value::Null).await.status, 204);
    assert_eq!(world.send("PATCH", &path, &json!({})).await.status, 409);
    let again = world.send("POST", "/postgres", &booking(id)).await;
    assert_eq!(again.status, 503);
    assert_eq!(again.headers["retry-after"], "10");
    let document = status(&world, id).await;
    assert_eq!(document["details"]["state"], "deleting");
    assert_eq!(document["details"]["ready"], false);
    eventually("instance and secrets to be deleted", async || {
        let state = world.state();
        let deleting = state.instances.values().all(|instance| instance.status == "deleting");
        (deleting && state.secrets.is_empty()).then_some(())
    })
    .await;
    let deletes = world.state().calls.iter().filter(|call| *call == "DeleteDBInstance").count();
    assert_eq!(deletes, 1);
}

/// A replica that has never seen the service that another has just made: RDS shows it only after a while.
async fn made_elsewhere() -> (World, Uuid) {
    let (maker, id) = booked().await;
    let identifier = format!("{BROKER}-{id}");
    let instance = maker.state().instances[&identifier].clone();
    let world = World::new().await;
    let shows = world.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(4)).await;
        shows.state().instances.insert(identifier, instance);
    });
    (world, id)
}

#[tokio::test(start_paused = true)]
async fn what_another_replica_made_a_moment_ago_is_deleted_though_it_does_not_show_yet() {
    let (world, id) = made_elsewhere().await;
    assert_eq!(world.send("DELETE", &format!("/postgres/{id}"), &Value::Null).await.status, 204);
    assert!(tag(&world, id, "deleting").is_some(), "it would run for ever");
}

#[tokio::test(start_paused = true)]
async fn what_another_replica_made_a_moment_ago_is_changed_though_it_does_not_show_yet() {
    let (world, id) = made_elsewhere().await;
    let change = json!({"plan": {"parameters": {"storage": 40000}}});
    let answer = world.send("PATCH", &format!("/postgres/{id}"), &change).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
}

#[tokio::test(start_paused = true)]
async fn what_never_was_is_looked_for_long_enough_and_then_gone() {
    let world = World::new().await;
    let begun = Instant::now();
    assert_eq!(
        world.send("DELETE", &format!("/postgres/{}", Uuid::new_v4()), &Value::Null).await.status,
        204
    );
    // The clock moves only when all wait: this is what was waited for, not how fast the machine is.
    assert!(begun.elapsed() >= Duration::from_secs(5), "{:?}", begun.elapsed());
    let looks = world.state().calls.iter().filter(|call| *call == "DescribeDBInstances").count();
    assert_eq!(looks, 3);
}
