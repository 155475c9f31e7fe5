//! Server parameters and extensions.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually, unique_name};
use crate::database::{ask, connect};
use crate::lab::lab;

async fn shows(status: &Value, body: &Value, question: &str) -> String {
    let user = connect(status, body["secrets"]["userPassword"].as_str().unwrap()).await.unwrap();
    ask(&user, question).await
}

#[tokio::test]
async fn parameters_reach_the_server_and_are_taken_back() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"]["parameters"] = json!({"work_mem": 8192, "max_connections": 60});
    let status = broker.book(id, &body).await;
    assert_eq!(status["config"], body["config"]);
    assert_eq!(shows(&status, &body, "show work_mem").await, "8MB");
    assert_eq!(shows(&status, &body, "show max_connections").await, "60");
    assert_eq!(lab().groups(&broker.name).await.len(), 1);

    // A value replaces the whole: max_connections has its default again, which takes a reboot.
    let status = broker.change(id, &json!({"config": {"parameters": {"work_mem": 16384}}})).await;
    assert_eq!(shows(&status, &body, "show work_mem").await, "16MB");
    assert_ne!(shows(&status, &body, "show max_connections").await, "60");

    // Without parameters there is no group of its own: an account has 50.
    let status = broker.change(id, &json!({"config": {"parameters": null}})).await;
    assert!(status["config"].get("parameters").is_none());
    let seen = lab().describe(&broker.identifier(id)).await;
    let group = &seen.db_parameter_groups()[0];
    assert_eq!(group.db_parameter_group_name(), Some("default.postgres17"));
    assert_eq!(group.parameter_apply_status(), Some("in-sync"));
    assert_ne!(shows(&status, &body, "show work_mem").await, "16MB");
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
}

#[tokio::test]
async fn a_parameter_that_the_server_takes_at_once_needs_no_reboot() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"]["parameters"] = json!({"work_mem": 8192});
    let status = broker.book(id, &body).await;
    let user = connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.unwrap();
    broker.change(id, &json!({"config": {"parameters": {"work_mem": 4096}}})).await;
    eventually("the session to see it", async || (ask(&user, "show work_mem").await == "4MB").then_some(()))
        .await;
}

#[tokio::test]
async fn a_server_that_does_not_start_with_its_parameters_is_repaired_by_others() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    broker.book(id, &body).await;
    lab()
        .happens(&broker.identifier(id), json!({"kind": "status", "status": "incompatible-parameters"}))
        .await;
    let told = "The database does not start with its server parameters";
    broker
        .until(id, "it to be told", |seen| seen["error"].as_str().is_some_and(|it| it.contains(told)))
        .await;
    let good = json!({"config": {"parameters": {"max_connections": 60}}});
    assert_eq!(broker.patch(id, &good).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!(status.get("error"), None);
    assert_eq!(shows(&status, &body, "show max_connections").await, "60");
}

#[tokio::test]
async fn what_someone_does_to_the_group_is_shown_and_put_back() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"]["parameters"] = json!({"work_mem": 8192});
    broker.book(id, &body).await;
    let identifier = broker.identifier(id);
    let change = lab().rds().modify_db_instance().db_instance_identifier(&identifier).apply_immediately(true);
    change.db_parameter_group_name("default.postgres17").send().await.unwrap();
    let status =
        broker.until(id, "the drift to show", |status| status["config"]["parameters"] == json!({})).await;
    assert!(status["error"].as_str().unwrap().contains("the parameter group is default.postgres17"));
    assert_eq!(broker.patch(id, &json!({"config": body["config"]})).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!(status["config"], body["config"]);
    assert_eq!(shows(&status, &body, "show work_mem").await, "8MB");
}

#[tokio::test]
async fn values_that_someone_changes_in_the_group_are_shown_and_put_back() {
    let broker = Broker::start_with(&unique_name(), &[("BROKER_SWEEP_SECONDS", "0.5")]).await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"]["parameters"] = json!({"work_mem": 8192, "random_page_cost": "1.5"});
    broker.book(id, &body).await;
    let group = lab().groups(&broker.name).await.remove(0);
    let value = |name: &str, value: &str| {
        aws_sdk_rds::types::Parameter::builder()
            .parameter_name(name)
            .parameter_value(value)
            .apply_method(aws_sdk_rds::types::ApplyMethod::Immediate)
            .build()
    };
    let call = lab().rds().modify_db_parameter_group().db_parameter_group_name(&group);
    call.parameters(value("work_mem", "16384"))
        .parameters(value("maintenance_work_mem", "32768"))
        .send()
        .await
        .unwrap();
    let changed = json!({"work_mem": 16384, "maintenance_work_mem": 32768, "random_page_cost": "1.5"});
    let status =
        broker.until(id, "the change to show", |status| status["config"]["parameters"] == changed).await;
    assert!(status["error"].as_str().unwrap().contains("its parameter group has other values"), "{status}");
    assert_eq!(broker.patch(id, &json!({"config": body["config"]})).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!(status["config"], body["config"]);
    assert_eq!(status.get("error"), None);
    assert_eq!(shows(&status, &body, "show work_mem").await, "8MB");
    assert_eq!(shows(&status, &body, "show maintenance_work_mem").await, "64MB");
}

#[tokio::test]
async fn extensions_are_created_in_the_users_database() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"]["extensions"] = json!(["pgcrypto", "pg_stat_statements"]);
    let status = broker.book(id, &body).await;
    assert_eq!(status["config"], body["config"]);
    assert_ne!(shows(&status, &body, "select gen_random_uuid()::text").await, "");
    let names =
        "select string_agg(extname, ' ' order by extname) from pg_extension where extname <> 'plpgsql'";
    assert_eq!(shows(&status, &body, names).await, "pg_stat_statements pgcrypto");

    let status = broker.change(id, &json!({"config": {"extensions": ["pgcrypto", "uuid-ossp"]}})).await;
    // What was taken out of the list stays: tables may need it.
    assert_eq!(shows(&status, &body, names).await, "pg_stat_statements pgcrypto uuid-ossp");
}

#[tokio::test]
async fn an_extension_that_the_server_does_not_have_is_told_and_nothing_else_is_held_up() {
    let offered = [("\"uuid-ossp\",", "\"uuid-ossp\", \"postgis\",")];
    let broker = Broker::start_with_catalog(&offered, &[]).await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"]["extensions"] = json!(["postgis"]);
    broker.insist("POST", "", Some(&body)).await;
    let status = broker.until(id, "the refusal to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.contains("postgis") && error.contains("config.extensions"), "{error}");
    broker.until(id, "the database to be ready", |status| status["details"]["ready"] == true).await;
    assert_eq!(broker.patch(id, &json!({"config": {"extensions": []}})).await.status, 204);
    assert_eq!(broker.until_settled(id).await.get("error"), None);
}

#[tokio::test]
async fn a_value_that_rds_refuses_is_told_with_its_reason() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let change = json!({"config": {"parameters": {"random_page_cost": "cheap"}}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let status = broker.until(id, "the refusal to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.starts_with("AWS did not change the server parameters: "), "{error}");
    assert_eq!(status["details"]["ready"], true);
    let status = broker.change(id, &json!({"config": {"parameters": {"random_page_cost": "1.5"}}})).await;
    assert_eq!(status.get("error"), None);
}

/// No server knows it; RDS takes any text for a time zone.
const NOWHERE: &str = "Mars/Phobos";

#[tokio::test]
async fn a_value_that_rds_refuses_for_the_group_of_an_upgrade_is_told_and_holds_up_nothing_else() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"version": "16.13", "parameters": {"random_page_cost": "2"}});
    broker.book(id, &body).await;
    let change = json!({
        "config": {"version": "17.10", "parameters": {"random_page_cost": "cheap"}, "backupRetentionDays": 5},
    });
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let status = broker.until(id, "the refusal to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.contains("server parameters") && error.contains("random_page_cost"), "{error}");
    assert_eq!(status["details"]["engineVersion"], "16.13");
    assert_eq!(lab().describe(&broker.identifier(id)).await.backup_retention_period(), Some(5));
    let tries = broker.calls_made("ModifyDBParameterGroup").await;
    let better = json!({"config": {"version": "17.10", "parameters": {"random_page_cost": "3"}}});
    let status = broker.change(id, &better).await;
    assert_eq!((status.get("error"), &status["details"]["engineVersion"]), (None, &json!("17.10")));
    assert_eq!(
        broker.calls_made("ModifyDBParameterGroup").await,
        tries + 1,
        "it is not tried again and again"
    );
}

#[tokio::test]
async fn a_good_value_right_after_one_that_the_running_server_refuses_is_applied() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"]["parameters"] = json!({"work_mem": 8192});
    broker.book(id, &body).await;
    let wish = |zone: &str| json!({"config": {"parameters": {"work_mem": 8192, "timezone": zone}}});
    assert_eq!(broker.patch(id, &wish(NOWHERE)).await.status, 204);
    until_its_group_is(&broker, id, "failed-to-apply").await;
    let status = broker.change(id, &wish("Europe/Berlin")).await;
    assert_eq!(status.get("error"), None);
    assert_eq!(shows(&status, &body, "show timezone").await, "Europe/Berlin");
    until_its_group_is(&broker, id, "in-sync").await;
}

#[tokio::test]
async fn a_good_value_right_after_one_with_which_the_server_does_not_start_is_applied() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    broker.book(id, &body).await;
    let identifier = broker.identifier(id);
    let wish = |zone: &str| json!({"config": {"parameters": {"max_connections": 60, "timezone": zone}}});
    assert_eq!(broker.patch(id, &wish(NOWHERE)).await.status, 204);
    eventually("the server not to start", async || {
        let seen = lab().describe(&identifier).await;
        (seen.db_instance_status() == Some("incompatible-parameters")).then_some(())
    })
    .await;
    let status = broker.change(id, &wish("Europe/Berlin")).await;
    assert_eq!(status.get("error"), None);
    assert_eq!(shows(&status, &body, "show timezone").await, "Europe/Berlin");
    assert_eq!(shows(&status, &body, "show max_connections").await, "60");
}

/// Until RDS says this of the instance's parameter group.
async fn until_its_group_is(broker: &Broker, id: Uuid, status: &str) {
    let identifier = broker.identifier(id);
    eventually(status, async || {
        let seen = lab().describe(&identifier).await;
        (seen.db_parameter_groups()[0].parameter_apply_status() == Some(status)).then_some(())
    })
    .await;
}
