//! Tokens of the platform from a secret in Secrets Manager, as Terraform sets the broker up: named like `infra/` names it,
//! and read with nothing but the role's own permission.

use uuid::Uuid;

use crate::broker::{Broker, TOKEN, booking, eventually, unique_name};
use crate::lab::{http, lab};

/// A secret as an operator makes one; its ARN.
async fn keep(name: &str, tokens: &[&str]) -> String {
    let text = serde_json::to_string(tokens).unwrap();
    let made = lab().secrets().create_secret().name(name).secret_string(text).send().await.unwrap();
    made.arn().unwrap().to_owned()
}

async fn replace(secret: &str, tokens: &[&str]) {
    let text = serde_json::to_string(tokens).unwrap();
    lab().secrets().put_secret_value().secret_id(secret).secret_string(text).send().await.unwrap();
}

async fn answer(broker: &Broker, token: &str) -> u16 {
    let request = http().get(format!("{}/postgres", broker.url())).bearer_auth(token);
    request.send().await.unwrap().status().as_u16()
}

async fn until(broker: &Broker, token: &str, status: u16) {
    let what = format!("{status} for {token}");
    eventually(what, async || (answer(broker, token).await == status).then_some(())).await;
}

#[tokio::test]
async fn a_token_in_secrets_manager_is_replaced_without_a_restart_and_without_an_outage() {
    let name = unique_name();
    let secret = keep(&format!("{name}-tokens-1"), &[TOKEN]).await;
    let settings =
        [("BROKER_TOKENS", ""), ("BROKER_TOKENS_SECRET", secret.as_str()), ("BROKER_RELOAD_SECONDS", "0.2")];
    let broker = Broker::start_with(&name, &settings).await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    assert_eq!(answer(&broker, "next-token").await, 401);

    // As docs/operations.md says: both while the platform is told the new one, then the new one alone.
    replace(&secret, &[TOKEN, "next-token"]).await;
    until(&broker, "next-token", 200).await;
    assert_eq!(answer(&broker, TOKEN).await, 200);
    replace(&secret, &["next-token"]).await;
    until(&broker, TOKEN, 401).await;
    assert_eq!(answer(&broker, "next-token").await, 200);

    assert_eq!(broker.log().matches("\"Listening\"").count(), 1, "it was started once");
    assert!(!broker.log().contains("next-token"), "the token was logged");
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn another_secret_is_not_readable_and_opens_nothing() {
    let name = unique_name();
    let theirs = keep(&format!("{}-tokens-1", unique_name()), &["their-token"]).await;
    let settings =
        [("BROKER_TOKENS", ""), ("BROKER_TOKENS_SECRET", theirs.as_str()), ("BROKER_RELOAD_SECONDS", "0.2")];
    let broker = Broker::start_unready(&name, &settings).await;
    eventually("the refusal to be logged", async || {
        let log = broker.log();
        let told = log.lines().find(|line| line.contains("Tokens could not be read again"));
        told.map(|line| assert!(line.contains("AccessDenied"), "{line}"))
    })
    .await;
    assert_eq!(answer(&broker, "their-token").await, 401);
    let (status, body) = broker.health("/ready").await;
    assert_eq!(status, 503);
    assert!(body["error"].as_str().unwrap().contains("No token could be read"), "{body}");
}
