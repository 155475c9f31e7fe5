//! Many callers share one observation and one answer, for as long as it is true, and none waits for long.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::metric;
use super::retries::{batches, query};
use super::scale::{MINUTE, WINDOWS, age, get, settled, settled_among};
use crate::broker::eventually;
use crate::world::{BROKER, Fault, World};

/// How long a caller waits at most.
const LONGEST: Duration = Duration::from_secs(8);
/// How exact the clock is.
const TICK: Duration = Duration::from_millis(10);

#[tokio::test(start_paused = true)]
async fn callers_of_all_kinds_share_one_sweep_and_wait_for_no_second() {
    let (world, ids) = settled(250).await;
    tokio::time::sleep(MINUTE * 5).await;
    world.state().calls.clear();
    let paths = [query(&ids), query(&ids[..100]), "/postgres".to_owned(), query(&ids[7..8])];
    let asks = (0..100).map(|number| world.send("GET", &paths[number % paths.len()], &Value::Null));
    for answer in join_all(asks).await {
        assert_eq!(answer.status, 200);
        assert!(age(&answer) <= 1, "{} s old", age(&answer));
    }
    assert_eq!(world.state().calls.len(), 3, "a page per hundred services, once");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_eight_seconds_and_all_is_told_with_its_age() {
    // A call every fifty seconds, after the first: no look ends in time.
    let world = World::paced(&WINDOWS, 0.02, 40).observed().await;
    let ids: Vec<Uuid> = (0..6).map(|_| Uuid::new_v4()).collect();
    for id in &ids {
        assert_eq!(world.send("POST", "/postgres", &super::booking(*id)).await.status, 201);
    }
    // What is left of the budget goes to looks by name.
    eventually("the budget to be used up", async || {
        get(&world, &ids).await;
        let left = metric(&world, "rds_broker_aws_budget_left", &[("aws_service", "rds")]).await;
        (left == Some(0.0)).then_some(())
    })
    .await;
    // What was seen last gets too old for what is in transition.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let asks = [
        // What is known of those in transition is told in the end, with its age; of whom nothing is known nobody is told.
        (query(&ids), 200, true),
        (query(&[Uuid::new_v4()]), 503, true),
        // A sweep that takes longer than anyone waits is not waited for.
        ("/postgres".to_owned(), 200, false),
    ];
    for (path, status, waits) in asks {
        let begun = Instant::now();
        let answer = world.send("GET", &path, &Value::Null).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        let expected = if waits { LONGEST } else { Duration::ZERO };
        assert!(begun.elapsed().abs_diff(expected) <= TICK, "{:?} for {path}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_waits_is_answered_when_the_call_fails() {
    let (world, ids) = settled_among(120, 2000, &[]).await;
    tokio::time::sleep(MINUTE * 5).await;
    world.state().faults.push(Fault::throttled("DescribeDBInstances", u32::MAX));
    let begun = Instant::now();
    let answer = get(&world, &ids).await;
    assert_eq!(answer.json().as_object().unwrap().len(), 120);
    assert!(age(&answer) >= 120 && begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert!(!batches(&world).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_document_is_put_together_once_per_change_and_not_once_per_request() {
    let (world, mut ids) = settled(120).await;
    let rendered = async || metric(&world, "rds_broker_documents_rendered_total", &[]).await.unwrap();
    let before = rendered().await;
    // Each request in words of its own, so that no answer is kept for another.
    for _ in 0..30 {
        ids.rotate_left(1);
        get(&world, &ids).await;
    }
    tokio::time::sleep(MINUTE * 3).await;
    get(&world, &ids).await;
    assert_eq!(rendered().await, before, "nothing has changed");
    let key = format!("{BROKER}-{}", ids[3]);
    world.state().instances.get_mut(&key).unwrap().version = "17.11".into();
    tokio::time::sleep(MINUTE * 3).await;
    for _ in 0..30 {
        ids.rotate_left(1);
        get(&world, &ids).await;
    }
    assert_eq!(rendered().await, before + 1.0, "one has changed, once");
}

#[tokio::test(start_paused = true)]
async fn what_is_in_transition_is_put_together_once_for_all_who_ask_at_once() {
    let (world, id) = super::booked().await;
    let rendered = async || metric(&world, "rds_broker_documents_rendered_total", &[]).await.unwrap();
    let path = query(&[id]);
    let (before, begun) = (rendered().await, SystemTime::now());
    for _ in 0..200 {
        assert_eq!(world.send("GET", &path, &Value::Null).await.status, 200);
    }
    // Documents go by the clock on the wall, which no test stops: once for each second that this touches.
    let seconds = begun.elapsed().unwrap().as_secs() + 2;
    let times = rendered().await - before;
    assert!(times <= seconds as f64, "{times} times for 200 requests within {seconds} seconds");
}

#[tokio::test(start_paused = true)]
async fn what_a_sweep_finds_out_shows_at_once_in_answers_that_were_given_before() {
    let (world, ids) = settled_among(3, 0, &[("BROKER_SWEEP_SECONDS", "600")]).await;
    let lost = world.state().secrets.keys().find(|arn| arn.contains(&ids[1].to_string())).unwrap().clone();
    world.state().secrets.remove(&lost);
    let errors = async || {
        let documents = get(&world, &ids).await.json();
        ids.iter().map(|id| documents[id.to_string()].get("error").is_some()).collect::<Vec<_>>()
    };
    assert_eq!(errors().await, [false, false, false]);
    world.state().calls.clear();
    // The last of six calls takes three tries, so that callers are answered after the sweep has observed and before it ends.
    world.state().faults.push(Fault { after: 5, ..Fault::throttled("DescribeSecret", 2) });
    let asked = || world.state().calls.iter().filter(|call| *call == "DescribeSecret").count();
    eventually("the sweep", async || {
        errors().await;
        (asked() == 8).then_some(())
    })
    .await;
    // Nothing else is observed so soon.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(errors().await, [false, true, false]);
}

#[tokio::test(start_paused = true)]
async fn after_a_long_silence_callers_of_a_large_fleet_wait_and_are_told_the_truth() {
    // Forty pages at two a second: no sweep ends while a caller waits. The services are on the last.
    let world = World::paced(&WINDOWS, 2.0, 5);
    for number in 0..4000 {
        let instance = crate::world::Instance { status: "available".into(), ..Default::default() };
        world.state().instances.insert(format!("another-{number:05}"), instance);
    }
    let world = world.observed().await;
    let ids: Vec<Uuid> = (0..20).map(|_| Uuid::new_v4()).collect();
    for id in &ids {
        assert_eq!(world.send("POST", "/postgres", &super::booking(*id)).await.status, 201);
        world.settle(*id);
    }
    tokio::time::sleep(MINUTE * 3).await;
    assert_eq!(world.send("GET", "/postgres", &Value::Null).await.status, 200);
    tokio::time::sleep(MINUTE * 30).await;
    world.state().asked.clear();
    let begun = Instant::now();
    let paths = ["/postgres".to_owned(), query(&ids)];
    for answer in join_all(paths.iter().map(|path| world.send("GET", path, &Value::Null))).await {
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert!(answer.text.contains("being looked at again"), "{}", answer.text);
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert!(begun.elapsed().abs_diff(LONGEST) <= TICK, "{:?}", begun.elapsed());
    assert_eq!(batches(&world), Vec::<Vec<String>>::new(), "the sweep alone is to look at them");
    // Who asks for little does not wait for it.
    assert!(age(&get(&world, &ids[..1]).await) <= 8);
    eventually("the list", async || {
        let answer = world.send("GET", "/postgres", &Value::Null).await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert!(begun.elapsed() <= MINUTE, "{:?}", begun.elapsed());
    assert!(age(&get(&world, &ids).await) <= 60);
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_knows_what_it_has_looked_at_by_name_stays_ready_when_a_call_fails() {
    let (world, ids) = settled_among(120, 2000, &[]).await;
    // Nobody asks for the list: no sweep for longer than the limit.
    let begun = Instant::now();
    while begun.elapsed() < MINUTE * 15 {
        get(&world, &ids).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    world.fail("DescribeDBInstances", Some("Throttling"));
    eventually("a failed call", async || {
        get(&world, &ids).await;
        let ready = world.call("GET", "/ready", &[], "").await;
        assert_eq!(ready.status, 200, "{}", ready.text);
        ready.json().get("warning").map(|_| ())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_still_worked_on_is_bounded_when_nobody_waits_for_it_any_more() {
    let world = World::paced(&[("BROKER_MAX_CONCURRENT_REQUESTS", "3")], 0.001, 1).observed().await;
    let bookings: Vec<Value> = (0..3).map(|_| super::booking(Uuid::new_v4())).collect();
    let booked = join_all(bookings.iter().map(|booking| world.send("POST", "/postgres", booking))).await;
    assert!(booked.iter().all(|answer| answer.status == 503), "{booked:?}");
    let begun = Instant::now();
    let paths = [("POST", "/postgres".to_owned()), ("DELETE", format!("/postgres/{}", Uuid::new_v4()))];
    for (method, path) in paths {
        let answer = world.send(method, &path, &super::booking(Uuid::new_v4())).await;
        assert_eq!(answer.status, 429, "{method}: {}", answer.text);
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert!(begun.elapsed() <= TICK, "{:?}", begun.elapsed());
    // Who repeats one of those waits for it.
    assert_eq!(world.send("POST", "/postgres", &bookings[0]).await.status, 503);
    assert!(begun.elapsed() >= LONGEST, "{:?}", begun.elapsed());
}
