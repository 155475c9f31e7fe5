//! Wishes that arrive at an awkward moment, several in a row, contradictory: the last one wins.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually};
use crate::database::{ask, connect};
use crate::lab::lab;

async fn until_rds_is(broker: &Broker, id: Uuid, status: &str) {
    let identifier = broker.identifier(id);
    eventually(status, async || {
        (lab().describe(&identifier).await.db_instance_status() == Some(status)).then_some(())
    })
    .await;
}

fn memory(megabytes: u64) -> serde_json::Value {
    json!({"plan": {"parameters": {"memory": megabytes}}})
}

#[tokio::test]
async fn while_the_class_changes() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    lab().happens(&identifier, json!({"kind": "stuck"})).await;
    assert_eq!(broker.patch(id, &memory(2000)).await.status, 204);
    until_rds_is(&broker, id, "modifying").await;
    for megabytes in [3000, 4000, 512] {
        assert_eq!(broker.patch(id, &memory(megabytes)).await.status, 204);
    }
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");
    assert_eq!(lab().describe(&identifier).await.db_instance_class(), Some("db.t4g.micro"));
}

#[tokio::test]
async fn before_what_rds_has_accepted_shows() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    lab().happens(&broker.identifier(id), json!({"kind": "late_modify", "seconds": 2})).await;
    assert_eq!(broker.patch(id, &memory(2000)).await.status, 204);
    eventually("RDS to be asked", async || (broker.calls_made("ModifyDBInstance").await > 0).then_some(()))
        .await;
    let status = broker.change(id, &memory(512)).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");
    // It does not come back later either.
    let status = broker.change(id, &json!({"config": {"backupRetentionDays": 3}})).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");
}

#[tokio::test]
async fn while_it_reboots() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    broker.book(id, &body).await;
    let connections = |number: u32| json!({"config": {"parameters": {"max_connections": number}}});
    assert_eq!(broker.patch(id, &connections(60)).await.status, 204);
    eventually("the reboot to be asked for", async || {
        (broker.calls_made("RebootDBInstance").await > 0).then_some(())
    })
    .await;
    for number in [70, 65] {
        assert_eq!(broker.patch(id, &connections(number)).await.status, 204);
    }
    let status = broker.until_settled(id).await;
    let user = connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.unwrap();
    assert_eq!(ask(&user, "show max_connections").await, "65");
}

#[tokio::test]
async fn while_storage_is_optimised() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    lab().happens(&identifier, json!({"kind": "status", "status": "storage-optimization"})).await;
    until_rds_is(&broker, id, "storage-optimization").await;
    let both = json!({"plan": {"parameters": {"storage": 90000, "memory": 2000}}});
    assert_eq!(broker.patch(id, &both).await.status, 204);
    // Growth that was not begun is taken back, and the class too.
    let less = json!({"plan": {"parameters": {"storage": 50000, "memory": 3000}}});
    assert_eq!(broker.patch(id, &less).await.status, 204);
    let class = |status: &serde_json::Value| status["details"]["instanceClass"] == "db.t4g.medium";
    broker.until(id, "the class, for which nothing has to be waited", class).await;
    assert_eq!(lab().describe(&identifier).await.allocated_storage(), Some(20));
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["allocatedStorage"], 47);
    assert_eq!(status["details"]["instanceClass"], "db.t4g.medium");
}

#[tokio::test]
async fn while_it_is_deleted() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    assert_eq!(broker.patch(id, &memory(2000)).await.status, 204);
    assert_eq!(broker.delete(id).await.status, 204);
    assert!([404, 409].contains(&broker.patch(id, &memory(3000)).await.status));
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}
