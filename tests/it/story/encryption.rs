//! A KMS key of one's own: storage and passwords are encrypted with it, by a role that may use it and no other. And storage
//! that is not encrypted, which takes a policy more.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, password, unique_name};
use crate::database::connect;
use crate::lab::lab;
use crate::{neighbours, role};

#[tokio::test]
async fn a_database_lives_its_life_under_a_key_of_ones_own() {
    let key = neighbours::key().await;
    let broker = Broker::start_with(&unique_name(), &[("BROKER_KMS_KEY_ID", key)]).await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    broker.book(id, &body).await;
    let seen = lab().describe(&broker.identifier(id)).await;
    assert_eq!((seen.storage_encrypted(), seen.kms_key_id()), (Some(true), Some(key)));
    for name in lab().holds(&broker.name).await.1 {
        let secret = lab().secrets().describe_secret().secret_id(name).send().await.unwrap();
        assert_eq!(secret.kms_key_id(), Some(key));
    }
    body["secrets"] = json!({"userPassword": password()});
    let status = broker.change(id, &json!({"secrets": body["secrets"]})).await;
    assert!(connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.is_ok());
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn a_role_that_may_not_use_the_key_books_nothing_and_leaves_nothing() {
    let key = neighbours::key().await;
    let name = unique_name();
    let broker = Broker::start_with(&name, &[("BROKER_KMS_KEY_ID", key)]).await;
    let policies: Vec<_> = role::POLICIES
        .iter()
        .filter(|(document, _)| *document != "broker-kms")
        .map(|(_, policy)| role::rendered(policy, &name))
        .collect();
    role::give_policies(&name, &role::access_key(&name), &policies).await;
    let answer = broker.post(&booking(Uuid::new_v4())).await;
    assert_eq!(answer.status, 502, "{}", answer.body);
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn storage_that_is_not_encrypted_takes_the_policy_that_allows_it() {
    let plain = [("encrypted = true", "encrypted = false")];
    let broker = Broker::start_with_catalog(&plain, &[]).await;
    let id = Uuid::new_v4();
    let body = booking(id);
    let answer = broker.post(&body).await;
    assert_eq!(answer.status, 502, "{}", answer.body);
    broker.assert_aws_holds(&[]).await;
    let documents = role::POLICIES.iter().map(|(_, policy)| *policy).chain([role::UNENCRYPTED]);
    let policies: Vec<_> = documents.map(|policy| role::rendered(policy, &broker.name)).collect();
    role::give_policies(&broker.name, &role::access_key(&broker.name), &policies).await;
    broker.book(id, &body).await;
    assert_eq!(lab().describe(&broker.identifier(id)).await.storage_encrypted(), Some(false));
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}
