//! What is answered while AWS fails: 503 where nothing was written, never a lie.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{booked, booking, status, tag};
use crate::world::World;

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
    // A look for a stranger has to ask AWS, and fails; what is known stays.
    let query = format!("/postgres?id={id}&id={}", Uuid::new_v4());
    let answer = world.send("GET", &query, &Value::Null).await;
    assert_eq!(answer.status, 200);
    assert!(answer.json().get(id.to_string()).is_some());
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
