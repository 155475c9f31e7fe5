//! Nobody asks how it goes: what waits is done all the same when its time comes. AWS alone is asked here.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::window::{backups, window};
use crate::broker::{Broker, booking, eventually, unique_name};
use crate::lab::lab;

/// What is known of settled services is kept fresh for twice the window of 0.8 s after someone has asked.
const SILENCE: Duration = Duration::from_secs(2);

/// Books a database; from here on the broker is sent one PATCH, and not asked again.
async fn booked(settings: &[(&str, &str)], config: Value) -> (Broker, Uuid) {
    let broker = Broker::start_with(&unique_name(), settings).await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = config;
    broker.book(id, &body).await;
    (broker, id)
}

async fn until_the_class_is(broker: &Broker, id: Uuid, class: &str) {
    let identifier = broker.identifier(id);
    eventually(class, async || {
        (lab().describe(&identifier).await.db_instance_class() == Some(class)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_rds_had_no_capacity_for_is_tried_again() {
    let (broker, id) = booked(&[("BROKER_RETRY_REFUSED_SECONDS", "2")], json!({})).await;
    let fault = json!({"operation": "ModifyDBInstance", "kind": "error", "code": "InsufficientDBInstanceCapacity", "status": 400});
    lab().fault(&broker.name, fault).await;
    broker.insist("PATCH", &format!("/{id}"), Some(&json!({"plan": {"parameters": {"memory": 2000}}}))).await;
    until_the_class_is(&broker, id, "db.t4g.small").await;
    assert_eq!(lab().faults_left(&broker.name).await, 0, "it was never refused");
}

#[tokio::test]
async fn what_the_lock_of_an_earlier_growth_holds_up_is_done_when_it_ends() {
    let (broker, id) = booked(&[], json!({})).await;
    let identifier = broker.identifier(id);
    let optimising = json!({"kind": "status", "status": "storage-optimization"});
    lab().happens(&identifier, optimising).await;
    let change = json!({"plan": {"parameters": {"storage": 40000}}});
    broker.insist("PATCH", &format!("/{id}"), Some(&change)).await;
    eventually("the broker to wait for the lock", async || {
        (broker.waits("storage-optimizing").await == 1).then_some(())
    })
    .await;
    tokio::time::sleep(SILENCE).await;
    assert_eq!(lab().describe(&identifier).await.allocated_storage(), Some(20));
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    eventually("the growth", async || {
        (lab().describe(&identifier).await.allocated_storage() == Some(38)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_is_parked_is_done_when_the_window_opens() {
    let (broker, id) = booked(&[], json!({"applyDuringMaintenance": true})).await;
    let identifier = broker.identifier(id);
    let move_window = async |maintenance: String, backup: String| {
        let console = lab().rds().modify_db_instance().db_instance_identifier(&identifier);
        let console = console.preferred_maintenance_window(maintenance).preferred_backup_window(backup);
        console.send().await.unwrap();
    };
    move_window(window(12), backups()).await;
    broker.insist("PATCH", &format!("/{id}"), Some(&json!({"plan": {"parameters": {"memory": 2000}}}))).await;
    eventually("the broker to park it", async || {
        (broker.waits("maintenance-window").await == 1).then_some(())
    })
    .await;
    tokio::time::sleep(SILENCE).await;
    assert_eq!(lab().describe(&identifier).await.db_instance_class(), Some("db.t4g.micro"));
    // The time itself cannot be moved, but the window can, and RDS's is not the wish's.
    move_window(window(0), backups()).await;
    until_the_class_is(&broker, id, "db.t4g.small").await;
}
