//! A newer version that is wished for and taken back before RDS was asked, also by another process: only what the database
//! runs, or is being upgraded to, is in the way.

use serde_json::{Value, json};
use uuid::Uuid;

use super::window::{backups, window};
use crate::broker::{Broker, booking, eventually, unique_name};
use crate::lab::lab;

fn version(text: &str) -> Value {
    json!({"config": {"version": text}})
}

/// Whether RDS was ever asked for another version.
async fn was_upgraded(identifier: &str) -> bool {
    let told = lab().rds().describe_events().source_identifier(identifier);
    let told = told.source_type(aws_sdk_rds::types::SourceType::DbInstance).send().await.unwrap();
    told.events().iter().filter_map(|event| event.message()).any(|told| told.contains("upgraded"))
}

/// The broker is killed and started again.
async fn crash(broker: &Broker) {
    broker.killer()();
    broker.run().await;
}

#[tokio::test]
async fn an_upgrade_that_is_parked_is_taken_back_after_a_crash_and_leaves_nothing() {
    let settings = [("BROKER_SWEEP_SECONDS", "0.5"), ("BROKER_SWEEP_GRACE_SECONDS", "1")];
    let broker = Broker::start_with(&unique_name(), &settings).await;
    let id = Uuid::new_v4();
    let identifier = broker.identifier(id);
    let mut body = booking(id);
    body["config"] = json!({"version": "16.14", "applyDuringMaintenance": true, "maintenanceWindow": window(12),
        "backupWindow": backups(), "parameters": {"work_mem": 8192}});
    broker.book(id, &body).await;
    broker.insist("PATCH", &format!("/{id}"), Some(&version("17.10"))).await;
    broker
        .until(id, "the park to be told", |status| {
            status["details"]["waitingFor"]
                .as_str()
                .is_some_and(|why| why.ends_with("to change the engine version"))
        })
        .await;
    assert_eq!(lab().groups(&broker.name).await.len(), 2, "the group of the new version is prepared");
    crash(&broker).await;
    // Not below what it runs, whatever was wished.
    let lower = broker.patch(id, &version("16.13")).await;
    let runs = "config.version cannot go down: the database runs 16.14; it can be upgraded to 17.10, 18.4";
    assert_eq!((lower.status, &lower.body["error"]), (409, &json!(runs)));
    let status = broker.change(id, &version("16.14")).await;
    assert_eq!(status["config"]["version"], "16.14");
    crash(&broker).await;
    // The window opens, and there is nothing to be done in it.
    let status = broker.change(id, &json!({"config": {"maintenanceWindow": window(0)}})).await;
    assert_eq!((&status["details"]["engineVersion"], status.get("error")), (&json!("16.14"), None));
    assert!(!was_upgraded(&identifier).await);
    eventually("the prepared group to be swept away", async || {
        (lab().groups(&broker.name).await.len() == 1).then_some(())
    })
    .await;
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn an_upgrade_that_rds_was_too_busy_for_is_taken_back_and_one_that_has_begun_is_not() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let identifier = broker.identifier(id);
    let mut body = booking(id);
    body["config"] = json!({"version": "16.13"});
    broker.book(id, &body).await;
    lab().happens(&identifier, json!({"kind": "status", "status": "modifying"})).await;
    broker.insist("PATCH", &format!("/{id}"), Some(&version("16.14"))).await;
    broker
        .until(id, "the wait to be told", |status| {
            status["details"]["waitingFor"] == "RDS to finish (modifying)"
        })
        .await;
    crash(&broker).await;
    broker.insist("PATCH", &format!("/{id}"), Some(&version("16.13"))).await;
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    let status = broker.until_settled(id).await;
    assert_eq!((&status["details"]["engineVersion"], status.get("error")), (&json!("16.13"), None));
    assert!(!was_upgraded(&identifier).await);

    lab().happens(&identifier, json!({"kind": "stuck"})).await;
    broker.insist("PATCH", &format!("/{id}"), Some(&version("16.14"))).await;
    broker
        .until(id, "RDS to begin", |status| {
            status["details"]["waitingFor"] == "RDS to change the engine version"
        })
        .await;
    let refused = broker.patch(id, &version("16.13")).await;
    let begun = "config.version cannot go down: RDS has begun to upgrade it to 16.14; it can be upgraded to 17.10, 18.4";
    assert_eq!((refused.status, &refused.body["error"]), (409, &json!(begun)));
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    assert_eq!(broker.until_settled(id).await["details"]["engineVersion"], "16.14");
}
