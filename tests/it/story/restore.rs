//! What is lost comes back as the runbook says (docs/operations.md, "When something is lost"), every step of it.

use aws_sdk_rds::types::{DbInstance, Tag};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::broker::{Broker, booking, booking_of, eventually, password};
use crate::database::Session;
use crate::lab::{forget_afterwards, lab};

const ANSWER: &str = "SELECT CAST(answer AS char(2)) FROM kept";

#[tokio::test]
async fn a_deleted_postgres_comes_back_from_its_final_snapshot() {
    comes_back("postgres").await;
}

#[tokio::test]
async fn a_deleted_mysql_comes_back_from_its_final_snapshot() {
    comes_back("mysql").await;
}

#[tokio::test]
async fn a_deleted_mariadb_comes_back_from_its_final_snapshot() {
    comes_back("mariadb").await;
}

/// "A deleted service".
async fn comes_back(provider: &'static str) {
    let keep = [("final_snapshot = false", "final_snapshot = true")];
    let sweep = [("BROKER_SWEEP_SECONDS", "0.4"), ("BROKER_SWEEP_GRACE_SECONDS", "1")];
    let broker = Broker::start_with_catalog(&keep, &sweep).await.of(provider);
    let id = Uuid::new_v4();
    let deleted = book_and_use(&broker, id, provider).await;
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;

    // Beside the services, with tags of its own.
    let snapshot = final_snapshot(&broker.identifier(id)).await;
    let rescue = rescue_name(&broker, "1");
    restore(&snapshot, &rescue).await;
    until_available(&rescue).await;
    let new = password();
    // It is available for a moment before its first backup is taken.
    eventually("RDS to take the password", async || {
        let change = lab().rds().modify_db_instance().db_instance_identifier(&rescue);
        change.master_user_password(&new[..35]).apply_immediately(true).send().await.ok()
    })
    .await;
    let copy = until_available(&rescue).await;
    let mut rescued = open_as_master(&copy, &deleted, &new[..35]).await;
    let kept = rescued.ask(ANSWER).await;
    assert_eq!(kept, "42");

    // Into a new service; then the copy goes. The broker has left it alone.
    let next = Uuid::new_v4();
    let body = booking_of(provider, next);
    let status = broker.book(next, &body).await;
    let mut session = Session::open(&status, secret(&body, "userPassword")).await.unwrap();
    session.run(&format!("CREATE TABLE kept AS SELECT {kept} AS answer")).await.unwrap();
    assert_eq!(lab().describe(&rescue).await.dbi_resource_id(), copy.dbi_resource_id());
    let gone = lab().rds().delete_db_instance().db_instance_identifier(&rescue).skip_final_snapshot(true);
    gone.send().await.unwrap();
    broker.assert_aws_holds(&[next]).await;
}

/// "Putting a copy in a service's place".
#[tokio::test]
async fn a_copy_takes_the_place_of_a_service() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    let before = broker.book(id, &body).await;
    let mut session = Session::open(&before, secret(&body, "userPassword")).await.unwrap();
    session.run("CREATE TABLE kept AS SELECT 42 AS answer").await.unwrap();
    let (identifier, rds) = (broker.identifier(id), lab().rds());
    let original = lab().describe(&identifier).await;

    // 1. Nothing runs.
    assert_eq!(broker.terminate().await, Some(0));
    // 2. The original's tags, and a copy under a name of its own.
    let tags = original.tag_list().to_vec();
    let snapshot = rescue_name(&broker, "snapshot");
    let taken = rds.create_db_snapshot().db_instance_identifier(&identifier);
    taken.db_snapshot_identifier(&snapshot).send().await.unwrap();
    eventually("the snapshot to be taken", async || {
        let seen = rds.describe_db_snapshots().db_snapshot_identifier(&snapshot).send().await.unwrap();
        (seen.db_snapshots()[0].status() == Some("available")).then_some(())
    })
    .await;
    let copy = rescue_name(&broker, "copy");
    restore(&snapshot, &copy).await;
    until_available(&copy).await;
    // 3. The original has another name, and none of the broker's tags.
    let aside = rescue_name(&broker, "original");
    rename(&identifier, &aside).await;
    let keys = tags.iter().filter_map(|tag| tag.key()).filter(|key| key.starts_with("codesphere:"));
    let untag = rds.remove_tags_from_resource().resource_name(arn(&aside).await);
    untag.set_tag_keys(Some(keys.map(str::to_owned).collect())).send().await.unwrap();
    // 4. The copy has the identifier and the tags.
    rename(&copy, &identifier).await;
    let tag = rds.add_tags_to_resource().resource_name(arn(&identifier).await);
    tag.set_tags(Some(tags)).send().await.unwrap();
    // 5. The broker goes on with it.
    broker.run().await;
    let status = broker.until_settled(id).await;
    assert_eq!(status.get("error"), None, "{status}");
    assert_ne!(lab().describe(&identifier).await.dbi_resource_id(), original.dbi_resource_id());
    let mut session = Session::open(&status, secret(&body, "userPassword")).await.unwrap();
    assert_eq!(session.ask(ANSWER).await, "42");
    // 6. The original is deleted, with a snapshot.
    let gone = rds.delete_db_instance().db_instance_identifier(&aside);
    gone.final_db_snapshot_identifier(rescue_name(&broker, "last")).send().await.unwrap();

    // It is a service as any other: changed, and deleted with all that is of it.
    let next = password();
    let status = broker.change(id, &json!({"secrets": {"userPassword": next}})).await;
    let mut session = Session::open(&status, &next).await.unwrap();
    assert_eq!(session.ask(ANSWER).await, "42");
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

/// A database with a row in it; its last status.
async fn book_and_use(broker: &Broker, id: Uuid, provider: &str) -> Value {
    let body = booking_of(provider, id);
    let status = broker.book(id, &body).await;
    let mut session = Session::open(&status, secret(&body, "userPassword")).await.unwrap();
    session.run("CREATE TABLE kept AS SELECT 42 AS answer").await.unwrap();
    status
}

fn secret<'a>(body: &'a Value, name: &str) -> &'a str {
    body["secrets"][name].as_str().unwrap()
}

/// The operators' boundary knows copies by such a name; the lab forgets them after the story.
fn rescue_name(broker: &Broker, what: &str) -> String {
    let prefix = format!("rescue-{}", broker.name);
    forget_afterwards(&prefix);
    format!("{prefix}-{what}")
}

async fn final_snapshot(identifier: &str) -> String {
    let all = lab().rds().describe_db_snapshots().db_instance_identifier(identifier).send().await.unwrap();
    let names: Vec<_> = all.db_snapshots().iter().filter_map(|one| one.db_snapshot_identifier()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    names[0].to_owned()
}

async fn restore(snapshot: &str, identifier: &str) {
    let call = lab().rds().restore_db_instance_from_db_snapshot().db_snapshot_identifier(snapshot);
    let call = call.db_instance_identifier(identifier).publicly_accessible(false);
    call.tags(Tag::builder().key("purpose").value("rescue").build()).send().await.unwrap();
}

async fn rename(identifier: &str, new: &str) {
    eventually("RDS to take the new name", async || {
        let call = lab().rds().modify_db_instance().db_instance_identifier(identifier);
        call.new_db_instance_identifier(new).apply_immediately(true).send().await.ok()
    })
    .await;
    until_available(new).await;
}

/// Also where it has this name only in a moment.
async fn until_available(identifier: &str) -> DbInstance {
    eventually(format!("{identifier} to be available"), async || {
        let call = lab().rds().describe_db_instances().db_instance_identifier(identifier);
        let one = call.send().await.ok()?.db_instances()[0].clone();
        let pending = one.pending_modified_values();
        let is_at_rest = pending
            .is_none_or(|all| all.master_user_password().is_none() && all.db_instance_identifier().is_none());
        (one.db_instance_status() == Some("available") && is_at_rest).then_some(one)
    })
    .await
}

async fn arn(identifier: &str) -> String {
    lab().describe(identifier).await.db_instance_arn().unwrap().to_owned()
}

/// As the master user of a copy, into the database of the service that it was made of.
async fn open_as_master(copy: &DbInstance, was: &Value, password: &str) -> Session {
    let dsn = was["details"]["dsn"].as_str().unwrap();
    let (scheme, rest) = dsn.split_once("://").unwrap();
    let (_, database) = rest.rsplit_once('/').unwrap();
    let endpoint = copy.endpoint().unwrap();
    let (master, host) = (copy.master_username().unwrap(), endpoint.address().unwrap());
    let dsn = format!("{scheme}://{master}@{host}:{}/{database}", endpoint.port().unwrap());
    Session::open(&json!({"details": {"dsn": dsn}}), password).await.unwrap()
}
