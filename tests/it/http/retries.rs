//! What is asked again when some calls of many fail: that, and nothing else.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::metric;
use super::scale::{MINUTE, WINDOWS, age, get, poll, settled, settled_among};
use crate::broker::eventually;
use crate::world::{BROKER, Fault, Instance, World};

fn identifier(id: Uuid) -> String {
    format!("{BROKER}-{id}")
}

/// The next describe by name that names this service is throttled.
fn throttled_once(id: Uuid) -> Fault {
    Fault { about: Some(identifier(id)), ..Fault::throttled("DescribeDBInstances", 1) }
}

/// What was asked for by name, call by call.
pub(super) fn batches(world: &World) -> Vec<Vec<String>> {
    world.state().asked.iter().filter(|named| !named.is_empty()).cloned().collect()
}

/// One of the batches was asked for twice, the one with this service; every other once.
fn assert_that_batch_alone_again(batches: &[Vec<String>], id: Uuid) {
    for batch in batches {
        let times = batches.iter().filter(|other| *other == batch).count();
        assert_eq!(times, if batch.contains(&identifier(id)) { 2 } else { 1 }, "{batch:?}");
    }
}

pub(super) fn query(ids: &[Uuid]) -> String {
    let query: Vec<String> = ids.iter().map(|id| format!("id={id}")).collect();
    format!("/postgres?{}", query.join("&"))
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_throttled_is_asked_for_again_alone_and_the_round_goes_on() {
    // Looking for five batches by name costs less than the pages of this account.
    let (world, _) = settled_among(1, 2000, &[]).await;
    let strangers: Vec<Uuid> = (0..500).map(|_| Uuid::new_v4()).collect();
    world.state().asked.clear();
    world.state().faults.push(throttled_once(strangers[7]));
    world.send("GET", &query(&strangers), &Value::Null).await;
    eventually("the sixth call", async || (batches(&world).len() >= 6).then_some(())).await;
    let rate = metric(&world, "rds_broker_aws_rate", &[("aws_service", "rds")]).await;
    assert_eq!(rate, Some(5000.0), "half of it");
    eventually("an answer", async || {
        let answer = world.send("GET", &query(&strangers), &Value::Null).await;
        (answer.status == 200).then(|| assert_eq!(answer.json(), json!({})))
    })
    .await;
    let batches = batches(&world);
    assert_eq!(batches.len(), 6, "what was answered stays");
    assert_that_batch_alone_again(&batches, strangers[7]);
}

#[tokio::test(start_paused = true)]
async fn of_a_pass_by_name_only_the_batch_that_failed_is_asked_for_again() {
    let (world, ids) = settled_among(200, 2000, &[("BROKER_DESCRIBE_BATCH", "50")]).await;
    // The pass after this one is by name, since nobody asks for the list.
    poll(&world, &ids, 1, MINUTE * 2).await;
    world.state().asked.clear();
    world.state().faults.push(throttled_once(ids[7]));
    let oldest = poll(&world, &ids, 1, MINUTE).await;
    assert!(oldest <= 62, "{oldest} s old");
    eventually("the fifth call", async || (batches(&world).len() >= 5).then_some(())).await;
    assert_eq!(batches(&world).len(), 5);
    assert_that_batch_alone_again(&batches(&world), ids[7]);
}

#[tokio::test(start_paused = true)]
async fn of_a_long_round_only_a_few_calls_wait_at_the_budget() {
    let settings: Vec<_> = WINDOWS.into_iter().chain([("BROKER_DESCRIBE_BATCH", "50")]).collect();
    let world = World::paced(&settings, 2.0, 5);
    for number in 0..2000 {
        let instance = Instance { status: "available".into(), ..Instance::default() };
        world.state().instances.insert(format!("other-{number:05}"), instance);
    }
    let world = world.observed().await;
    tokio::time::sleep(MINUTE).await;
    let strangers: Vec<Uuid> = (0..1000).map(|_| Uuid::new_v4()).collect();
    let path = query(&strangers);
    let ask = world.send("GET", &path, &Value::Null);
    let watch = async {
        let mut most = 0;
        loop {
            let waiting = [("aws_service", "rds"), ("lane", "read")];
            most = most.max(metric(&world, "rds_broker_aws_waiting", &waiting).await.unwrap() as u32);
            assert!(most <= 2, "{most} calls wait");
            if most > 0 && batches(&world).len() >= 10 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::join!(ask, watch);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_fails_in_the_middle_goes_on_there() {
    let (world, ids) = settled(250).await;
    tokio::time::sleep(MINUTE * 3).await;
    world.state().calls.clear();
    // Of three pages the second is throttled twice.
    world.state().faults.push(Fault { after: 1, ..Fault::throttled("DescribeDBInstances", 2) });
    eventually("a new list", async || {
        let answer = world.send("GET", "/postgres", &Value::Null).await;
        assert_eq!(answer.json().as_array().unwrap().len(), ids.len());
        (age(&answer) < 60).then_some(())
    })
    .await;
    assert_eq!(world.state().calls.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn half_a_sweep_makes_nothing_gone_and_no_list_younger() {
    let (world, ids) = settled(250).await;
    let listed = async || {
        let answer = world.send("GET", "/postgres", &Value::Null).await;
        (answer.json().as_array().unwrap().len(), age(&answer))
    };
    let (count, before) = listed().await;
    assert_eq!(count, ids.len());
    let first = world.state().instances.keys().next().unwrap().clone();
    world.state().instances.remove(&first);
    world.state().faults.push(Fault { after: 1, ..Fault::throttled("DescribeDBInstances", u32::MAX) });
    for minutes in 1..=5 {
        tokio::time::sleep(MINUTE).await;
        let (count, age) = listed().await;
        assert_eq!(count, ids.len(), "the first page alone lacks it");
        assert!((before + minutes * 60..before + minutes * 60 + 45).contains(&age), "{age} s old");
        assert_eq!(get(&world, &ids).await.json().as_object().unwrap().len(), ids.len());
    }
    world.state().faults.clear();
    eventually("the end of a sweep", async || (listed().await.1 < 60).then_some(())).await;
    eventually("it to be gone", async || (listed().await.0 == ids.len() - 1).then_some(())).await;
}
