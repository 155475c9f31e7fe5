//! Storage: the lock after a change, running out of it, and growth by RDS itself.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking};
use crate::lab::lab;

#[tokio::test]
async fn a_second_growth_waits_for_the_lock_and_nothing_else_waits_with_it() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    lab().happens(&broker.identifier(id), json!({"kind": "autoscale", "gib": 40})).await;
    broker.until(id, "the growth to show", |status| status["details"]["allocatedStorage"] == 40).await;
    let optimising = json!({"kind": "status", "status": "storage-optimization"});
    lab().happens(&broker.identifier(id), optimising).await;
    let change = json!({"plan": {"parameters": {"storage": 60000, "memory": 2000}}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let lock = "RDS to finish optimizing the last storage change";
    broker.until(id, "the lock to be told", |status| status["details"]["waitingFor"] == lock).await;
    let status =
        broker.until(id, "the class", |status| status["details"]["instanceClass"] == "db.t4g.small").await;
    assert_eq!(status["plan"]["parameters"]["storage"], 60000);
    assert_eq!(status["details"]["allocatedStorage"], 40);
    lab().happens(&broker.identifier(id), json!({"kind": "recover"})).await;
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["allocatedStorage"], 56);
}

#[tokio::test]
async fn a_full_database_is_told_and_cured_by_a_patch_that_brings_storage_first() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    lab().happens(&broker.identifier(id), json!({"kind": "status", "status": "storage-full"})).await;
    let status = broker.until(id, "it to be told", |status| status.get("error").is_some()).await;
    assert_eq!(
        status["error"],
        "The database is out of storage; send a PATCH with more plan.parameters.storage."
    );
    assert_eq!(
        (&status["details"]["ready"], &status["details"]["waitingFor"]),
        (&json!(false), &json!("a PATCH with more storage"))
    );
    // More than storage is asked: storage goes first, and alone.
    let change = json!({"plan": {"parameters": {"storage": 40000, "memory": 2000}}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["allocatedStorage"], 38);
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
    assert_eq!(status.get("error"), None);
}

#[tokio::test]
async fn growth_past_the_limit_of_autoscaling_raises_the_limit() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    let console =
        lab().rds().modify_db_instance().db_instance_identifier(&identifier).apply_immediately(true);
    console.max_allocated_storage(30).send().await.unwrap();
    let status = broker.change(id, &json!({"plan": {"parameters": {"storage": 40000}}})).await;
    assert_eq!(status["details"]["allocatedStorage"], 38);
    assert_eq!(lab().describe(&identifier).await.max_allocated_storage(), Some(42));
}

#[tokio::test]
async fn a_growth_that_was_not_applied_yet_is_taken_back() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    // It is still being created: nothing was applied.
    for storage in [90000, 20000] {
        let change = json!({"plan": {"parameters": {"storage": storage}}});
        assert_eq!(broker.patch(id, &change).await.status, 204, "{storage}");
    }
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["allocatedStorage"], 20);
}
