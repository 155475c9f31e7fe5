//! What causes an outage waits for the maintenance window, where the user wants that.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, password, unique_name};
use crate::database::{Session, ask, connect};
use crate::lab::lab;

/// The hour that it will be in so many hours, since 1970.
fn hour_in(hours: u64) -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 3600 + hours
}

/// A maintenance window of two hours that begins so many hours from now.
pub(super) fn window(hours: u64) -> String {
    let point = |hours: u64| {
        let hour = hour_in(hours);
        let days = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];
        format!("{}:{:02}:00", days[usize::try_from(hour / 24 % 7).unwrap()], hour % 24)
    };
    format!("{}-{}", point(hours), point(hours + 2))
}

/// A backup window that overlaps neither `window(0)` nor `window(12)`, whatever the time.
pub(super) fn backups() -> String {
    backups_in(6)
}

/// A backup window that begins so many hours from now.
pub(super) fn backups_in(hours: u64) -> String {
    let hour = hour_in(hours) % 24;
    format!("{hour:02}:00-{hour:02}:30")
}

#[tokio::test]
async fn outages_are_parked_told_and_applied_in_the_window() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    let later = window(12);
    body["config"] = json!({"version": "16.13", "applyDuringMaintenance": true, "maintenanceWindow": later,
        "backupWindow": backups()});
    // The booking itself waits for nothing.
    broker.book(id, &body).await;

    let change = json!({
        "plan": {"parameters": {"storage": 40000, "memory": 2000}},
        "config": {"version": "16.14", "parameters": {"max_connections": 60, "work_mem": 8192}},
    });
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let parked = format!(
        "the maintenance window {later} (UTC) to change the engine version, the instance class, the server parameters"
    );
    let status =
        broker.until(id, "the park to be told", |status| status["details"]["waitingFor"] == parked).await;
    // What is no outage was done at once.
    assert_eq!(status["details"]["allocatedStorage"], 38);
    assert_eq!(
        (&status["details"]["engineVersion"], &status["details"]["instanceClass"]),
        (&json!("16.13"), &json!("db.t4g.micro"))
    );
    assert_eq!(status["details"]["ready"], true);
    assert_eq!(status["config"]["version"], "16.14");
    let user = connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.unwrap();
    assert_ne!(ask(&user, "show max_connections").await, "60");

    // The window moves to now.
    let status = broker.change(id, &json!({"config": {"maintenanceWindow": window(0)}})).await;
    assert_eq!(
        (&status["details"]["engineVersion"], &status["details"]["instanceClass"]),
        (&json!("16.14"), &json!("db.t4g.small"))
    );
    let user = connect(&status, body["secrets"]["userPassword"].as_str().unwrap()).await.unwrap();
    assert_eq!(ask(&user, "show max_connections").await, "60");
}

#[tokio::test]
async fn what_is_parked_is_taken_back_or_done_at_once_when_the_user_changes_their_mind() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] =
        json!({"applyDuringMaintenance": true, "maintenanceWindow": window(12), "backupWindow": backups()});
    broker.book(id, &body).await;
    let bigger = json!({"plan": {"parameters": {"memory": 2000}}});
    assert_eq!(broker.patch(id, &bigger).await.status, 204);
    let is_parked = |status: &serde_json::Value| {
        status["details"]["waitingFor"].as_str().is_some_and(|why| why.starts_with("the maintenance window"))
    };
    broker.until(id, "the park to be told", is_parked).await;
    let status = broker.change(id, &json!({"plan": {"parameters": {"memory": 512}}})).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");

    assert_eq!(broker.patch(id, &bigger).await.status, 204);
    broker.until(id, "the park to be told", is_parked).await;
    let status = broker.change(id, &json!({"config": {"applyDuringMaintenance": false}})).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
}

#[tokio::test]
async fn what_an_operator_has_parked_in_aws_is_not_brought_forward_by_a_harmless_change() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] =
        json!({"applyDuringMaintenance": true, "maintenanceWindow": window(12), "backupWindow": backups()});
    broker.book(id, &body).await;
    let identifier = broker.identifier(id);
    let console = lab().rds().modify_db_instance().db_instance_identifier(&identifier);
    console.db_instance_class("db.t4g.medium").apply_immediately(false).send().await.unwrap();
    assert_eq!(broker.patch(id, &json!({"config": {"backupRetentionDays": 3}})).await.status, 204);
    let status = broker
        .until(id, "the park to be told", |status| {
            status["details"]["waitingFor"].as_str().is_some_and(|why| why.contains("the backup retention"))
        })
        .await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");
    let seen = lab().describe(&identifier).await;
    assert_eq!(seen.backup_retention_period(), Some(7));
    let pending = seen.pending_modified_values().and_then(|pending| pending.db_instance_class());
    assert_eq!(pending, Some("db.t4g.medium"), "still parked");
}

/// A service for which an operator has parked another class, until a window twelve hours away.
async fn with_a_class_parked_in_aws() -> (Broker, Uuid) {
    // What someone has parked is looked at for a while before anything is decided about it.
    let broker = Broker::start_with(&unique_name(), &[("BROKER_REFRESH_ACTIVE_SECONDS", "0.1")]).await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"maintenanceWindow": window(12), "backupWindow": backups()});
    broker.book(id, &body).await;
    let console = lab().rds().modify_db_instance().db_instance_identifier(broker.identifier(id));
    console.db_instance_class("db.t4g.medium").apply_immediately(false).send().await.unwrap();
    (broker, id)
}

#[tokio::test]
async fn what_an_operator_has_parked_in_aws_stays_parked_while_what_needs_no_outage_is_changed() {
    let (broker, id) = with_a_class_parked_in_aws().await;
    let identifier = broker.identifier(id);
    let still_parked = async |after: &str| {
        let seen = lab().describe(&identifier).await;
        let pending = seen.pending_modified_values().and_then(|pending| pending.db_instance_class());
        assert_eq!(
            (seen.db_instance_class(), pending),
            (Some("db.t4g.micro"), Some("db.t4g.medium")),
            "{after}"
        );
    };
    still_parked("to begin with").await;

    let new = password();
    let status = broker.change(id, &json!({"secrets": {"superuserPassword": new}})).await;
    Session::open_as_superuser(&status, &new).await.expect("the new password works");
    still_parked("after the rotation").await;

    let later = backups_in(8);
    broker.change(id, &json!({"config": {"backupWindow": later}})).await;
    assert_eq!(lab().describe(&identifier).await.preferred_backup_window(), Some(later.as_str()));
    still_parked("after the change of a window").await;
}

#[tokio::test]
async fn what_an_operator_has_parked_in_aws_is_done_at_once_when_the_platform_wishes_it_too() {
    let (broker, id) = with_a_class_parked_in_aws().await;
    let identifier = broker.identifier(id);

    broker.insist("PATCH", &format!("/{id}"), Some(&json!({"plan": {"parameters": {"memory": 3000}}}))).await;
    broker
        .until(id, "the change to be waited for", |status| {
            status["details"]["waitingFor"] == "RDS to change the instance class"
        })
        .await;
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.medium");
    assert_eq!((status.get("error"), status["details"].get("waitingFor")), (None, None));
    let seen = lab().describe(&identifier).await;
    assert_eq!(seen.db_instance_class(), Some("db.t4g.medium"));
    let pending = seen.pending_modified_values().and_then(|pending| pending.db_instance_class());
    assert_eq!(pending, None, "nothing stays parked");
}
