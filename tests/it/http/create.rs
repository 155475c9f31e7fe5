//! `POST /`

use serde_json::json;
use uuid::Uuid;

use super::{booked, booking, status, tag};
use crate::world::{BROKER, Instance, World};

#[tokio::test]
async fn the_instance_carries_the_whole_wish() {
    let (world, id) = booked().await;
    let state = world.state();
    let instance = &state.instances[&format!("{BROKER}-{id}")];
    assert_eq!(
        (instance.class.as_str(), instance.storage, instance.version.as_str()),
        ("db.t4g.micro", 20, "17.10")
    );
    let tags = &instance.tags;
    assert_eq!(tags["codesphere:broker"], BROKER);
    assert_eq!(tags["codesphere:service"], id.to_string());
    assert_eq!(tags["codesphere:plan/storage"], "20000");
    assert_eq!(tags["codesphere:config/databaseName"], "shop");
    assert_eq!(tags["codesphere:pin/version"], "17.10", "the default is pinned");
    assert!(tags.contains_key("codesphere:wish") && !tags.contains_key("codesphere:done"));
    assert!(tags.len() <= 50 && tags.values().all(|value| value.len() <= 256));
    assert!(!format!("{tags:?}").contains("pw-"));
    let order: Vec<_> = state.calls.iter().filter(|call| call.starts_with("Create")).collect();
    assert_eq!(order, ["CreateSecret", "CreateSecret", "CreateDBInstance"], "secrets first");
    assert_eq!(state.secrets.len(), 2);
}

#[tokio::test]
async fn the_same_again_is_201_and_makes_nothing() {
    let (world, id) = booked().await;
    let wish = tag(&world, id, "wish");
    assert_eq!(world.send("POST", "/postgres", &booking(id)).await.status, 201);
    assert_eq!(world.state().secrets.len(), 2);
    assert_eq!(tag(&world, id, "wish"), wish, "nothing was written");
    let mut other = booking(id);
    other["plan"]["parameters"]["storage"] = json!(30000);
    assert_eq!(world.send("POST", "/postgres", &other).await.status, 201);
    assert_eq!(tag(&world, id, "plan/storage").as_deref(), Some("30000"), "like a PATCH");
    other["config"]["databaseName"] = json!("other");
    let answer = world.send("POST", "/postgres", &other).await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.json()["error"], "config.databaseName cannot be changed after the service was created");
}

#[tokio::test]
async fn a_repetition_that_waits_behind_the_first_costs_nothing() {
    let world = World::new().await;
    let body = booking(Uuid::new_v4());
    let again = || world.send("POST", "/postgres", &body);
    let answers = futures_util::future::join_all((0..5).map(|_| again())).await;
    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
    let calls = world.state().calls.clone();
    assert_eq!(calls, ["CreateSecret", "CreateSecret", "CreateDBInstance"]);
    // Nothing is remembered once nobody waits: what AWS holds is what counts.
    assert_eq!(again().await.status, 201);
    assert!(world.state().calls.iter().any(|call| call == "GetSecretValue"));
}

#[tokio::test]
async fn what_the_platform_sends_besides_is_taken() {
    let world = World::new().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["id"] = json!(id.to_string().to_uppercase());
    body["teamId"] = json!(42);
    body["customSubdomain"] = json!("my-db");
    body["pause"] = json!(false);
    body["recoverFrom"] = json!(null);
    body["plan"] = json!({"id": 1, "parameters": {"storage": 30000.0, "cpu": null}});
    body["config"]["version"] = json!(null);
    body["somethingNew"] = json!({"a": 1});
    assert_eq!(world.send("POST", "/postgres", &body).await.status, 201);
    assert_eq!(tag(&world, id, "team").as_deref(), Some("42"));
    assert_eq!(tag(&world, id, "subdomain").as_deref(), Some("my-db"));
    let status = status(&world, id).await;
    assert_eq!(status["plan"], json!({"id": 1, "parameters": {"storage": 30000}}));
    assert_eq!(status["config"], json!({"databaseName": "shop"}));
}

#[tokio::test]
async fn a_name_that_is_taken_is_not_touched() {
    let world = World::new().await;
    let id = Uuid::new_v4();
    let foreign = Instance { status: "available".into(), ..Instance::default() };
    world.state().instances.insert(format!("{BROKER}-{id}"), foreign);
    assert_eq!(world.send("POST", "/postgres", &booking(id)).await.status, 409);
    let state = world.state();
    assert!(state.secrets.is_empty(), "no secret stays behind: {:?}", state.secrets);
    let found = &state.instances[&format!("{BROKER}-{id}")];
    assert!(found.status == "available" && found.tags.is_empty(), "{found:?}");
    assert!(!state.calls.iter().any(|call| call.starts_with("AddTags")), "{:?}", state.calls);
}

#[tokio::test]
async fn what_aws_refuses_for_good_leaves_nothing_behind() {
    let quota = "A quota of this AWS account is used up; ask its operator for more, or delete services.";
    let capacity =
        "AWS has no capacity for this size in this region at the moment; choose another plan or try later.";
    let permissions = "AWS refuses the broker's permissions; its operator has to look at the log.";
    let network = "The broker's AWS configuration is not valid; its operator has to look at the log.";
    let table = [
        ("InstanceQuotaExceeded", 422, quota),
        ("StorageQuotaExceeded", 422, quota),
        ("InsufficientDBInstanceCapacity", 422, capacity),
        ("InvalidParameterCombination", 422, "AWS cannot provide this: In account (account): (resource)"),
        ("AccessDenied", 502, permissions),
        ("DBSubnetGroupNotFoundFault", 502, network),
        ("KMSKeyNotAccessibleFault", 502, network),
    ];
    for (code, status, error) in table {
        let world = World::new().await;
        world.fail("CreateDBInstance", Some(code));
        let answer = world.send("POST", "/postgres", &booking(Uuid::new_v4())).await;
        assert_eq!((answer.status, answer.json()["error"].as_str().unwrap()), (status, error), "{code}");
        assert!(world.state().secrets.is_empty(), "{code} left secrets");
    }
}
