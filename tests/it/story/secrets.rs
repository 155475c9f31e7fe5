//! Secrets that are lost, and secrets that nothing refers to.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, password, unique_name};
use crate::database::{connect, connect_to};
use crate::lab::lab;

#[tokio::test]
async fn a_lost_secret_is_told_and_repaired_by_a_patch_that_brings_the_password() {
    let settings = [("BROKER_SWEEP_SECONDS", "0.5"), ("BROKER_SWEEP_GRACE_SECONDS", "3")];
    let broker = Broker::start_with(&unique_name(), &settings).await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    broker.until_settled(id).await;
    let (_, names) = lab().holds(&broker.name).await;
    let superuser = names.iter().find(|name| name.ends_with("/superuser")).unwrap();
    let delete = lab().secrets().delete_secret().secret_id(superuser).force_delete_without_recovery(true);
    delete.send().await.unwrap();

    let status = broker.until(id, "the loss to be told", |status| status.get("error").is_some()).await;
    assert_eq!(
        status["error"],
        "The superuser password is missing in AWS Secrets Manager; send a PATCH with secrets.superuserPassword to \
         set it anew."
    );
    assert_eq!(status["details"]["ready"], true, "the user is not concerned");

    let new = password();
    assert_eq!(broker.patch(id, &json!({"secrets": {"superuserPassword": new}})).await.status, 204);
    let status = broker
        .until(id, "the repair", |status| {
            status.get("error").is_none() && status["details"]["state"] == "available"
        })
        .await;
    let dsn = status["details"]["dsn"].as_str().unwrap().replace("//app@", "//cs_admin@");
    assert!(connect_to(&dsn, &new).await.is_ok());
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn a_lost_user_password_is_repaired_too() {
    let settings = [("BROKER_SWEEP_SECONDS", "0.5")];
    let broker = Broker::start_with(&unique_name(), &settings).await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    broker.until_settled(id).await;
    let (_, names) = lab().holds(&broker.name).await;
    let user = names.iter().find(|name| name.ends_with("/user")).unwrap();
    // Marked for deletion, not gone: its value cannot be read either.
    lab().secrets().delete_secret().secret_id(user).send().await.unwrap();
    broker.until(id, "the loss to be told", |status| status.get("error").is_some()).await;
    let new = password();
    assert_eq!(broker.patch(id, &json!({"secrets": {"userPassword": new}})).await.status, 204);
    let status = broker.until_settled(id).await;
    assert!(connect(&status, &new).await.is_ok());
}

#[tokio::test]
async fn the_sweep_removes_what_a_crash_left_and_nothing_else() {
    let name = unique_name();
    let secrets = lab().secrets();
    let make = |path: String, broker: String, service: Uuid| {
        let tag = |key: &str, value: String| {
            aws_sdk_secretsmanager::types::Tag::builder().key(key).value(value).build()
        };
        secrets
            .create_secret()
            .name(path)
            .secret_string("left-behind")
            .tags(tag("codesphere:broker", broker))
            .tags(tag("codesphere:service", service.to_string()))
            .send()
    };
    let orphan = Uuid::new_v4();
    make(format!("{name}/{orphan}/gone/user"), name.clone(), orphan).await.unwrap();
    make(format!("{name}/{orphan}/gone/other"), "another".into(), orphan).await.unwrap();

    let settings = [("BROKER_SWEEP_SECONDS", "0.4"), ("BROKER_SWEEP_GRACE_SECONDS", "1")];
    let broker = Broker::start_with(&name, &settings).await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    broker.until_settled(id).await;
    crate::broker::eventually("the orphan to be removed", async || {
        let (_, names) = lab().holds(&name).await;
        (!names.contains(&format!("{name}/{orphan}/gone/user"))).then_some(())
    })
    .await;
    let (_, names) = lab().holds(&name).await;
    assert_eq!(names.len(), 3, "the service's own two and the one with another broker's tag: {names:?}");
}
