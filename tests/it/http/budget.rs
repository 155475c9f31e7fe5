//! Writes go before reads in both budgets, and each budget follows what AWS takes. Calls are counted in a clock that only
//! moves when all wait.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::retries::query;
use super::scale::{MINUTE, WINDOWS, age, get, settled};
use super::{booking, metric};
use crate::broker::eventually;
use crate::world::{Fault, Instance, Limit, World};

/// A broker that may make two calls a second of each service, in an account with many instances of others, with so many
/// services of its own.
async fn paced(count: usize, settings: &[(&str, &str)]) -> (World, Vec<Uuid>) {
    let settings: Vec<_> = WINDOWS.iter().chain(settings).copied().collect();
    let world = World::paced(&settings, 2.0, 5);
    for number in 0..2000 {
        let instance = Instance { status: "available".into(), ..Instance::default() };
        world.state().instances.insert(format!("other-{number:05}"), instance);
    }
    let world = world.observed().await;
    let mut ids = Vec::new();
    for _ in 0..count {
        let id = Uuid::new_v4();
        assert_eq!(world.send("POST", "/postgres", &booking(id)).await.status, 201);
        world.settle(id);
        ids.push(id);
    }
    tokio::time::sleep(MINUTE * 5).await;
    (world, ids)
}

async fn waiting(world: &World, service: &str, lane: &str) -> f64 {
    metric(world, "rds_broker_aws_waiting", &[("aws_service", service), ("lane", lane)]).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn writes_never_wait_behind_reads_of_rds() {
    let (world, ids) = paced(4, &[("BROKER_DESCRIBE_BATCH", "50")]).await;
    let strangers: Vec<Uuid> = (0..1000).map(|_| Uuid::new_v4()).collect();
    let path = query(&strangers);
    let reads = || world.state().asked.iter().filter(|named| named.len() > 1).count();
    let before = reads();
    let look = world.send("GET", &path, &Value::Null);
    let deletions = async {
        eventually("reads that wait", async || (waiting(&world, "rds", "read").await >= 2.0).then_some(()))
            .await;
        let begun = reads();
        // Each takes a look and a wish, and then its worker the deletion itself: all of them writes.
        let paths: Vec<String> = ids.iter().map(|id| format!("/postgres/{id}")).collect();
        let deletions = join_all(paths.iter().map(|path| world.send("DELETE", path, &Value::Null))).await;
        assert!(deletions.iter().all(|answer| answer.status == 204), "{deletions:?}");
        // One may have got its turn in the same moment.
        assert!(reads() - begun <= 1, "{} reads went before them", reads() - begun);
        assert!(waiting(&world, "rds", "read").await >= 1.0, "they wait for nothing else");
    };
    tokio::join!(look, deletions);
    eventually("the reads to go on", async || (reads() - before >= 20).then_some(())).await;
}

#[tokio::test(start_paused = true)]
async fn writes_never_wait_behind_reads_of_secrets_manager() {
    // A sweep asks for each secret that the listing lacks: here for all of them, one after the other.
    let (world, _) = paced(20, &[("BROKER_SWEEP_SECONDS", "600")]).await;
    world.state().calls.clear();
    let count = |operation: &str| world.state().calls.iter().filter(|call| **call == *operation).count();
    eventually("the sweep", async || (count("DescribeSecret") >= 10).then_some(())).await;
    let begun = count("DescribeSecret");
    let bookings: Vec<Value> = (0..4).map(|_| booking(Uuid::new_v4())).collect();
    let booked = join_all(bookings.iter().map(|booking| world.send("POST", "/postgres", booking))).await;
    assert!(booked.iter().all(|answer| answer.status == 201), "{booked:?}");
    assert_eq!(count("CreateSecret"), 8);
    let calls = world.state().calls.clone();
    let last = calls.iter().rposition(|call| call == "CreateSecret").unwrap();
    let between = calls[..last].iter().filter(|call| **call == "DescribeSecret").count() - begun;
    assert!(between <= 1, "{between} reads went before them");
    eventually("the reads to go on", async || (count("DescribeSecret") >= 40).then_some(())).await;
}

#[tokio::test(start_paused = true)]
async fn throttling_halves_the_budget_of_its_service_alone_and_calm_gives_it_back() {
    let (world, ids) = settled(1).await;
    let rates = async || {
        let rate =
            async |service| metric(&world, "rds_broker_aws_rate", &[("aws_service", service)]).await.unwrap();
        (rate("rds").await, rate("secretsmanager").await)
    };
    let full = (10_000.0, 10_000.0);
    assert_eq!(rates().await, full);
    world.state().faults.push(Fault::throttled("CreateSecret", 1));
    assert_eq!(world.send("POST", "/postgres", &booking(Uuid::new_v4())).await.status, 201);
    assert_eq!(rates().await, (10_000.0, 5000.0));
    world.state().faults.push(Fault::throttled("AddTagsToResource", 1));
    let change = json!({"plan": {"parameters": {"storage": 40000}}});
    assert_eq!(world.send("PATCH", &format!("/postgres/{}", ids[0]), &change).await.status, 204);
    assert_eq!(rates().await, (5000.0, 5000.0));
    let throttles = metric(&world, "rds_broker_aws_throttles_total", &[]).await;
    assert_eq!(throttles, Some(2.0));
    // A quarter at a time.
    let mut steps = vec![5000.0];
    while *steps.last().unwrap() < full.0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        get(&world, &ids).await;
        let rate = rates().await.0;
        if rate != *steps.last().unwrap() {
            steps.push(rate);
        }
    }
    assert_eq!(steps, [5000.0, 6250.0, 7812.5, 9765.625, 10_000.0]);
    tokio::time::sleep(MINUTE).await;
    assert_eq!(rates().await, full, "by time alone: nothing was asked of the second meanwhile");
}

#[tokio::test(start_paused = true)]
async fn where_aws_takes_a_call_a_second_and_at_times_none_all_is_told_and_nothing_gets_too_old() {
    // Sixty pages, and a few services that are looked at every five seconds beside them.
    let world = World::paced(&WINDOWS, 2.0, 5);
    for number in 0..5980 {
        let instance = Instance { status: "available".into(), ..Instance::default() };
        world.state().instances.insert(format!("other-{number:05}"), instance);
    }
    let world = world.observed().await;
    let mut ids = Vec::new();
    for number in 0..20 {
        let id = Uuid::new_v4();
        eventually("a booking", async || {
            let answer = world.send("POST", "/postgres", &booking(id)).await;
            (answer.status == 201).then_some(())
        })
        .await;
        if number > 2 {
            world.settle(id);
        }
        ids.push(id);
    }
    tokio::time::sleep(MINUTE * 3).await;
    world.state().limit = Some(Limit::shared());
    let (begun, mut worst) = (Instant::now(), (0, 0));
    while begun.elapsed() < MINUTE * 40 {
        let statuses = get(&world, &ids).await;
        assert_eq!(statuses.json().as_object().unwrap().len(), ids.len());
        let listed = world.send("GET", "/postgres", &Value::Null).await;
        assert_eq!(listed.status, 200, "after {:?}: {}", begun.elapsed(), listed.text);
        assert_eq!(listed.json().as_array().unwrap().len(), ids.len());
        worst = (worst.0.max(age(&statuses)), worst.1.max(age(&listed)));
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    // A listing is as old as the beginning of the last sweep, while the next one is under way.
    assert!(worst.0 <= 300 && worst.1 <= 550, "{worst:?} s old");
}
