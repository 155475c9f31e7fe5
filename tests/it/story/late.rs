//! What RDS has taken and does not show yet.

use aws_sdk_rds::types::Tag;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually, password, unique_name};
use crate::database::connect;
use crate::lab::lab;
use crate::proxy::Proxy;

#[tokio::test]
async fn a_modify_that_becomes_visible_late_is_waited_for() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    lab().happens(&broker.identifier(id), json!({"kind": "late_modify", "seconds": 2})).await;
    let status = broker.change(id, &json!({"plan": {"parameters": {"memory": 2000}}})).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
    assert_eq!(status.get("error"), None);
}

#[tokio::test]
async fn tags_that_show_late_bring_no_old_wish_back() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    lab().happens(&broker.identifier(id), json!({"kind": "late_tags", "seconds": 2})).await;
    let new = password();
    let change = json!({"plan": {"parameters": {"memory": 2000}}, "secrets": {"userPassword": new}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    // Read your writes, whatever RDS shows for now.
    for _ in 0..10 {
        let status = broker.status(id).await.unwrap();
        assert_eq!(status["plan"]["parameters"]["memory"], 2000);
    }
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
    assert!(connect(&status, &new).await.is_ok());
}

#[tokio::test]
async fn an_instance_that_shows_late_after_its_create_is_neither_made_twice_nor_lost() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    lab().happens(&broker.identifier(id), json!({"kind": "late_create", "seconds": 1.5})).await;
    let body = booking(id);
    broker.insist("POST", "", Some(&body)).await;
    broker.insist("POST", "", Some(&body)).await;
    broker.until_settled(id).await;
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn a_wish_whose_tags_are_refused_by_state_is_a_503_and_taken_later() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let identifier = broker.identifier(id);
    let refuse = json!({"kind": "refuse_tags", "statuses": ["available", "modifying"], "count": 6});
    lab().happens(&identifier, refuse).await;
    let change = json!({"plan": {"parameters": {"memory": 2000}}});
    let refused = broker.patch(id, &change).await;
    assert_eq!((refused.status, refused.retry_after), (503, true), "{}", refused.body);
    let status = broker.change(id, &change).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
}

/// Two wishes in a row: RDS shows the first one while the second is written already, or the one before both.
async fn late_wishes(wishes: [(u64, &str); 2], shown_before: &str) {
    let (proxy, url) = Proxy::start().await;
    let broker = Broker::start_with(&unique_name(), &[("AWS_ENDPOINT_URL", &url)]).await;
    let id = Uuid::new_v4();
    let status = broker.book(id, &booking(id)).await;
    assert_eq!(status["details"]["instanceClass"], shown_before);
    let identifier = broker.identifier(id);
    // RDS is busy until both are written: what it is asked for from then on is the second.
    lab().happens(&identifier, json!({"kind": "status", "status": "maintenance"})).await;
    broker.until(id, "RDS to be busy", |status| status["details"]["ready"] == false).await;
    for (memory, _) in wishes {
        lab().happens(&identifier, json!({"kind": "late_tags", "seconds": 3})).await;
        let change = json!({"plan": {"parameters": {"memory": memory}}});
        assert_eq!(broker.patch(id, &change).await.status, 204);
    }
    let (memory, class) = wishes[1];
    lab().happens(&identifier, json!({"kind": "recover"})).await;
    let arn = lab().describe(&identifier).await.db_instance_arn().unwrap().to_owned();
    let wanted = memory.to_string();
    eventually("the last wish to show in RDS and to be reached", async || {
        let status = broker.status(id).await.expect("the service");
        assert_eq!(status["plan"]["parameters"]["memory"], memory, "an older wish came back");
        let tags = lab().rds().list_tags_for_resource().resource_name(&arn).send().await.unwrap();
        let shown = tags.tag_list().iter().find(|tag| tag.key() == Some("codesphere:plan/memory"));
        let shows = shown.and_then(|tag| tag.value()) == Some(wanted.as_str());
        (shows && status["details"]["state"] == "available" && status["details"]["instanceClass"] == class)
            .then_some(())
    })
    .await;
    let asked = proxy.classes_asked_for();
    assert!(asked.iter().all(|asked| asked == class), "RDS was asked for {asked:?}");
}

#[tokio::test]
async fn of_two_wishes_whose_tags_show_late_the_older_never_returns() {
    late_wishes([(2000, "db.t4g.small"), (3000, "db.t4g.medium")], "db.t4g.micro").await;
}

#[tokio::test]
async fn a_wish_that_is_taken_back_never_returns_though_its_tags_show_late() {
    late_wishes([(2000, "db.t4g.small"), (512, "db.t4g.micro")], "db.t4g.micro").await;
}

/// What a user reads while AWS does not know the tags of something yet.
const TAGS_UNKNOWN: &str = "AWS to know the tags of what was just made";

#[tokio::test]
async fn permissions_that_go_by_tags_aws_does_not_know_yet_are_waited_for() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    lab().happens(&broker.identifier(id), json!({"kind": "late_authorization"})).await;
    assert_eq!(broker.post(&booking(id)).await.status, 201);
    let change = json!({"plan": {"parameters": {"storage": 30000}}});
    let refused = broker.patch(id, &change).await;
    assert_eq!((refused.status, refused.retry_after), (503, true), "{}", refused.body);
    let status = broker
        .until(id, "the wait to be told", |status| status["details"]["waitingFor"] == TAGS_UNKNOWN)
        .await;
    assert_eq!(status.get("error"), None, "what passes by itself is no error");
    let refused = broker.delete(id).await;
    assert_eq!((refused.status, refused.retry_after), (503, true), "{}", refused.body);
    lab().happens(&broker.identifier(id), json!({"kind": "recover"})).await;
    broker.insist("PATCH", &format!("/{id}"), Some(&change)).await;
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["allocatedStorage"], 28);
    broker.insist("DELETE", &format!("/{id}"), None).await;
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn the_tags_of_what_is_new_about_an_old_database_are_waited_for_too_and_a_refusal_that_stays_is_told() {
    let (proxy, url) = Proxy::start().await;
    let broker = Broker::start_with(&unique_name(), &[("AWS_ENDPOINT_URL", &url)]).await;
    let (id, other) = (Uuid::new_v4(), Uuid::new_v4());
    broker.insist("POST", "", Some(&booking(other))).await;
    broker.book(id, &booking(id)).await;
    broker.until_settled(other).await;
    proxy.age_instances();
    let identifier = broker.identifier(id);
    // IAM knows the instance by its tags, but for a while nothing else whose name holds this.
    let late = async |part: &str| {
        let late = json!({"kind": "late_authorization", "also": [part]});
        lab().happens(&broker.identifier(other), late).await;
    };
    let known = async || lab().happens(&broker.identifier(other), json!({"kind": "recover"})).await;

    late(&identifier).await;
    let parameters = |work_mem: u32| json!({"config": {"parameters": {"work_mem": work_mem}}});
    assert_eq!(broker.patch(id, &parameters(8192)).await.status, 204);
    let waits = |status: &Value| {
        assert_eq!(status.get("error"), None, "what passes by itself is no error");
        status["details"]["waitingFor"] == TAGS_UNKNOWN
    };
    broker.until(id, "the wait to be told", waits).await;
    // How old the group is, is not only in memory.
    broker.killer()();
    broker.run().await;
    broker.until(id, "the wait to be told again", waits).await;
    known().await;
    let settled = |status: &Value| {
        assert_eq!(status.get("error"), None);
        status["details"]["state"] == "available"
    };
    broker.until(id, "the group to be filled", settled).await;

    // Of a secret, too: here all of them are new.
    late(&format!("{}/{id}/", broker.name)).await;
    let rotation = json!({"secrets": {"superuserPassword": password()}});
    let refused = broker.patch(id, &rotation).await;
    assert_eq!((refused.status, refused.retry_after), (503, true), "{}", refused.body);
    known().await;
    broker.change(id, &rotation).await;

    // What is refused of an old one is nothing that passes by itself.
    let arn = lab().describe(&identifier).await.db_instance_arn().unwrap().to_owned();
    let group = lab().groups(&broker.name).await.pop().expect("the service's group");
    let arn = arn.replace(&format!(":db:{identifier}"), &format!(":pg:{group}"));
    let made_at = Tag::builder().key("codesphere:made-at").value("1600000000").build();
    lab().rds().add_tags_to_resource().resource_name(arn).tags(made_at).send().await.unwrap();
    late(&identifier).await;
    assert_eq!(broker.patch(id, &parameters(9216)).await.status, 204);
    let status = broker.until(id, "the refusal to be told", |status| status.get("error").is_some()).await;
    assert!(
        status["error"].as_str().unwrap().starts_with("AWS refuses what the broker has to do"),
        "{status}"
    );
    known().await;
    broker.until_settled(id).await;
    broker.assert_aws_holds(&[id, other]).await;
}
