//! What polling costs and how old the answers are, counted call by call in a clock that only moves when all wait.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::{booking, metric, status};
use crate::broker::eventually;
use crate::world::{Answer, BROKER, Instance, World};

pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// The windows of the defaults, and nothing that observes beside them.
pub(super) const WINDOWS: [(&str, &str); 5] = [
    ("BROKER_REFRESH_ACTIVE_SECONDS", "5"),
    ("BROKER_REFRESH_SETTLED_SECONDS", "60"),
    ("BROKER_STALE_LIMIT_SECONDS", "600"),
    ("BROKER_SWEEP_SECONDS", "604800"),
    ("BROKER_REQUESTS_BURST", "100000"),
];

/// A broker that knows so many services at rest, and has looked at them just now.
pub(super) async fn settled(count: usize) -> (World, Vec<Uuid>) {
    settled_among(count, 0, &[]).await
}

/// The same, in an account with so many instances that are not the broker's, and with these settings.
pub(super) async fn settled_among(
    count: usize,
    foreign: usize,
    settings: &[(&str, &str)],
) -> (World, Vec<Uuid>) {
    let settings: Vec<_> = WINDOWS.iter().chain(settings).copied().collect();
    let world = World::with(&settings).await;
    for number in 0..foreign {
        let instance = Instance { status: "available".into(), ..Instance::default() };
        world.state().instances.insert(format!("other-{number:05}"), instance);
    }
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
    for id in &ids {
        assert_eq!(world.send("POST", "/postgres", &booking(*id)).await.status, 201);
        world.settle(*id);
    }
    eventually("the services to be at rest", async || {
        let answer = get(&world, &ids).await;
        let documents = answer.json();
        let ready = |id: &Uuid| documents[id.to_string()]["details"]["state"] == "available";
        ids.iter().all(ready).then_some(())
    })
    .await;
    tokio::time::sleep(MINUTE).await;
    get(&world, &ids).await;
    world.state().calls.clear();
    (world, ids)
}

pub(super) async fn get(world: &World, ids: &[Uuid]) -> Answer {
    let query: Vec<String> = ids.iter().map(|id| format!("id={id}")).collect();
    let answer = world.send("GET", &format!("/postgres?{}", query.join("&")), &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

pub(super) fn age(answer: &Answer) -> u64 {
    answer.headers["age"].to_str().unwrap().parse().unwrap()
}

/// So many callers, each asking every ten seconds for everything. Returns the oldest age that was told.
pub(super) async fn poll(world: &World, ids: &[Uuid], callers: usize, during: Duration) -> u64 {
    let until = Instant::now() + during;
    let mut oldest = 0;
    while Instant::now() < until {
        let answers = futures_util::future::join_all((0..callers).map(|_| get(world, ids))).await;
        for answer in answers {
            assert_eq!(answer.json().as_object().unwrap().len(), ids.len());
            oldest = oldest.max(age(&answer));
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    oldest
}

#[tokio::test(start_paused = true)]
async fn a_window_costs_a_call_per_hundred_services_however_many_callers_ask() {
    let (world, ids) = settled(250).await;
    for callers in [1, 10] {
        tokio::time::sleep(MINUTE).await;
        world.state().calls.clear();
        let oldest = poll(&world, &ids, callers, MINUTE * 5).await;
        let calls = world.state().calls.clone();
        assert!(calls.iter().all(|call| call == "DescribeDBInstances"), "{calls:?}");
        // Five windows, and one that had begun; three calls each.
        assert!((15..=18).contains(&calls.len()), "{} calls for {callers} callers", calls.len());
        assert!(oldest <= 60, "{oldest} s old");
    }
}

#[tokio::test(start_paused = true)]
async fn among_many_instances_of_others_its_own_are_looked_at_by_name() {
    let (world, ids) = settled_among(120, 2000, &[("BROKER_DESCRIBE_BATCH", "50")]).await;
    // A list takes a sweep, of 22 pages; the next passes are by name again.
    let listed = world.send("GET", "/postgres", &Value::Null).await;
    assert_eq!(listed.json().as_array().unwrap().len(), ids.len());
    tokio::time::sleep(MINUTE * 3).await;
    world.state().calls.clear();
    let oldest = poll(&world, &ids, 10, MINUTE * 5).await;
    let calls = world.state().calls.len();
    // Five windows, and one that had begun; three calls each.
    assert!((15..=18).contains(&calls), "{calls} calls");
    assert!(oldest <= 60, "{oldest} s old");
}

#[tokio::test(start_paused = true)]
async fn of_many_that_are_known_those_are_looked_at_that_someone_asks_for() {
    let (world, ids) = settled_among(250, 2000, &[]).await;
    tokio::time::sleep(MINUTE * 5).await;
    for few in [&ids[3..8], &ids[100..101]] {
        world.state().calls.clear();
        for _ in 0..5 {
            assert!(age(&get(&world, few).await) <= 60);
            let oldest = metric(&world, "rds_broker_snapshot_age_seconds", &[]).await.unwrap();
            assert!(oldest <= 60.0, "{oldest} s: what nobody asks for alarms nobody");
            tokio::time::sleep(MINUTE * 3).await;
        }
        let calls = world.state().calls.len();
        // One when they are asked for, and one at the end of the window that follows.
        assert!((5..=10).contains(&calls), "{calls} calls");
    }
    // And where all are asked for again, all of them are, in the cheapest way.
    world.state().calls.clear();
    assert!(age(&get(&world, &ids).await) <= 60);
    assert_eq!(world.state().calls.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_in_transition_is_looked_at_alone_and_often() {
    let (world, ids) = settled(250).await;
    let moving = ids[7];
    let change = json!({"plan": {"parameters": {"storage": 40000}}});
    assert_eq!(world.send("PATCH", &format!("/postgres/{moving}"), &change).await.status, 204);
    world.state().instances.get_mut(&format!("{BROKER}-{moving}")).unwrap().status = "modifying".into();
    tokio::time::sleep(Duration::from_secs(10)).await;
    world.state().calls.clear();
    let oldest = poll(&world, &[moving], 5, MINUTE).await;
    assert!(oldest <= 5, "{oldest} s old");
    let calls = world.state().calls.len();
    // A call every four seconds, since its answer waits a second for its turn at worst, and one sweep of three pages.
    assert!((12..=18).contains(&calls), "{calls} calls");
}

#[tokio::test(start_paused = true)]
async fn what_callers_ask_for_has_its_turn_however_much_is_in_transition() {
    // A call for each, two a second: a look at what is in transition takes longer than it stays fresh.
    let settings: Vec<_> = WINDOWS.iter().copied().chain([("BROKER_DESCRIBE_BATCH", "1")]).collect();
    let world = World::paced(&settings, 2.0, 5);
    // So many that no sweep costs less.
    for number in 0..4000 {
        let instance = Instance { status: "available".into(), ..Instance::default() };
        world.state().instances.insert(format!("other-{number:05}"), instance);
    }
    let world = world.observed().await;
    for _ in 0..30 {
        let booking = booking(Uuid::new_v4());
        eventually("a booking", async || {
            (world.send("POST", "/postgres", &booking).await.status == 201).then_some(())
        })
        .await;
    }
    tokio::time::sleep(MINUTE).await;
    for _ in 0..5 {
        let begun = Instant::now();
        let path = format!("/postgres?id={}", Uuid::new_v4());
        eventually("an answer", async || {
            (world.send("GET", &path, &Value::Null).await.status == 200).then_some(())
        })
        .await;
        assert!(begun.elapsed() <= Duration::from_secs(40), "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn what_only_callers_would_need_is_not_observed_while_nobody_asks() {
    let (world, ids) = settled(120).await;
    tokio::time::sleep(MINUTE * 3).await;
    world.state().calls.clear();
    tokio::time::sleep(MINUTE * 60).await;
    assert_eq!(world.state().calls, Vec::<String>::new());
    // The first who asks again gets a fresh answer, not one of an hour ago.
    assert!(age(&get(&world, &ids).await) <= 60);
    assert_eq!(world.state().calls.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_rds_does_of_itself_and_what_someone_else_must_end_costs_little_while_nobody_asks() {
    let (world, ids) = settled(120).await;
    let set = |number: usize, status: &str| {
        let identifier = format!("{BROKER}-{}", ids[number]);
        world.state().instances.get_mut(&identifier).unwrap().status = status.into();
    };
    // RDS backs one up; one is stopped with a wish that waits for its start.
    set(7, "backing-up");
    let change = json!({"plan": {"parameters": {"storage": 40000}}});
    set(8, "stopped");
    tokio::time::sleep(MINUTE).await;
    get(&world, &ids).await;
    assert_eq!(world.send("PATCH", &format!("/postgres/{}", ids[8]), &change).await.status, 204);
    tokio::time::sleep(MINUTE * 5).await;
    world.state().calls.clear();
    world.state().asked.clear();
    tokio::time::sleep(MINUTE * 60).await;
    let named = [format!("{BROKER}-{}", ids[8])];
    let asked = world.state().asked.clone();
    assert!(asked.iter().all(|asked| asked.contains(&named[0])), "{asked:?}");
    assert!((50..=70).contains(&asked.len()), "{} looks in an hour at what is unfinished", asked.len());
    // A wish that can be carried out is followed as closely as any other.
    let path = format!("/postgres/{}", ids[9]);
    set(9, "stopped");
    get(&world, &ids[9..10]).await;
    assert_eq!(world.send("PATCH", &path, &change).await.status, 204);
    tokio::time::sleep(MINUTE * 5).await;
    assert_eq!(world.send("DELETE", &path, &Value::Null).await.status, 204);
    world.state().asked.clear();
    tokio::time::sleep(MINUTE / 2).await;
    let named = [format!("{BROKER}-{}", ids[9])];
    let looks = world.state().asked.iter().filter(|asked| asked.contains(&named[0])).count();
    assert!(looks >= 5, "{looks} looks in half a minute at what is being deleted");
    // Both are noticed: at once by who asks, and the other within a window.
    set(7, "available");
    assert_eq!(status(&world, ids[7]).await["details"]["state"], "available");
    set(8, "available");
    eventually("the wish to be carried out", async || {
        world.state().calls.iter().any(|call| call == "ModifyDBInstance").then_some(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn unfinished_work_and_the_sweep_for_orphans_are_observed_though_nobody_asks() {
    let (world, _) = settled_among(120, 0, &[("BROKER_SWEEP_SECONDS", "3600")]).await;
    tokio::time::sleep(MINUTE * 3).await;
    world.state().calls.clear();
    world.state().asked.clear();
    let id = Uuid::new_v4();
    assert_eq!(world.send("POST", "/postgres", &booking(id)).await.status, 201);
    tokio::time::sleep(MINUTE * 50).await;
    let named = [format!("{BROKER}-{id}")];
    let asked = world.state().asked.clone();
    let looks = asked.iter().filter(|asked| **asked == named).count();
    // At least one in five seconds.
    assert!(looks >= 600, "{looks} looks in 50 minutes");
    assert_eq!(looks, asked.len(), "and nothing but what is unfinished");
    // The sweep lists what there is, and observes the account: two pages.
    tokio::time::sleep(MINUTE * 20).await;
    let pages = world.state().asked.iter().filter(|asked| asked.is_empty()).count();
    let listings = world.state().calls.iter().filter(|call| *call == "ListSecrets").count();
    assert_eq!((listings, pages), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn what_this_process_changed_is_known_at_once() {
    let (world, ids) = settled(3).await;
    let id = ids[0];
    assert_eq!(status(&world, id).await["plan"]["parameters"]["storage"], 20000);
    let change = json!({"plan": {"parameters": {"storage": 40000}}});
    assert_eq!(world.send("PATCH", &format!("/postgres/{id}"), &change).await.status, 204);
    assert_eq!(status(&world, id).await["plan"]["parameters"]["storage"], 40000);
    let listed = async || world.send("GET", "/postgres", &Value::Null).await.json().as_array().unwrap().len();
    assert_eq!(listed().await, 3);
    assert_eq!(world.send("POST", "/postgres", &booking(Uuid::new_v4())).await.status, 201);
    assert_eq!(listed().await, 4);
}

#[tokio::test(start_paused = true)]
async fn while_aws_throttles_the_age_is_told_up_to_the_limit_and_nothing_is_gone() {
    let (world, ids) = settled(150).await;
    world.fail("DescribeDBInstances", Some("Throttling"));
    let begun = Instant::now();
    while begun.elapsed() < MINUTE * 9 {
        let answer = get(&world, &ids).await;
        assert_eq!(answer.json().as_object().unwrap().len(), ids.len());
        let honest = age(&answer).abs_diff(begun.elapsed().as_secs());
        assert!(
            honest <= 10,
            "{} s after the last answer the age is {}",
            begun.elapsed().as_secs(),
            age(&answer)
        );
        tokio::time::sleep(MINUTE).await;
    }
    // No replica is taken out of service for what would befall every other as well.
    let ready = world.call("GET", "/ready", &[], "").await;
    assert_eq!(ready.status, 200);
    assert!(ready.json()["warning"].as_str().unwrap().contains("AWS cannot be observed"), "{}", ready.text);
    tokio::time::sleep(MINUTE * 2).await;
    assert_eq!(world.call("GET", "/ready", &[], "").await.status, 503);
    for path in ["/postgres".to_owned(), format!("/postgres?id={}", ids[0])] {
        let answer = world.send("GET", &path, &Value::Null).await;
        assert_eq!(answer.status, 503, "{path}: {}", answer.text);
        assert!(answer.headers.contains_key("retry-after"));
    }
    world.fail("DescribeDBInstances", None);
    eventually("fresh answers", async || {
        let answer = world.send("GET", &format!("/postgres?id={}", ids[0]), &Value::Null).await;
        (answer.status == 200 && age(&answer) <= 60).then_some(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn only_answers_over_a_while_make_an_instance_gone() {
    let (world, ids) = settled(2).await;
    let identifier = format!("{BROKER}-{}", ids[0]);
    let instance = world.state().instances.remove(&identifier).unwrap();
    tokio::time::sleep(MINUTE).await;
    // One sweep without it, and it is there again.
    assert_eq!(get(&world, &ids).await.json().as_object().unwrap().len(), 2);
    world.state().instances.insert(identifier.clone(), instance);
    tokio::time::sleep(MINUTE).await;
    assert_eq!(get(&world, &ids).await.json().as_object().unwrap().len(), 2);
    // Gone for good is seen as such, and soon.
    world.state().instances.remove(&identifier);
    tokio::time::sleep(MINUTE).await;
    get(&world, &ids).await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(get(&world, &ids).await.json().as_object().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_status_nobody_knows_is_counted_once_and_counts_as_in_progress() {
    let (world, ids) = settled(2).await;
    for id in &ids {
        world.state().instances.get_mut(&format!("{BROKER}-{id}")).unwrap().status = "quantum-leaping".into();
    }
    tokio::time::sleep(MINUTE).await;
    for _ in 0..5 {
        let documents = get(&world, &ids).await.json();
        assert_eq!(documents[ids[0].to_string()]["details"]["ready"], false);
        assert!(documents[ids[0].to_string()].get("error").is_none(), "{documents}");
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    let metrics = world.call("GET", "/metrics", &[], "").await.text;
    assert!(metrics.contains("rds_broker_unknown_statuses_total 2\n"), "{metrics}");
}
