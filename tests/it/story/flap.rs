//! RDS says "available" and changes its mind: between the creation of an instance and its first backup, as a rule.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually, unique_name};
use crate::lab::lab;

/// What the broker has written down about a service.
async fn tag(identifier: &str, key: &str) -> Option<String> {
    let seen = lab().describe(identifier).await;
    let found = seen.tag_list().iter().find(|tag| tag.key() == Some(key));
    found.and_then(|tag| tag.value()).map(str::to_owned)
}

#[tokio::test]
async fn the_first_available_is_not_the_end_of_a_creation() {
    // Looks are so far apart that a single one falls into the first "available".
    let settings = [("BROKER_REFRESH_ACTIVE_SECONDS", "2"), ("BROKER_REFRESH_SETTLED_SECONDS", "3")];
    let broker = Broker::start_with(&unique_name(), &settings).await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    // Without backups of its own: the story says when there is one.
    body["config"]["backupRetentionDays"] = json!(0);
    broker.insist("POST", "", Some(&body)).await;
    let identifier = broker.identifier(id);
    eventually("the passwords to be seen to work", async || {
        tag(&identifier, "codesphere:applied/user").await
    })
    .await;
    lab().happens(&identifier, json!({"kind": "status", "status": "backing-up"})).await;
    let status = broker
        .until(id, "the backup to be seen", |status| {
            let waits = status["details"]["waitingFor"].as_str();
            status["details"]["state"] != "creating" || waits.is_some_and(|why| why.contains("backing-up"))
        })
        .await;
    assert_eq!(status["details"]["state"], "creating", "{status}");
    assert_eq!(tag(&identifier, "codesphere:done").await, None, "done before the first backup");

    lab().happens(&identifier, json!({"kind": "recover"})).await;
    broker.until_settled(id).await;
    assert_eq!(tag(&identifier, "codesphere:done").await, tag(&identifier, "codesphere:wish").await);
}
