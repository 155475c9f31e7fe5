//! RDS says yes and then does not: dropped changes, missing capacity, instances that get stuck.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking};
use crate::lab::lab;

#[tokio::test]
async fn a_change_that_rds_accepted_and_gave_up_on_is_told_with_its_reason_and_not_tried_endlessly() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    let message = "Unable to modify database instance class: insufficient instance capacity.";
    let fails = json!({"kind": "fail_modify", "field": "DBInstanceClass", "message": message, "count": 9});
    lab().happens(&identifier, fails).await;
    let change = json!({"plan": {"parameters": {"memory": 2000}}, "config": {"backupRetentionDays": 3}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let status = broker
        .until(id, "the failure to be told", |status| {
            status.get("error").is_some() && status["details"]["state"] == "failed"
        })
        .await;
    let error = status["error"].as_str().unwrap();
    assert!(error.starts_with("RDS gave up on changing the instance class: "), "{error}");
    assert!(error.contains("insufficient instance capacity"), "{error}");
    assert_eq!(status["plan"]["parameters"]["memory"], 2000, "the wish is echoed");
    assert_eq!(status["details"]["ready"], true);
    let seen = lab().describe(&identifier).await;
    assert_eq!(seen.backup_retention_period(), Some(3), "the rest of the wish went on");
    // It is spaced: the give-up is on record, with one attempt.
    let record = seen.tag_list().iter().find(|tag| tag.key() == Some("codesphere:gaveup")).unwrap();
    let record = record.value().unwrap();
    assert!(record.contains("what:class") && record.contains("attempts:1"), "{record}");

    // A restarted broker keeps to it, and a new wish ends it.
    broker.killer()();
    broker.run().await;
    let status =
        broker.until(id, "the failure to be told again", |status| status.get("error").is_some()).await;
    assert_eq!(status["error"], error);
    let status = broker.change(id, &json!({"plan": {"parameters": {"memory": 512}}})).await;
    assert_eq!(status.get("error"), None);
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");
}

#[tokio::test]
async fn missing_capacity_is_tried_again_later_and_no_quota_is_used_up_meanwhile() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let fault = json!({"operation": "ModifyDBInstance", "kind": "error", "code": "InsufficientDBInstanceCapacity", "status": 400});
    lab().fault(&broker.name, fault).await;
    assert_eq!(broker.patch(id, &json!({"plan": {"parameters": {"memory": 2000}}})).await.status, 204);
    let status = broker.until(id, "the lack to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.contains("no capacity for this size"), "{error}");
    assert_eq!(lab().faults_left(&broker.name).await, 0);
}

#[tokio::test]
async fn a_stuck_change_is_waited_for_with_its_reason() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    lab().happens(&identifier, json!({"kind": "stuck"})).await;
    assert_eq!(broker.patch(id, &json!({"plan": {"parameters": {"memory": 2000}}})).await.status, 204);
    let status = broker
        .until(id, "the wait to be told", |status| {
            status["details"]["waitingFor"].as_str().is_some_and(|why| why.starts_with("RDS to "))
        })
        .await;
    assert_eq!(status.get("error"), None, "it takes time, that is all");
    // Another wish arrives meanwhile, and wins.
    assert_eq!(broker.patch(id, &json!({"plan": {"parameters": {"memory": 3000}}})).await.status, 204);
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.medium");
}

#[tokio::test]
async fn one_missing_answer_creates_nothing_and_deletes_nothing() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    let before = broker.book(id, &body).await;
    let life = lab().describe(&broker.identifier(id)).await.dbi_resource_id().map(str::to_owned);
    lab().happens(&broker.identifier(id), json!({"kind": "hide", "count": 1})).await;
    assert_eq!(broker.patch(id, &body).await.status, 204, "known although one answer lacked it");
    lab().happens(&broker.identifier(id), json!({"kind": "hide", "count": 2})).await;
    broker.insist("POST", "", Some(&body)).await;
    let after = broker.until_settled(id).await;
    assert_eq!(after["details"], before["details"]);
    let now = lab().describe(&broker.identifier(id)).await.dbi_resource_id().map(str::to_owned);
    assert_eq!(now, life, "it was made anew");
    let (instances, secrets) = lab().holds(&broker.name).await;
    assert_eq!((instances.len(), secrets.len()), (1, 2));
}
