//! What RDS has taken and does not show yet.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, password};
use crate::database::connect;
use crate::lab::lab;

#[tokio::test]
async fn a_modify_that_becomes_visible_late_is_waited_for() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    lab().happens(&broker.identifier(id), json!({"kind": "late_modify", "seconds": 2})).await;
    let status = broker.change(id, &json!({"plan": {"parameters": {"memory": 2000}}})).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
    assert_eq!(status.get("error"), None);
}

#[tokio::test]
async fn tags_that_show_late_bring_no_old_wish_back() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    lab().happens(&broker.identifier(id), json!({"kind": "late_tags", "seconds": 2})).await;
    let new = password();
    let change = json!({"plan": {"parameters": {"memory": 2000}}, "secrets": {"userPassword": new}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    // Read your writes, whatever RDS shows for now.
    for _ in 0..10 {
        let status = broker.status(id).await.unwrap();
        assert_eq!(status["plan"]["parameters"]["memory"], 2000);
    }
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
    assert!(connect(&status, &new).await.is_ok());
}

#[tokio::test]
async fn an_instance_that_shows_late_after_its_create_is_neither_made_twice_nor_lost() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    lab().happens(&broker.identifier(id), json!({"kind": "late_create", "seconds": 1.5})).await;
    let body = booking(id);
    broker.insist("POST", "", Some(&body)).await;
    broker.insist("POST", "", Some(&body)).await;
    broker.until_settled(id).await;
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn a_wish_whose_tags_are_refused_by_state_is_a_503_and_taken_later() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    let refuse = json!({"kind": "refuse_tags", "statuses": ["available", "modifying"], "count": 6});
    lab().happens(&identifier, refuse).await;
    let change = json!({"plan": {"parameters": {"memory": 2000}}});
    let refused = broker.patch(id, &change).await;
    assert_eq!((refused.status, refused.retry_after), (503, true), "{}", refused.body);
    let status = broker.change(id, &change).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
}
