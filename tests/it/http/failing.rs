//! What is answered while AWS fails: 503 where nothing was written, never a lie.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::scale::{MINUTE, WINDOWS, age, get, settled, settled_among};
use super::{booked, booking, status, tag};
use crate::broker::eventually;
use crate::world::{BROKER, Fault, Instance, World};

#[tokio::test]
async fn a_wish_that_was_not_written_is_503() {
    // Whether RDS ever refuses tags by state is not known: it must be survived.
    for code in ["InvalidDBInstanceState", "InternalFailure", "SomethingNew"] {
        let (world, id) = booked().await;
        let wish = tag(&world, id, "wish");
        world.fail("AddTagsToResource", Some(code));
        let change = json!({"plan": {"parameters": {"storage": 30000}}});
        let answer = world.send("PATCH", &format!("/postgres/{id}"), &change).await;
        assert_eq!(answer.status, 503, "{code}: {}", answer.text);
        assert!(answer.headers.contains_key("retry-after"), "{code}");
        let deleted = world.send("DELETE", &format!("/postgres/{id}"), &Value::Null).await;
        assert_eq!(deleted.status, 503, "{code}: {}", deleted.text);
        assert_eq!(tag(&world, id, "wish"), wish);
        assert_eq!(status(&world, id).await["plan"]["parameters"]["storage"], 20000);
    }
}

#[tokio::test]
async fn permissions_are_502_and_nothing_internal_is_told() {
    let world = World::new().await;
    world.fail("CreateSecret", Some("AccessDeniedException"));
    let answer = world.send("POST", "/postgres", &booking(Uuid::new_v4())).await;
    assert_eq!(answer.status, 502);
    assert_eq!(answer.json()["code"], "aws_refused");
    for internal in ["arn:", "123456789012", "AccessDenied", "CreateSecret"] {
        assert!(!answer.text.contains(internal), "{}", answer.text);
    }
}

#[tokio::test]
async fn nothing_is_gone_because_a_call_failed() {
    let (world, id) = booked().await;
    world.fail("*", Some("Throttling"));
    let strange = Uuid::new_v4();
    // Of who is left out of an answer the platform thinks that it is gone: what is known does not make up for that.
    for query in [format!("id={strange}"), format!("id={id}&id={strange}")] {
        let answer = world.send("GET", &format!("/postgres?{query}"), &Value::Null).await;
        assert_eq!(answer.status, 503, "{query}: {}", answer.text);
        assert_eq!(answer.headers["retry-after"], "5");
        assert!(answer.json()["error"].as_str().unwrap().contains(&strange.to_string()), "{}", answer.text);
    }
    assert_eq!(status(&world, id).await["details"]["state"], "creating", "what is known is told");
}

#[tokio::test]
async fn what_another_replica_has_made_is_never_left_out() {
    let (world, _) = booked().await;
    let replica = world.replica(&[]).await;
    let id = Uuid::new_v4();
    assert_eq!(world.send("POST", "/postgres", &booking(id)).await.status, 201);
    let path = format!("/postgres?id={id}");
    replica.fail("DescribeDBInstances", Some("Throttling"));
    assert_eq!(replica.send("GET", &path, &Value::Null).await.status, 503);
    replica.fail("DescribeDBInstances", None);
    eventually("an answer", async || {
        let answer = replica.send("GET", &path, &Value::Null).await;
        (answer.status == 200).then(|| assert!(answer.json().get(id.to_string()).is_some()))
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_was_looked_for_in_vain_is_not_gone_for_long_where_another_replica_may_have_made_it() {
    let (world, _) = settled(1).await;
    let replica = world.replica(&WINDOWS).await;
    let id = Uuid::new_v4();
    let path = format!("/postgres?id={id}");
    let told = async || replica.send("GET", &path, &Value::Null).await;
    assert_eq!((told().await.status, told().await.text.as_str()), (200, "{}"));
    assert_eq!(world.send("POST", "/postgres", &booking(id)).await.status, 201);
    replica.fail("*", Some("Throttling"));
    tokio::time::sleep(Duration::from_secs(5)).await;
    for _ in 0..5 {
        assert_eq!(told().await.status, 503, "it was looked for before it was made");
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    replica.fail("*", None);
    eventually("it to be told", async || told().await.json().get(id.to_string()).map(|_| ())).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_to_go_stays_left_out_while_aws_fails() {
    let (world, ids) = settled(2).await;
    world.state().instances.remove(&format!("{BROKER}-{}", ids[1]));
    let path = format!("/postgres?id={}&id={}", ids[0], ids[1]);
    let told = async || {
        let answer = world.send("GET", &path, &Value::Null).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json().as_object().unwrap().len()
    };
    eventually("one to be gone", async || (told().await == 1).then_some(())).await;
    // First only the looks at this one fail, so that others are learned of meanwhile, and then everything.
    let about = Some(format!("{BROKER}-{}", ids[1]));
    world.state().faults.push(Fault { about, ..Fault::throttled("DescribeDBInstances", u32::MAX) });
    for minute in 0..10 {
        if minute == 5 {
            world.fail("*", Some("Throttling"));
        }
        tokio::time::sleep(MINUTE).await;
        assert_eq!(told().await, 1);
    }
}

#[tokio::test]
async fn one_answer_without_it_does_not_make_an_instance_gone() {
    let (world, id) = booked().await;
    let hidden = world.state().instances.clone();
    world.state().instances.clear();
    let strange = Uuid::new_v4();
    world.send("GET", &format!("/postgres?id={strange}"), &Value::Null).await;
    assert_eq!(status(&world, id).await["details"]["state"], "creating");
    world.state().instances = hidden;
    assert_eq!(status(&world, id).await["details"]["state"], "creating");
}

#[tokio::test(start_paused = true)]
async fn a_first_sweep_that_is_not_through_says_nothing_of_anyone() {
    let world = World::unobserved(&WINDOWS);
    let id = Uuid::new_v4();
    let instance = || Instance { status: "available".into(), ..Instance::default() };
    {
        let mut state = world.state();
        state.instances.insert(format!("{BROKER}-{id}"), instance());
        state.instances.extend((0..150).map(|number| (format!("other-{number:05}"), instance())));
        // The first of two pages is answered.
        state.faults.push(Fault { after: 1, ..Fault::throttled("DescribeDBInstances", u32::MAX) });
    }
    for _ in 0..5 {
        tokio::time::sleep(MINUTE / 2).await;
        for path in ["/postgres".to_owned(), format!("/postgres?id={id}")] {
            let answer = world.send("GET", &path, &Value::Null).await;
            assert_eq!(answer.status, 503, "{path}: {}", answer.text);
            assert!(answer.headers.contains_key("retry-after"));
        }
    }
    world.state().faults.clear();
    let world = world.observed().await;
    assert_eq!(world.send("GET", "/postgres", &Value::Null).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn one_answer_that_does_not_show_our_tags_does_not_make_an_instance_gone() {
    let (world, ids) = settled(2).await;
    let identifier = format!("{BROKER}-{}", ids[0]);
    let with_tags = world.state().instances[&identifier].clone();
    let told = async || get(&world, &ids).await.json().as_object().unwrap().len();
    world.state().instances.get_mut(&identifier).unwrap().tags.clear();
    world.state().calls.clear();
    tokio::time::sleep(MINUTE).await;
    assert_eq!(told().await, 2);
    assert!(!world.state().calls.is_empty(), "it was looked at");
    world.state().instances.insert(identifier.clone(), with_tags);
    tokio::time::sleep(MINUTE).await;
    assert_eq!(told().await, 2);
    // Who takes them away for good takes the instance away from the broker.
    world.state().instances.get_mut(&identifier).unwrap().tags.clear();
    tokio::time::sleep(MINUTE).await;
    told().await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(told().await, 1);
    tokio::time::sleep(MINUTE * 2).await;
    assert_eq!(told().await, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_service_here_is_left_out_at_once_however_long_it_is_asked_for() {
    // Among so many it is looked at by name.
    let (world, ids) = settled_among(3, 2000, &[]).await;
    world.state().instances.get_mut(&format!("{BROKER}-{}", ids[0])).unwrap().tags.clear();
    let ask = async |path: &str| {
        let begun = Instant::now();
        let answer = world.send("GET", path, &Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert!(age(&answer) <= 61, "{path}: {} s old", age(&answer));
        assert!(begun.elapsed() < Duration::from_secs(1), "{path}: {:?}", begun.elapsed());
        answer.json().as_object().unwrap().len()
    };
    let (own, of_another) = (super::retries::query(&ids), format!("/mysql?id={}", ids[1]));
    eventually("it to count as a stranger's", async || {
        tokio::time::sleep(Duration::from_secs(10)).await;
        (ask(&own).await == 2).then_some(())
    })
    .await;
    let begun = Instant::now();
    while begun.elapsed() < MINUTE * 15 {
        assert_eq!((ask(&own).await, ask(&of_another).await), (2, 0));
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}
