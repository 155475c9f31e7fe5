//! Two replicas on the same account race, and neither loses what the other was told.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually, password, unique_name};
use crate::database::connect;

const SWEEP: [(&str, &str); 2] = [("BROKER_SWEEP_SECONDS", "0.5"), ("BROKER_SWEEP_GRACE_SECONDS", "3")];

async fn two() -> (Broker, Broker) {
    let name = unique_name();
    (Broker::start_with(&name, &SWEEP).await, Broker::start_with(&name, &SWEEP).await)
}

#[tokio::test]
async fn both_are_asked_to_create_the_same_service() {
    let (one, two) = two().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    tokio::join!(one.insist("POST", "", Some(&body)), two.insist("POST", "", Some(&body)));
    let status = one.until_settled(id).await;
    two.until_settled(id).await;
    assert!(connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.is_ok());
    one.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn patches_of_different_keys_do_not_lose_each_other() {
    let (one, two) = two().await;
    let id = Uuid::new_v4();
    one.insist("POST", "", Some(&booking(id))).await;
    one.until_settled(id).await;
    two.until_settled(id).await;
    let path = format!("/{id}");
    let (cpu, memory) =
        (json!({"plan": {"parameters": {"cpu": 30}}}), json!({"plan": {"parameters": {"memory": 20000}}}));
    let storage = json!({"plan": {"parameters": {"storage": 30000}}});
    tokio::join!(
        one.insist("PATCH", &path, Some(&cpu)),
        two.insist("PATCH", &path, Some(&memory)),
        two.insist("PATCH", &path, Some(&storage)),
    );
    for replica in [&one, &two] {
        let status = replica
            .until(id, "all three changes", |status| {
                status["details"]["instanceClass"] == "db.r6g.xlarge"
                    && status["details"]["allocatedStorage"] == 28
                    && status["details"]["state"] == "available"
            })
            .await;
        assert_eq!(status["plan"]["parameters"], json!({"storage": 30000, "cpu": 30, "memory": 20000}));
    }
}

#[tokio::test]
async fn of_two_passwords_at_once_one_wins_and_works() {
    let (one, two) = two().await;
    let id = Uuid::new_v4();
    one.insist("POST", "", Some(&booking(id))).await;
    one.until_settled(id).await;
    let path = format!("/{id}");
    let (first, second) = (password(), password());
    let (a, b) = (json!({"secrets": {"userPassword": first}}), json!({"secrets": {"userPassword": second}}));
    tokio::join!(one.insist("PATCH", &path, Some(&a)), two.insist("PATCH", &path, Some(&b)));
    eventually("one of the two to be the only one that works", async || {
        let status = one.status(id).await?;
        let settled = status["details"]["ready"] == true && status["details"]["state"] == "available";
        if !settled {
            return None;
        }
        let works = (connect(&status, &first).await.is_ok(), connect(&status, &second).await.is_ok());
        (works.0 != works.1).then_some(())
    })
    .await;
    two.until_settled(id).await;
    one.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn one_finishes_what_the_other_began() {
    let (one, two) = two().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    one.insist("POST", "", Some(&body)).await;
    one.killer()();
    let status = two.until_settled(id).await;
    assert!(connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.is_ok());
    assert_eq!(two.delete(id).await.status, 204);
    two.until_gone(id).await;
    two.assert_aws_holds(&[]).await;
}
