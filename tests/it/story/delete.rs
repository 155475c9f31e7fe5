//! Deleting, at every stage, and what deleting is not.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually};
use crate::lab::lab;

#[tokio::test]
async fn a_database_is_deleted_while_it_is_created() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    assert_eq!(broker.post(&booking(id)).await.status, 201);
    // Held up, so that there is something to see before it is gone.
    let held_up = json!({"operation": "DeleteDBInstance", "kind": "error", "count": null});
    lab().fault(&broker.identifier(id), held_up).await;
    assert_eq!(broker.delete(id).await.status, 204);
    let status = broker.status(id).await.expect("still listed while it is deleted");
    assert_eq!(status["details"]["ready"], false);
    assert_eq!(status["details"]["state"], "deleting");
    assert_eq!(broker.patch(id, &json!({"teamId": 7})).await.status, 409);
    let again = broker.post(&booking(id)).await;
    assert_eq!((again.status, again.retry_after), (503, true));
    lab().no_more_faults(&broker.identifier(id)).await;
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn an_id_can_be_booked_again_once_it_is_gone() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    for _ in 0..2 {
        broker.insist("POST", "", Some(&booking(id))).await;
        broker.until_settled(id).await;
        broker.assert_aws_holds(&[id]).await;
        assert_eq!(broker.delete(id).await.status, 204);
    }
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn what_never_was_is_deleted_already() {
    let broker = Broker::start().await;
    assert_eq!(broker.delete(Uuid::new_v4()).await.status, 204);
}

#[tokio::test]
async fn deletion_protection_and_a_final_snapshot_are_the_catalogues_to_ask_for() {
    let broker = Broker::start_with_catalog(
        &[
            ("deletion_protection = false", "deletion_protection = true"),
            ("final_snapshot = false", "final_snapshot = true"),
        ],
        &[],
    )
    .await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    broker.until_settled(id).await;
    let identifier = broker.identifier(id);
    let refused =
        lab().rds().delete_db_instance().db_instance_identifier(&identifier).skip_final_snapshot(true);
    assert!(refused.send().await.is_err(), "others must not be able to delete it");

    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
    let snapshots =
        lab().rds().describe_db_snapshots().db_instance_identifier(&identifier).send().await.unwrap();
    assert_eq!(snapshots.db_snapshots().len(), 1, "the last snapshot stays");
}

#[tokio::test]
async fn a_final_snapshot_that_an_earlier_try_has_taken_is_found_again() {
    let keep = [("final_snapshot = false", "final_snapshot = true")];
    let broker = Broker::start_with_catalog(&keep, &[]).await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    let life = lab().describe(&identifier).await.dbi_resource_id().unwrap().to_lowercase();
    let name = format!("{identifier}-final-{life}");
    let taken = lab().rds().create_db_snapshot().db_instance_identifier(&identifier);
    taken.db_snapshot_identifier(&name).send().await.unwrap();
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
    let all = lab().rds().describe_db_snapshots().db_instance_identifier(&identifier).send().await.unwrap();
    let names: Vec<_> = all.db_snapshots().iter().filter_map(|one| one.db_snapshot_identifier()).collect();
    assert_eq!(names, [name.as_str()]);
    // What was written since it was taken is in the backups, which are kept therefore.
    let backups = lab().rds().describe_db_instance_automated_backups().db_instance_identifier(&identifier);
    let backups = backups.send().await.unwrap();
    assert_eq!(backups.db_instance_automated_backups().len(), 1);
    assert!(!broker.log().contains("Nothing is kept"));
}

#[tokio::test]
async fn a_deletion_that_rds_refuses_is_told_and_tried_again() {
    let keep = [("final_snapshot = false", "final_snapshot = true")];
    let broker = Broker::start_with_catalog(&keep, &[]).await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let full = json!({"operation": "DeleteDBInstance", "kind": "error", "code": "SnapshotQuotaExceeded", "status": 400, "count": 3});
    lab().fault(&broker.identifier(id), full).await;
    assert_eq!(broker.delete(id).await.status, 204);
    let status = broker.until(id, "the refusal to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.starts_with("RDS refuses to delete the database: "), "{error}");
    assert_eq!(status["details"]["waitingFor"], "RDS to permit the deletion");
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn what_has_lost_its_secrets_is_deleted_all_the_same() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    for secret in lab().holds(&broker.name).await.1 {
        let gone = lab().secrets().delete_secret().secret_id(secret).force_delete_without_recovery(true);
        gone.send().await.unwrap();
    }
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn a_foreign_instance_with_our_identifier_is_never_touched() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let identifier = format!("{}-{id}", broker.name);
    let rds = lab().rds();
    let foreign = rds
        .create_db_instance()
        .db_instance_identifier(&identifier)
        .db_instance_class("db.t4g.micro")
        .engine("postgres")
        .allocated_storage(20)
        .master_username("someone")
        .master_user_password("someone-else-1");
    foreign.send().await.unwrap();

    let answer = broker.post(&booking(id)).await;
    assert_eq!(answer.status, 409);
    assert_eq!(
        answer.body["error"],
        "A DB instance of this name exists in AWS that does not belong to this broker."
    );
    assert_eq!(broker.patch(id, &json!({"teamId": 1})).await.status, 404);
    assert_eq!(broker.delete(id).await.status, 204);
    assert_eq!(broker.status(id).await, None);
    assert_eq!(broker.send("GET", "", None).await.body, json!([]));
    eventually("the foreign instance to be made, untouched", async || {
        let seen = rds.describe_db_instances().db_instance_identifier(&identifier).send().await.unwrap();
        let instance = &seen.db_instances()[0];
        assert!(instance.tag_list().is_empty());
        assert_ne!(instance.db_instance_status(), Some("deleting"));
        (instance.db_instance_status() == Some("available")).then_some(())
    })
    .await;
    let (_, secrets) = lab().holds(&broker.name).await;
    assert!(secrets.is_empty(), "{secrets:?}");
    let delete = rds.delete_db_instance().db_instance_identifier(&identifier).skip_final_snapshot(true);
    delete.send().await.unwrap();
}
