//! RDS says yes and then does not: dropped changes, missing capacity, instances that get stuck.

use aws_sdk_rds::types::Tag;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually, password, unique_name};
use crate::database::connect_to;
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
    assert!(record.contains("+class:1:"), "{record}");

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
async fn missing_capacity_is_told_and_tried_again_later() {
    let broker = Broker::start_with(&unique_name(), &[("BROKER_RETRY_REFUSED_SECONDS", "4")]).await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let fault = json!({"operation": "ModifyDBInstance", "kind": "error", "code": "InsufficientDBInstanceCapacity", "status": 400});
    lab().fault(&broker.name, fault).await;
    assert_eq!(broker.patch(id, &json!({"plan": {"parameters": {"memory": 2000}}})).await.status, 204);
    let status = broker.until(id, "the lack to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.contains("no capacity for this size"), "{error}");
    assert_eq!(lab().faults_left(&broker.name).await, 0);
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
    assert_eq!(status.get("error"), None);
}

#[tokio::test]
async fn whatever_rds_gives_up_on_is_told_and_tried_again_after_a_pause() {
    let broker = Broker::start_with(&unique_name(), &[("BROKER_RETRY_REFUSED_SECONDS", "6")]).await;
    let table = [
        ("AllocatedStorage", json!({"plan": {"parameters": {"storage": 40000}}}), "the storage"),
        ("MultiAZ", json!({"config": {"multiAz": true}}), "Multi-AZ"),
        ("BackupRetentionPeriod", json!({"config": {"backupRetentionDays": 3}}), "the backup retention"),
        (
            "MasterUserPassword",
            json!({"secrets": {"superuserPassword": password()}}),
            "the superuser password",
        ),
    ];
    let ids: Vec<Uuid> = table.iter().map(|_| Uuid::new_v4()).collect();
    for &id in &ids {
        broker.insist("POST", "", Some(&booking(id))).await;
    }
    for (&id, (field, _, _)) in ids.iter().zip(&table) {
        broker.until_settled(id).await;
        let fails = json!({"kind": "fail_modify", "field": field, "count": 1});
        lab().happens(&broker.identifier(id), fails).await;
    }
    let told = async |id: Uuid, change: &Value, concern: &str| {
        broker.insist("PATCH", &format!("/{id}"), Some(change)).await;
        let status = broker.until(id, concern, |status| status.get("error").is_some()).await;
        let error = status["error"].as_str().unwrap();
        assert!(error.starts_with(&format!("RDS gave up on changing {concern}: ")), "{error}");
    };
    let all = ids.iter().zip(&table).map(|(&id, (_, change, concern))| told(id, change, concern));
    futures_util::future::join_all(all).await;
    for &id in &ids {
        let status = broker.until(id, "the second try", |status| {
            status.get("error").is_none() && status["details"]["state"] == "available"
        });
        assert_eq!(status.await["details"]["ready"], true);
    }
    let seen = async |number: usize| lab().describe(&broker.identifier(ids[number])).await;
    assert_eq!(seen(0).await.allocated_storage(), Some(38));
    assert_eq!(seen(1).await.multi_az(), Some(true));
    assert_eq!(seen(2).await.backup_retention_period(), Some(3));
    let status = broker.status(ids[3]).await.unwrap();
    let dsn = status["details"]["dsn"].as_str().unwrap().replace("//app@", "//cs_admin@");
    let new = table[3].1["secrets"]["superuserPassword"].as_str().unwrap();
    assert!(connect_to(&dsn, new).await.is_ok());
}

#[tokio::test]
async fn what_is_refused_for_good_does_not_keep_another_change_from_being_tried_again() {
    let broker = Broker::start_with(&unique_name(), &[("BROKER_RETRY_REFUSED_SECONDS", "2")]).await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    // The class is changed first. RDS takes no such value, whenever it is asked; for Multi-AZ it has no capacity once.
    let fault = json!({"operation": "ModifyDBInstance", "kind": "error", "code": "InvalidParameterCombination", "status": 400});
    lab().fault(&broker.name, fault).await;
    lab().happens(&identifier, json!({"kind": "fail_modify", "field": "MultiAZ"})).await;
    let change = json!({"plan": {"parameters": {"memory": 2000}}, "config": {"multiAz": true}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let (class, multi_az) = ("AWS did not change the instance class: ", "RDS gave up on changing Multi-AZ: ");
    let error = |status: &Value| status["error"].as_str().unwrap_or_default().to_owned();
    broker
        .until(id, "both failures to be told", |status| {
            error(status).contains(class) && error(status).contains(multi_az)
        })
        .await;
    let status = broker
        .until(id, "the second try, and the other failure to stay", |status| {
            error(status).starts_with(class) && !error(status).contains("Multi-AZ")
        })
        .await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");
    assert_eq!(lab().describe(&identifier).await.multi_az(), Some(true));
}

#[tokio::test]
async fn of_two_changes_that_fail_each_is_told_with_its_own_reason_and_an_upgrade_is_not_tried_again() {
    let broker = Broker::start_with(&unique_name(), &[("BROKER_RETRY_REFUSED_SECONDS", "2")]).await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"version": "16.13"});
    broker.book(id, &body).await;
    let identifier = broker.identifier(id);
    for field in ["EngineVersion", "MultiAZ"] {
        lab().happens(&identifier, json!({"kind": "fail_modify", "field": field})).await;
    }
    let change = json!({"config": {"version": "16.14", "multiAz": true}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let version =
        format!("RDS gave up on changing the engine version: Database instance {identifier} could not be");
    let multi_az = "RDS gave up on changing Multi-AZ: Unable to convert the DB instance to Multi-AZ";
    let error = |status: &Value| status["error"].as_str().unwrap_or_default().to_owned();
    broker
        .until(id, "both failures to be told", |status| {
            error(status).starts_with(&version) && error(status).contains(multi_az)
        })
        .await;
    let status = broker
        .until(id, "the second try of one of them", |status| {
            error(status).starts_with(&version) && !error(status).contains("Multi-AZ")
        })
        .await;
    assert_eq!(status["details"]["engineVersion"], "16.13");
    assert_eq!(lab().describe(&identifier).await.multi_az(), Some(true));
}

#[tokio::test]
async fn a_record_of_what_was_given_up_that_someone_has_damaged_is_told_and_ended_by_a_patch() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    lab().happens(&identifier, json!({"kind": "fail_modify", "field": "DBInstanceClass"})).await;
    let change = json!({"plan": {"parameters": {"memory": 2000}}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    broker.until(id, "the failure to be told", |status| status["details"]["state"] == "failed").await;
    let arn = lab().describe(&identifier).await.db_instance_arn().unwrap().to_owned();
    let damaged = Tag::builder().key("codesphere:gaveup").value("01+later").build();
    lab().rds().add_tags_to_resource().resource_name(&arn).tags(damaged).send().await.unwrap();
    let told = "What AWS refused of the last change was overwritten in AWS and cannot be read: codesphere:gaveup names no \
                wish; send a PATCH to have all of the change tried again.";
    let status = broker.until(id, "the damage to be told", |status| status["error"] == told).await;
    assert_eq!(status["details"]["ready"], true, "nothing is wrong with the database");
    assert_eq!(status["details"]["waitingFor"], "a new PATCH");
    // Nothing is guessed: not that it was given up, and not that it was not.
    assert_eq!(lab().describe(&identifier).await.db_instance_class(), Some("db.t4g.micro"));
    let status = broker.change(id, &change).await;
    assert_eq!(status.get("error"), None);
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");

    // Of a wish that was reached it says nothing that counts. It is told all the same, and ended in the same way.
    let damaged = Tag::builder().key("codesphere:gaveup").value("01+later").build();
    lab().rds().add_tags_to_resource().resource_name(&arn).tags(damaged).send().await.unwrap();
    let status = broker.until(id, "the damage to be told", |status| status["error"] == told).await;
    assert_eq!(
        (&status["details"]["ready"], &status["details"]["state"]),
        (&json!(true), &json!("available"))
    );
    let status = broker.change(id, &change).await;
    assert_eq!(status.get("error"), None);
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
    // What is left of them is for the broker to meet, not for this story's own question.
    eventually("both answers to be missed", async || {
        broker.status(id).await.expect("known all the while");
        (lab().happenings_left(&broker.identifier(id)).await == 0).then_some(())
    })
    .await;
    let now = lab().describe(&broker.identifier(id)).await.dbi_resource_id().map(str::to_owned);
    assert_eq!(now, life, "it was made anew");
    let (instances, secrets) = lab().holds(&broker.name).await;
    assert_eq!((instances.len(), secrets.len()), (1, 2));
}
