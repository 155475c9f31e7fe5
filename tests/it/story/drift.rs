//! What someone else changes in AWS.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually};
use crate::lab::lab;

#[tokio::test]
async fn a_class_changed_in_the_console_is_shown_and_put_back_by_a_patch() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    broker.insist("POST", "", Some(&body)).await;
    broker.until_settled(id).await;
    let identifier = format!("{}-{id}", broker.name);
    let console = lab().rds();
    let change = console.modify_db_instance().db_instance_identifier(&identifier).apply_immediately(true);
    change.db_instance_class("db.t4g.large").backup_retention_period(3).send().await.unwrap();

    let status = broker
        .until(id, "the drift to show", |status| {
            status["details"]["instanceClass"] == "db.t4g.large" && status["details"]["state"] == "available"
        })
        .await;
    assert_eq!(status["plan"]["parameters"], json!({"storage": 20000, "cpu": 20, "memory": 8589}));
    let error = status["error"].as_str().expect("an error");
    assert!(error.contains("backups are kept 3 days instead of 7"), "{error}");
    assert_eq!(status["config"]["backupRetentionDays"], 3);
    // Nothing is put back before the platform says so.
    assert_eq!(broker.patch(id, &json!({})).await.status, 204);
    assert_eq!(broker.status(id).await.unwrap()["details"]["instanceClass"], "db.t4g.large");

    assert_eq!(broker.patch(id, &json!({"plan": body["plan"]})).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!((&status["plan"], &status["config"]), (&body["plan"], &body["config"]));
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");
    assert_eq!(status.get("error"), None);
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn a_class_that_is_not_in_the_catalogue_shows_as_another_one_and_is_put_back_by_a_patch() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    broker.book(id, &body).await;
    let console = lab().rds().modify_db_instance().db_instance_identifier(broker.identifier(id));
    console.db_instance_class("db.m7g.large").apply_immediately(true).send().await.unwrap();
    let status = broker
        .until(id, "the drift to show", |status| {
            status["details"]["instanceClass"] == "db.m7g.large" && status["details"]["state"] == "available"
        })
        .await;
    assert_eq!(status["plan"]["parameters"], json!({"storage": 20000}), "what it has is not known");
    assert!(status["error"].as_str().unwrap().contains("db.m7g.large"), "{status}");
    let status = broker.change(id, &json!({"plan": body["plan"]})).await;
    assert_eq!((&status["plan"], status.get("error")), (&body["plan"], None));
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");
}

#[tokio::test]
async fn more_storage_than_asked_is_not_drift() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    broker.insist("POST", "", Some(&body)).await;
    broker.until_settled(id).await;
    let identifier = format!("{}-{id}", broker.name);
    let grow = lab().rds().modify_db_instance().db_instance_identifier(&identifier).apply_immediately(true);
    grow.allocated_storage(100).send().await.unwrap();
    let status =
        broker.until(id, "the growth to show", |status| status["details"]["allocatedStorage"] == 100).await;
    assert_eq!(status["plan"], body["plan"]);
    assert_eq!(status.get("error"), None);
    // And it is never sent down.
    assert_eq!(broker.patch(id, &json!({"plan": body["plan"]})).await.status, 204);
    assert_eq!(broker.until_settled(id).await["details"]["allocatedStorage"], 100);
}

#[tokio::test]
async fn tags_that_make_no_sense_are_reported_and_nothing_is_guessed() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    broker.until_settled(id).await;
    let rds = lab().rds();
    let identifier = format!("{}-{id}", broker.name);
    let seen = rds.describe_db_instances().db_instance_identifier(&identifier).send().await.unwrap();
    let arn = seen.db_instances()[0].db_instance_arn().unwrap().to_owned();
    rds.remove_tags_from_resource().resource_name(&arn).tag_keys("codesphere:wish").send().await.unwrap();

    let status = broker.until(id, "the damage to be told", |status| status.get("error").is_some()).await;
    assert!(status["error"].as_str().unwrap().contains("codesphere:wish is missing"), "{}", status["error"]);
    let said = || {
        broker.log().lines().filter(|line| line.contains("The record of a service cannot be read")).count()
    };
    eventually("a line for operators", async || (said() > 0).then_some(())).await;
    assert_eq!(broker.patch(id, &json!({"teamId": 7})).await.status, 409);
    // It can still be deleted with everything that belongs to it.
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
    assert_eq!(said(), 1, "once, however often it is seen");
}
