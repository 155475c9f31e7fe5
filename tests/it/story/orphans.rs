//! Parameter groups that nothing uses.

use aws_sdk_rds::types::Tag;
use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually, unique_name};
use crate::lab::lab;

#[tokio::test]
async fn the_sweep_removes_parameter_groups_that_nothing_uses_and_no_others() {
    let name = unique_name();
    let make = |group: String, tags: Vec<(&'static str, String)>| {
        let tags = tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        lab()
            .rds()
            .create_db_parameter_group()
            .db_parameter_group_name(group)
            .db_parameter_group_family("postgres17")
            .description("left behind")
            .set_tags(Some(tags.collect()))
            .send()
    };
    let group = |what: &str| format!("{name}-{}-{what}-postgres17", Uuid::new_v4());
    let ours =
        |made_at: &str| vec![("codesphere:broker", name.clone()), ("codesphere:made-at", made_at.to_owned())];
    let (orphan, young, foreign, untagged) =
        (group("0a0a0a0a"), group("0b0b0b0b"), group("0c0c0c0c"), group("0d0d0d0d"));
    make(orphan.clone(), ours("1700000000")).await.unwrap();
    make(young.clone(), ours("4000000000")).await.unwrap();
    let others =
        vec![("codesphere:broker", "another".to_owned()), ("codesphere:made-at", "1700000000".to_owned())];
    make(foreign.clone(), others).await.unwrap();
    make(untagged.clone(), vec![]).await.unwrap();

    let settings = [("BROKER_SWEEP_SECONDS", "0.4"), ("BROKER_SWEEP_GRACE_SECONDS", "1")];
    let broker = Broker::start_with(&name, &settings).await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"]["parameters"] = json!({"work_mem": 8192});
    broker.book(id, &body).await;
    eventually("the orphan to be removed", async || {
        (!lab().groups(&name).await.contains(&orphan)).then_some(())
    })
    .await;
    // A major upgrade and a life without parameters leave groups behind, which go the same way.
    broker.change(id, &json!({"config": {"version": "18.4"}})).await;
    broker.change(id, &json!({"config": {"parameters": null}})).await;
    eventually("the service's own groups to be removed", async || {
        let groups = lab().groups(&name).await;
        (!groups.iter().any(|group| group.starts_with(&broker.identifier(id)))).then_some(())
    })
    .await;
    let mut left = lab().groups(&name).await;
    left.sort();
    let mut wanted = vec![young, foreign, untagged];
    wanted.sort();
    assert_eq!(left, wanted);
    for group in left {
        lab().rds().delete_db_parameter_group().db_parameter_group_name(group).send().await.unwrap();
    }
}
