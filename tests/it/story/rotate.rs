//! Rotating both passwords: the new one works, the old one is refused.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, password};
use crate::database::{ask, connect, connect_to};

#[tokio::test]
async fn both_passwords_are_rotated() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    assert_eq!(broker.post(&body).await.status, 201);
    let status = broker.until_settled(id).await;

    let (new_user, new_superuser) = (password(), password());
    let change = json!({"secrets": {"userPassword": new_user, "superuserPassword": new_superuser}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let after = broker.status(id).await.unwrap();
    assert_eq!(after["details"]["ready"], false, "not ready until the new password was seen to work");
    broker.until_settled(id).await;

    let old_user = body["secrets"]["userPassword"].as_str().unwrap();
    let old_superuser = body["secrets"]["superuserPassword"].as_str().unwrap();
    let superuser_dsn = status["details"]["dsn"].as_str().unwrap().replace("//app@", "//cs_admin@");
    assert!(connect(&status, &new_user).await.is_ok());
    assert!(connect(&status, old_user).await.unwrap_err().0.contains("28P01"));
    let superuser =
        connect_to(&superuser_dsn, &new_superuser).await.expect("the new superuser password works");
    assert_eq!(ask(&superuser, "select current_user::text").await, "cs_admin");
    assert!(connect_to(&superuser_dsn, old_superuser).await.unwrap_err().0.contains("28P01"));
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn a_rotation_while_the_database_is_created_wins() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    assert_eq!(broker.post(&body).await.status, 201);
    let (new_user, new_superuser) = (password(), password());
    let change = json!({"secrets": {"userPassword": new_user, "superuserPassword": new_superuser}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let status = broker.until_settled(id).await;
    assert!(connect(&status, &new_user).await.is_ok());
    assert!(connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.is_err());
    let superuser_dsn = status["details"]["dsn"].as_str().unwrap().replace("//app@", "//cs_admin@");
    assert!(connect_to(&superuser_dsn, &new_superuser).await.is_ok());
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn the_same_passwords_again_change_nothing() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    assert_eq!(broker.post(&body).await.status, 201);
    broker.until_settled(id).await;
    assert_eq!(broker.patch(id, &json!({"secrets": body["secrets"]})).await.status, 204);
    let status = broker.status(id).await.unwrap();
    assert_eq!(status["details"]["ready"], true, "nothing was written, so nothing has to be proved again");
    assert_eq!(status["details"]["state"], "available");
}
