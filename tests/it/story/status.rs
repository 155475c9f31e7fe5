//! What every status of RDS means to a user.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking};
use crate::lab::{http, lab};

#[tokio::test]
async fn a_broken_instance_is_told_in_a_sentence_and_recovers_by_itself() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    let table = [
        ("failed", "RDS gave up on the database"),
        ("incompatible-network", "The database cannot use its network in AWS"),
        ("incompatible-option-group", "The database cannot use its option group"),
        ("incompatible-parameters", "The database does not start with its server parameters"),
        ("inaccessible-encryption-credentials-recoverable", "within seven days"),
        ("inaccessible-encryption-credentials", "The key of the database is lost"),
        ("insufficient-capacity", "AWS has no capacity for this database"),
        ("restore-error", "delete the service and book it again"),
        ("incompatible-create", "delete the service and book it again"),
        ("incompatible-restore", "delete the service and book it again"),
        ("incompatible-credentials", "RDS cannot log in to the database any more"),
        ("modify-failed", "RDS gave up on the database"),
        ("upgrade-failed", "RDS gave up on the database"),
    ];
    for (status, sentence) in table {
        lab().happens(&identifier, json!({"kind": "status", "status": status})).await;
        let seen = broker
            .until(id, status, |seen| seen["error"].as_str().is_some_and(|error| error.contains(sentence)))
            .await;
        assert_eq!(
            (&seen["details"]["state"], &seen["details"]["ready"]),
            (&json!("failed"), &json!(false)),
            "{status}"
        );
        assert!(seen["details"]["waitingFor"].as_str().unwrap().contains(status), "{status}");
        lab().happens(&identifier, json!({"kind": "recover"})).await;
        let seen = broker.until_settled(id).await;
        assert_eq!(seen.get("error"), None, "{status}");
    }
    let log = broker.log();
    assert!(
        log.contains("A DB instance needs help") && log.contains("enable the KMS key"),
        "operators get a hint"
    );
}

#[tokio::test]
async fn a_stopped_database_is_told_and_an_unknown_status_is_in_progress() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    lab().rds().stop_db_instance().db_instance_identifier(&identifier).send().await.unwrap();
    let status =
        broker.until(id, "the stop to be told", |status| status["details"]["state"] == "stopped").await;
    assert_eq!(
        status["error"],
        "The database was stopped in AWS; it has to be started there before it can be used."
    );
    // A change waits until it is started.
    assert_eq!(broker.patch(id, &json!({"plan": {"parameters": {"memory": 2000}}})).await.status, 204);
    lab().rds().start_db_instance().db_instance_identifier(&identifier).send().await.unwrap();
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");

    lab().happens(&identifier, json!({"kind": "status", "status": "polishing-platters"})).await;
    let status = broker.until(id, "the status to show", |status| status["details"]["ready"] == false).await;
    assert_eq!(status.get("error"), None);
    assert_eq!(status["details"]["state"], "updating");
    assert_eq!(status["details"]["waitingFor"], "RDS to finish (polishing-platters)");
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    broker.until_settled(id).await;
    assert_eq!(broker.log().matches("a status this broker does not know").count(), 1, "logged once");
}

#[tokio::test]
async fn a_create_that_rds_gives_up_on_is_told_and_deleted_with_everything() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    lab().happens(&broker.identifier(id), json!({"kind": "status", "status": "insufficient-capacity"})).await;
    broker.insist("POST", "", Some(&booking(id))).await;
    let status = broker.until(id, "the failure to be told", |status| status.get("error").is_some()).await;
    assert_eq!(status["details"]["state"], "failed");
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn the_log_level_is_changed_while_it_runs() {
    let broker = Broker::start_with(&crate::broker::unique_name(), &[("BROKER_LOG_LEVEL", "info")]).await;
    let change = async |level: &str, token: &str| {
        let url = format!("{}/admin/log-level", broker.url());
        let body = serde_json::json!({"level": level});
        http().put(url).bearer_auth(token).json(&body).send().await.unwrap().status().as_u16()
    };
    let lines = |text: &str| broker.log().lines().filter(|line| line.contains(text)).count();
    // A line of health, if any, stands before that of the request after it.
    let talks = async || {
        let before = (lines("GET /health 200"), lines("GET (none) 401"));
        assert_eq!(broker.health("/health").await.0, 200);
        http().get(format!("{}/nowhere", broker.url())).send().await.unwrap();
        crate::broker::eventually("the line of the second request", async || {
            (lines("GET (none) 401") > before.1).then_some(())
        })
        .await;
        lines("GET /health 200") > before.0
    };
    assert!(!talks().await, "health is told of at debug only");
    assert_eq!(change("debug", "not-a-token").await, 401);
    assert_eq!(change("loud", crate::broker::TOKEN).await, 400);
    assert_eq!(change("info,rds_broker=debug", crate::broker::TOKEN).await, 204);
    assert!(talks().await);
    assert_eq!(change("info", crate::broker::TOKEN).await, 204);
    assert!(!talks().await);
}
