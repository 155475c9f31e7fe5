//! `Age` is never younger than what is told.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::scale::{MINUTE, WINDOWS, age, get, settled};
use super::{booked, booking};
use crate::world::{BROKER, Fault, Instance as Described, World};

#[tokio::test(start_paused = true)]
async fn a_wish_that_is_taken_while_aws_throttles_reads_makes_nothing_younger() {
    let (world, id) = booked().await;
    world.fail("DescribeDBInstances", Some("Throttling"));
    for (minutes, storage) in [(1, 30000), (2, 40000), (3, 50000)] {
        tokio::time::sleep(MINUTE).await;
        let mut again = booking(id);
        again["plan"]["parameters"]["storage"] = json!(storage);
        assert_eq!(world.send("POST", "/postgres", &again).await.status, 201);
        let answer = get(&world, &[id]).await;
        let told = &answer.json()[id.to_string()]["plan"]["parameters"]["storage"];
        assert_eq!(*told, storage, "what this process has written is known at once");
        assert!(age(&answer) >= minutes * 60, "{} s after {minutes} min", age(&answer));
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_is_as_old_as_the_look_that_it_was_made_after() {
    let (world, id) = booked().await;
    // The look is answered, no other is; the wish is taken at the fourth try, after 3.5 s.
    let no_more = Fault { after: 1, ..Fault::throttled("DescribeDBInstances", u32::MAX) };
    world.state().faults.extend([no_more, Fault::throttled("AddTagsToResource", 3)]);
    let change = json!({"plan": {"parameters": {"storage": 40000}}});
    assert_eq!(world.send("PATCH", &format!("/postgres/{id}"), &change).await.status, 204);
    for seconds in [3, 13, 23] {
        let answer = get(&world, &[id]).await;
        assert_eq!(answer.json()[id.to_string()]["plan"]["parameters"]["storage"], 40000);
        assert!((seconds..seconds + 3).contains(&age(&answer)), "{} s old", age(&answer));
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_last_answers_lacked_is_told_with_the_age_of_its_description() {
    let (world, ids) = settled(2).await;
    let described = Instant::now() - Duration::from_secs(age(&get(&world, &ids).await));
    world.state().instances.remove(&format!("{BROKER}-{}", ids[0]));
    world.state().calls.clear();
    let mut told_although_missing = 0;
    loop {
        let answer = get(&world, &ids).await;
        if answer.json().as_object().unwrap().len() == 1 {
            break;
        }
        let honest = described.elapsed().as_secs();
        assert!(age(&answer).abs_diff(honest) <= 1, "{} s old after {honest} s", age(&answer));
        told_although_missing += usize::from(!world.state().calls.is_empty());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(told_although_missing > 0, "one answer without it proves nothing");
    assert!(age(&get(&world, &ids).await) <= 60);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_its_turn_is_as_old_as_the_turn() {
    // A call every seven seconds.
    let world = World::paced(&WINDOWS, 1.0 / 7.0, 1).observed().await;
    tokio::time::sleep(MINUTE).await;
    let look = async || {
        let begun = Instant::now();
        let answer = get(&world, &[uuid::Uuid::new_v4()]).await;
        (begun.elapsed().as_secs(), age(&answer))
    };
    assert_eq!(look().await, (0, 0));
    assert_eq!(look().await, (7, 0), "it is told as soon as it is known");
}

#[tokio::test(start_paused = true)]
async fn a_list_is_as_old_as_the_page_that_was_not_read_for_longest() {
    // Forty pages at two a second: a sweep takes twenty seconds.
    let world = World::paced(&WINDOWS, 2.0, 5);
    let instance = || Described { status: "available".into(), ..Described::default() };
    world.state().instances.extend((0..4000).map(|number| (format!("other-{number:05}"), instance())));
    let world = world.observed().await;
    assert_eq!(world.send("POST", "/postgres", &booking(uuid::Uuid::new_v4())).await.status, 201);
    tokio::time::sleep(MINUTE * 2).await;
    let list = async || {
        let answer = world.send("GET", "/postgres", &Value::Null).await;
        assert_eq!(answer.json().as_array().unwrap().len(), 1);
        age(&answer)
    };
    list().await;
    tokio::time::sleep(MINUTE).await;
    let begun = Instant::now();
    let mut ages = Vec::new();
    while begun.elapsed() < MINUTE * 5 {
        ages.push(list().await);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let (youngest, oldest) = (ages.iter().min().unwrap(), ages.iter().max().unwrap());
    assert!(*oldest <= 61, "{oldest} s old");
    // When a sweep ends, its first page is as old as the sweep took.
    assert!((18..=41).contains(youngest), "{youngest} s old");
}
