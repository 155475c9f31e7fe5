//! Deletions for which RDS is not ready, or which someone else has begun: none is a false alarm, and each ends.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually, unique_name};
use crate::lab::lab;

/// Looks of the broker at RDS that a state must outlast before it counts as one that nothing is said about.
const LOOKS: u64 = 6;

pub(super) async fn broker_that_keeps_a_snapshot() -> Broker {
    Broker::start_with_catalog(&[("final_snapshot = false", "final_snapshot = true")], &[]).await
}

/// The status, which must not tell of a problem; `None` once the service is gone.
async fn quiet(broker: &Broker, id: Uuid) -> Option<Value> {
    let status = broker.status(id).await?;
    assert_eq!(status.get("error"), None, "{status}");
    assert_eq!(status["details"]["state"], "deleting", "{status}");
    Some(status)
}

/// Until it is gone, with not a word about a problem.
async fn until_quietly_gone(broker: &Broker, id: Uuid) {
    eventually("the service to be gone", async || quiet(broker, id).await.is_none().then_some(())).await;
}

/// Looks on while the broker looks at RDS for so many times: it is still there, and there is no problem.
async fn stays_quiet(broker: &Broker, id: Uuid) {
    let enough = broker.calls_made("DescribeDBInstances").await + LOOKS;
    eventually("the broker to look on", async || {
        quiet(broker, id).await.expect("it is not gone yet");
        (broker.calls_made("DescribeDBInstances").await >= enough).then_some(())
    })
    .await;
}

/// How many snapshots and how many retained backups there are of an instance.
pub(super) async fn kept(identifier: &str) -> (usize, usize) {
    let rds = lab().rds();
    let snapshots = rds.describe_db_snapshots().db_instance_identifier(identifier).send().await.unwrap();
    let backups = rds.describe_db_instance_automated_backups().db_instance_identifier(identifier);
    let backups = backups.send().await.unwrap();
    (snapshots.db_snapshots().len(), backups.db_instance_automated_backups().len())
}

async fn until_rds_says(identifier: &str, status: &str) {
    eventually(status, async || {
        (lab().describe(identifier).await.db_instance_status() == Some(status)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_rds_says_is_being_deleted_already_is_no_problem() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    let fault = json!({
        "operation": "DeleteDBInstance", "kind": "error", "code": "InvalidDBInstanceState", "status": 400, "count": 2,
        "message": format!("Instance {identifier} is already being deleted."),
    });
    lab().fault(&identifier, fault).await;
    assert_eq!(broker.delete(id).await.status, 204);
    until_quietly_gone(&broker, id).await;
    broker.assert_aws_holds(&[]).await;
    assert_eq!(lab().faults_left(&identifier).await, 0, "it was never said");
}

#[tokio::test]
async fn what_someone_deletes_in_the_console_goes_with_all_that_belongs_to_it() {
    let settings = [("BROKER_SWEEP_SECONDS", "0.5"), ("BROKER_SWEEP_GRACE_SECONDS", "3")];
    let broker = Broker::start_with(&unique_name(), &settings).await;
    let (meanwhile, afterwards) = (Uuid::new_v4(), Uuid::new_v4());
    for id in [meanwhile, afterwards] {
        broker.book(id, &booking(id)).await;
    }
    for id in [meanwhile, afterwards] {
        let console = lab().rds().delete_db_instance().db_instance_identifier(broker.identifier(id));
        console.skip_final_snapshot(true).send().await.unwrap();
    }
    // The platform deletes one while RDS does, and the other when it is gone.
    let patch = broker.patch(meanwhile, &json!({"plan": {"id": 1}})).await;
    assert!([404, 409, 503].contains(&patch.status), "{} {}", patch.status, patch.body);
    broker.insist("DELETE", &format!("/{meanwhile}"), None).await;
    until_quietly_gone(&broker, meanwhile).await;
    broker.until_gone(afterwards).await;
    assert_eq!(broker.delete(afterwards).await.status, 204);
    assert_eq!(broker.delete(meanwhile).await.status, 204);
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn nothing_is_kept_of_a_database_that_was_never_finished() {
    let broker = broker_that_keeps_a_snapshot().await;
    let id = Uuid::new_v4();
    let identifier = broker.identifier(id);
    lab().happens(&identifier, json!({"kind": "stuck"})).await;
    broker.insist("POST", "", Some(&booking(id))).await;
    assert_eq!(lab().describe(&identifier).await.db_instance_status(), Some("creating"));
    assert_eq!(broker.delete(id).await.status, 204);
    until_quietly_gone(&broker, id).await;
    broker.assert_aws_holds(&[]).await;
    assert_eq!(kept(&identifier).await, (0, 0), "snapshots and backups");
}

#[tokio::test]
async fn a_stopped_database_is_started_where_rds_takes_no_snapshot_of_it() {
    let broker = broker_that_keeps_a_snapshot().await;
    let id = Uuid::new_v4();
    let identifier = stopped(&broker, id).await;
    let fault = json!({"operation": "DeleteDBInstance", "kind": "error", "code": "InvalidDBInstanceState", "status": 400});
    lab().fault(&identifier, fault).await;
    assert_eq!(broker.delete(id).await.status, 204);
    until_quietly_gone(&broker, id).await;
    broker.assert_aws_holds(&[]).await;
    assert_eq!(kept(&identifier).await, (1, 0), "snapshots and backups");
    assert_eq!(broker.calls_made("StartDBInstance").await, 1);
    assert_eq!(lab().faults_left(&identifier).await, 0);
}

#[tokio::test]
async fn a_stopped_database_that_cannot_be_started_is_told_and_deleted_once_it_can() {
    let broker = broker_that_keeps_a_snapshot().await;
    let id = Uuid::new_v4();
    let identifier = stopped(&broker, id).await;
    let refused = |operation: &str, code: &str, count: u32| json!({"operation": operation, "kind": "error", "code": code, "status": 400, "count": count});
    lab().fault(&identifier, refused("DeleteDBInstance", "InvalidDBInstanceState", 1)).await;
    lab().fault(&identifier, refused("StartDBInstance", "InsufficientDBInstanceCapacity", 2)).await;
    assert_eq!(broker.delete(id).await.status, 204);
    let status = broker.until(id, "the refusal to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(
        error.starts_with("RDS refuses to delete the database: ") && error.contains("capacity"),
        "{error}"
    );
    assert_eq!(status["details"]["waitingFor"], "RDS to permit the deletion");
    assert_eq!(status["details"]["state"], "deleting");
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
    assert_eq!(kept(&identifier).await, (1, 0), "snapshots and backups");
    assert_eq!(lab().faults_left(&identifier).await, 0);
}

/// Books a database and stops it in the console; its identifier.
async fn stopped(broker: &Broker, id: Uuid) -> String {
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    lab().rds().stop_db_instance().db_instance_identifier(&identifier).send().await.unwrap();
    until_rds_says(&identifier, "stopped").await;
    identifier
}

#[tokio::test]
async fn a_protected_database_is_deleted_while_it_is_created() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let identifier = broker.identifier(id);
    lab().happens(&identifier, json!({"kind": "stuck"})).await;
    let mut body = booking(id);
    body["config"]["deletionProtection"] = json!(true);
    broker.insist("POST", "", Some(&body)).await;
    until_rds_says(&identifier, "creating").await;
    assert_eq!(broker.delete(id).await.status, 204);
    // RDS refuses every change until then.
    stays_quiet(&broker, id).await;
    assert_eq!(lab().describe(&identifier).await.db_instance_status(), Some("creating"));
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    until_quietly_gone(&broker, id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn a_protected_database_is_deleted_while_it_changes() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let identifier = broker.identifier(id);
    let mut body = booking(id);
    body["config"]["deletionProtection"] = json!(true);
    broker.book(id, &body).await;
    lab().happens(&identifier, json!({"kind": "stuck"})).await;
    assert_eq!(broker.patch(id, &json!({"plan": {"parameters": {"memory": 2000}}})).await.status, 204);
    until_rds_says(&identifier, "modifying").await;
    assert_eq!(broker.delete(id).await.status, 204);
    stays_quiet(&broker, id).await;
    assert_eq!(lab().describe(&identifier).await.db_instance_status(), Some("modifying"));
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    until_quietly_gone(&broker, id).await;
    broker.assert_aws_holds(&[]).await;
}
