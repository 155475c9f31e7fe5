//! Upgrades: in hops, with a parameter group, refused by RDS, and by RDS itself.

use aws_sdk_rds::error::ProvideErrorMetadata as _;
use aws_sdk_rds::types::SourceType;
use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, booking_of};
use crate::database::{ask, connect};
use crate::lab::lab;

#[tokio::test]
async fn a_version_that_takes_several_upgrades_is_reached_and_the_class_comes_after_it() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"version": "14.23"});
    let status = broker.book(id, &body).await;
    let password = body["secrets"]["userPassword"].as_str().unwrap();
    connect(&status, password)
        .await
        .unwrap()
        .batch_execute("create table kept as select 1 as n")
        .await
        .unwrap();

    let change = json!({"config": {"version": "18.4"}, "plan": {"parameters": {"memory": 2000}}});
    let status = broker.change(id, &change).await;
    assert_eq!(status["details"]["engineVersion"], "18.4");
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
    let user = connect(&status, password).await.unwrap();
    assert!(ask(&user, "show server_version").await.starts_with("18.4"));
    assert_eq!(ask(&user, "select n::text from kept").await, "1");
    broker.assert_aws_holds(&[id]).await;
}

/// db.m8g is for `MySQL` 8.0.32 and later.
#[tokio::test]
async fn a_class_that_only_the_new_version_has_comes_after_the_upgrade() {
    let changes =
        [("versions = [\"8.0.42\"", "versions = [\"8.0.31\", \"8.0.42\""), ("db.t4g.large", "db.m8g.large")];
    let broker = Broker::start_with_catalog(&changes, &[]).await.of("mysql");
    let (id, rds) = (Uuid::new_v4(), lab().rds());
    let mut body = booking_of("mysql", id);
    body["config"] = json!({"version": "8.0.31"});
    broker.book(id, &body).await;
    let identifier = broker.identifier(id);
    let both = rds.modify_db_instance().db_instance_identifier(&identifier).engine_version("8.0.43");
    let refused = both.db_instance_class("db.m8g.large").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidParameterCombination"), "the class is for the version that runs");

    let before = broker.calls_made("ModifyDBInstance").await;
    let change = json!({"config": {"version": "8.0.43"}, "plan": {"parameters": {"memory": 8000}}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let status = broker
        .until(id, "both to be there", |status| {
            assert_eq!(status.get("error"), None);
            status["details"]["instanceClass"] == "db.m8g.large" && status["details"]["state"] == "available"
        })
        .await;
    assert_eq!(status["details"]["engineVersion"], "8.0.43");
    assert_eq!(broker.calls_made("ModifyDBInstance").await, before + 2, "nothing was tried in vain");
    let told = rds.describe_events().source_type(SourceType::DbInstance).source_identifier(&identifier);
    let told = told.send().await.unwrap();
    let changes = told.events().iter().filter_map(|event| event.message());
    let changes: Vec<_> =
        changes.filter(|told| told.contains("upgraded") || told.contains("Class")).collect();
    assert_eq!(
        changes,
        ["DB engine version upgraded to 8.0.43", "Finished applying modification to DBInstanceClass"]
    );
}

#[tokio::test]
async fn a_major_upgrade_takes_the_parameters_along() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"version": "16.14", "parameters": {"work_mem": 8192}});
    broker.book(id, &body).await;
    let status = broker.change(id, &json!({"config": {"version": "17.10"}})).await;
    assert_eq!(status["details"]["engineVersion"], "17.10");
    let user = connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.unwrap();
    assert_eq!(ask(&user, "show work_mem").await, "8MB");
    let seen = lab().describe(&broker.identifier(id)).await;
    let group = seen.db_parameter_groups()[0].db_parameter_group_name().unwrap();
    assert!(group.starts_with(&broker.identifier(id)) && group.ends_with("-postgres17"), "{group}");
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
}

#[tokio::test]
async fn an_upgrade_whose_checks_fail_is_given_up_with_rdss_reason_and_the_old_version_goes_on() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"version": "16.14"});
    broker.book(id, &body).await;
    let message = "Database instance could not be upgraded: the database has logical replication slots.";
    let fails = json!({"kind": "fail_modify", "field": "EngineVersion", "message": message});
    lab().happens(&broker.identifier(id), fails).await;
    assert_eq!(broker.patch(id, &json!({"config": {"version": "17.10"}})).await.status, 204);
    let status = broker.until(id, "the failure to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.starts_with("RDS gave up on changing the engine version: "), "{error}");
    assert!(error.contains("logical replication slots"), "{error}");
    assert_eq!(status["details"]["engineVersion"], "16.14");
    let status = broker.until(id, "it to be served", |status| status["details"]["ready"] == true).await;
    assert_eq!(status["config"]["version"], "17.10", "the wish is echoed");
    // Every try is an outage: there is no second one before a new wish.
    let status = broker.change(id, &json!({"config": {"version": "17.10"}})).await;
    assert_eq!(status["details"]["engineVersion"], "17.10");
    assert_eq!(status.get("error"), None);
}

/// RDS-EVENT-0188, in the local AWS's words.
#[tokio::test]
async fn a_precheck_that_fails_on_mysql_is_told_as_rds_words_it() {
    let broker = Broker::start().await.of("mysql");
    let id = Uuid::new_v4();
    let mut body = booking_of("mysql", id);
    body["config"] = json!({"version": "8.0.43"});
    broker.book(id, &body).await;
    lab().happens(&broker.identifier(id), json!({"kind": "fail_modify", "field": "EngineVersion"})).await;
    let upgrade = json!({"config": {"version": "8.4.7"}});
    assert_eq!(broker.patch(id, &upgrade).await.status, 204);
    let status = broker.until(id, "the failure to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    let words = "RDS gave up on changing the engine version: Amazon RDS was unable to upgrade the DB instance from \
                 version 8.0.43 to version 8.4.7: the instance is in a state that cannot be upgraded";
    assert!(error.starts_with(words), "{error}");
    assert_eq!(status["details"]["engineVersion"], "8.0.43");
    let before = broker.calls_made("ModifyDBInstance").await;
    let status = broker.change(id, &upgrade).await;
    assert_eq!((status.get("error"), &status["details"]["engineVersion"]), (None, &json!("8.4.7")));
    assert_eq!(broker.calls_made("ModifyDBInstance").await, before + 1);
}

#[tokio::test]
async fn a_minor_upgrade_by_rds_itself_is_not_drift() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"version": "16.13"});
    broker.book(id, &body).await;
    lab().happens(&broker.identifier(id), json!({"kind": "minor_upgrade", "version": "16.14"})).await;
    let status = broker
        .until(id, "the upgrade to show", |status| {
            status["details"]["engineVersion"] == "16.14" && status["details"]["state"] == "available"
        })
        .await;
    assert_eq!(status["config"], body["config"]);
    assert_eq!(status.get("error"), None);
    // The platform's wish is met: nothing is sent.
    let before = broker.calls_made("ModifyDBInstance").await;
    assert_eq!(broker.patch(id, &body).await.status, 204);
    broker.until_settled(id).await;
    assert_eq!(broker.calls_made("ModifyDBInstance").await, before);
    assert_eq!(lab().describe(&broker.identifier(id)).await.engine_version(), Some("16.14"));
}
