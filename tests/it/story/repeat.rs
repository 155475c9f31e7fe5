//! The platform repeats every call, at every stage.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually};
use crate::database::connect;

#[tokio::test]
async fn every_call_may_be_repeated_at_every_stage() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    let change = json!({"id": id, "teamId": 7, "plan": {"parameters": {"storage": 30000}}});
    // While it is created, repeated as fast as it answers.
    broker.insist("POST", "", Some(&body)).await;
    eventually("the database to settle under repeated calls", async || {
        assert_eq!(broker.post(&body).await.status, 201);
        let status = broker.status(id).await?;
        (status["details"]["state"] == "available").then_some(())
    })
    .await;
    // While it changes.
    eventually("the change to settle under repeated calls", async || {
        assert_eq!(broker.patch(id, &change).await.status, 204);
        let details = broker.status(id).await?["details"].clone();
        (details["allocatedStorage"] == 28 && details["state"] == "available").then_some(())
    })
    .await;
    let status = broker.until_settled(id).await;
    assert!(connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.is_ok());
    broker.assert_aws_holds(&[id]).await;
    // While it is deleted, and afterwards.
    eventually("the service to go under repeated calls", async || {
        assert_eq!(broker.delete(id).await.status, 204);
        broker.status(id).await.is_none().then_some(())
    })
    .await;
    assert_eq!(broker.delete(id).await.status, 204);
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn two_services_do_not_disturb_each_other() {
    let broker = Broker::start().await;
    let (one, two) = (Uuid::new_v4(), Uuid::new_v4());
    let (first, second) = (booking(one), booking(two));
    let (a, b) = tokio::join!(broker.post(&first), broker.post(&second));
    assert_eq!((a.status, b.status), (201, 201));
    let one_status = broker.until_settled(one).await;
    let two_status = broker.until_settled(two).await;
    let password = |body: &serde_json::Value| body["secrets"]["userPassword"].as_str().unwrap().to_owned();
    assert!(connect(&one_status, &password(&first)).await.is_ok());
    assert!(connect(&two_status, &password(&second)).await.is_ok());
    assert!(connect(&two_status, &password(&first)).await.is_err());
    assert_eq!(broker.delete(one).await.status, 204);
    broker.until_gone(one).await;
    assert!(connect(&two_status, &password(&second)).await.is_ok());
    broker.assert_aws_holds(&[two]).await;
}
