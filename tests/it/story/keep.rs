//! Deletions in every status of RDS, and what each leaves of the database.

use serde_json::{Value, json};
use uuid::Uuid;

use super::deletion::{broker_that_keeps_a_snapshot, kept};
use crate::broker::{Broker, booking};
use crate::lab::lab;

/// How many snapshots and how many retained backups a deletion leaves.
type Kept = (usize, usize);
const SNAPSHOT: Kept = (1, 0);
const BACKUPS: Kept = (0, 1);
const NOTHING: Kept = (0, 0);

/// Books a database for each status of a table, all at once, and has RDS put it there once it is ready.
async fn in_these_statuses<'a>(broker: &Broker, statuses: impl Iterator<Item = &'a str>) -> Vec<Uuid> {
    booked_and_put(broker, &json!({"version": "17.10"}), statuses).await
}

async fn booked_and_put<'a>(
    broker: &Broker,
    config: &Value,
    statuses: impl Iterator<Item = &'a str>,
) -> Vec<Uuid> {
    let mut booked = Vec::new();
    for status in statuses {
        let id = Uuid::new_v4();
        let mut body = booking(id);
        body["config"].clone_from(config);
        broker.insist("POST", "", Some(&body)).await;
        booked.push((id, status));
    }
    for (id, status) in &booked {
        broker.until_settled(*id).await;
        if *status != "available" {
            lab().happens(&broker.identifier(*id), json!({"kind": "status", "status": status})).await;
        }
    }
    booked.into_iter().map(|(id, _)| id).collect()
}

#[tokio::test]
async fn a_deletion_ends_in_every_state_and_keeps_what_the_catalogue_asks_for() {
    let broker = broker_that_keeps_a_snapshot().await;
    // RDS takes a snapshot of what is at rest. Of what it gave up on it takes none, and the automated backups are kept.
    let table = [
        ("available", SNAPSHOT),
        ("storage-optimization", SNAPSHOT),
        ("stopped", SNAPSHOT),
        ("storage-full", BACKUPS),
        ("failed", BACKUPS),
        ("incompatible-create", BACKUPS),
        ("incompatible-credentials", BACKUPS),
        ("incompatible-network", BACKUPS),
        ("incompatible-option-group", BACKUPS),
        ("incompatible-parameters", BACKUPS),
        ("incompatible-restore", BACKUPS),
        ("restore-error", BACKUPS),
        ("insufficient-capacity", BACKUPS),
        ("inaccessible-encryption-credentials", BACKUPS),
        ("inaccessible-encryption-credentials-recoverable", BACKUPS),
        ("modify-failed", BACKUPS),
        ("upgrade-failed", BACKUPS),
    ];
    let ids = in_these_statuses(&broker, table.iter().map(|(status, _)| *status)).await;
    for id in &ids {
        assert_eq!(broker.delete(*id).await.status, 204);
    }
    for (id, (status, left)) in ids.iter().zip(table) {
        broker.until_gone(*id).await;
        assert_eq!(kept(&broker.identifier(*id)).await, left, "{status}");
    }
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn without_backups_a_full_database_gets_room_for_its_snapshot_and_that_nothing_is_left_of_a_broken_one_is_told()
 {
    let broker = broker_that_keeps_a_snapshot().await;
    let table = [("storage-full", SNAPSHOT), ("failed", NOTHING)];
    let config = json!({"backupRetentionDays": 0});
    let ids = booked_and_put(&broker, &config, table.iter().map(|(status, _)| *status)).await;
    for id in &ids {
        assert_eq!(broker.delete(*id).await.status, 204);
    }
    for (id, (status, left)) in ids.iter().zip(table) {
        broker.until_gone(*id).await;
        let identifier = broker.identifier(*id);
        assert_eq!(kept(&identifier).await, left, "{status}");
        let told = broker.log();
        let mut told = told.lines().filter(|line| line.contains("Nothing is kept of a database"));
        assert_eq!(told.any(|line| line.contains(&identifier)), left == NOTHING, "{status}");
    }
    broker.assert_aws_holds(&[]).await;
}

/// Statuses in which RDS is at work, and takes no snapshot.
const AT_WORK: [&str; 9] = [
    "backing-up",
    "configuring-enhanced-monitoring",
    "maintenance",
    "modifying",
    "rebooting",
    "resetting-master-credentials",
    "starting",
    "upgrading",
    "polishing-platters",
];

#[tokio::test]
async fn while_rds_is_at_work_a_deletion_waits_until_a_snapshot_can_be_taken() {
    let broker = broker_that_keeps_a_snapshot().await;
    let ids = in_these_statuses(&broker, AT_WORK.into_iter()).await;
    for id in &ids {
        assert_eq!(broker.delete(*id).await.status, 204);
    }
    for (id, status) in ids.iter().zip(AT_WORK) {
        let waits = format!("a state in which a final snapshot can be taken (now {status})");
        let seen = broker
            .until(*id, &format!("the wait in {status}"), |seen| seen["details"]["waitingFor"] == waits)
            .await;
        assert_eq!((seen.get("error"), &seen["details"]["state"]), (None, &json!("deleting")), "{status}");
        let identifier = broker.identifier(*id);
        assert_eq!(lab().describe(&identifier).await.db_instance_status(), Some(status));
        lab().happens(&identifier, json!({"kind": "recover"})).await;
    }
    for (id, status) in ids.iter().zip(AT_WORK) {
        broker.until_gone(*id).await;
        assert_eq!(kept(&broker.identifier(*id)).await, SNAPSHOT, "{status}");
    }
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn without_a_final_snapshot_a_deletion_waits_for_nothing_and_nothing_is_left() {
    let broker = Broker::start().await;
    let statuses = ["backing-up", "modifying", "upgrading", "storage-full", "failed", "incompatible-restore"];
    let ids = in_these_statuses(&broker, statuses.into_iter()).await;
    for id in &ids {
        assert_eq!(broker.delete(*id).await.status, 204);
    }
    for (id, status) in ids.iter().zip(statuses) {
        broker.until_gone(*id).await;
        assert_eq!(kept(&broker.identifier(*id)).await, NOTHING, "{status}");
    }
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn a_final_snapshot_that_fails_is_told_and_taken_anew_once_it_is_deleted() {
    let broker = broker_that_keeps_a_snapshot().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    let life = lab().describe(&identifier).await.dbi_resource_id().unwrap().to_lowercase();
    let name = format!("{identifier}-final-{life}");
    lab().happens(&identifier, json!({"kind": "fail_snapshot"})).await;
    assert_eq!(broker.delete(id).await.status, 204);

    let reason = format!("RDS refuses to delete the database: the final snapshot {name} is failed");
    let is_told = |seen: &Value| seen["error"].as_str().is_some_and(|error| error.starts_with(&reason));
    let seen = broker.until(id, "the failure to be told", is_told).await;
    assert_eq!(
        (&seen["details"]["state"], &seen["details"]["waitingFor"]),
        (&json!("deleting"), &json!("RDS to permit the deletion"))
    );
    assert_eq!(
        lab().describe(&identifier).await.db_instance_status(),
        Some("available"),
        "it is there again"
    );
    // Nothing of this is only in memory.
    broker.killer()();
    broker.run().await;
    broker.until(id, "the next process to tell it, too", is_told).await;

    lab().rds().delete_db_snapshot().db_snapshot_identifier(&name).send().await.unwrap();
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
    let left = lab().rds().describe_db_snapshots().db_instance_identifier(&identifier).send().await.unwrap();
    let left: Vec<_> =
        left.db_snapshots().iter().map(|one| (one.db_snapshot_identifier(), one.status())).collect();
    assert_eq!(left, [(Some(name.as_str()), Some("available"))]);
    assert_eq!(kept(&identifier).await, SNAPSHOT);
}
