//! `PATCH /{id}`

use serde_json::{Value, json};
use uuid::Uuid;

use super::{booked, status, tag};

#[tokio::test]
async fn only_what_was_sent_is_written_with_a_new_wish() {
    let (world, id) = booked().await;
    let before = world.state().instances.values().next().unwrap().tags.clone();
    let change = json!({"id": id, "plan": {"parameters": {"memory": 2000}}});
    assert_eq!(world.send("PATCH", &format!("/postgres/{id}"), &change).await.status, 204);
    let after = world.state().instances.values().next().unwrap().tags.clone();
    let changed: Vec<_> =
        after.iter().filter(|(key, value)| before.get(*key) != Some(value)).map(|(key, _)| key).collect();
    assert_eq!(changed, ["codesphere:pin/class", "codesphere:plan/memory", "codesphere:wish"]);
    assert_eq!(status(&world, id).await["plan"]["parameters"], json!({"storage": 20000, "memory": 2000}));
}

#[tokio::test]
async fn null_means_the_default() {
    let (world, id) = booked().await;
    let path = format!("/postgres/{id}");
    let change = json!({"plan": {"id": 2, "parameters": {"storage": 50000}}});
    assert_eq!(world.send("PATCH", &path, &change).await.status, 204);
    assert_eq!(status(&world, id).await["plan"], json!({"id": 2, "parameters": {"storage": 50000}}));
    let change = json!({"plan": {"parameters": {"storage": null}}, "config": {"databaseName": "shop"}});
    assert_eq!(world.send("PATCH", &path, &change).await.status, 204);
    let plan = json!({"id": 2, "parameters": {"storage": 25600, "cpu": 10, "memory": 2048}});
    assert_eq!(status(&world, id).await["plan"], plan, "a plan by its id alone stands for its parameters");
    let change = json!({"plan": {"id": null, "parameters": null}, "config": null});
    assert_eq!(world.send("PATCH", &path, &change).await.status, 204);
    assert_eq!(status(&world, id).await["plan"], json!({"parameters": {}}));
}

#[tokio::test]
async fn an_empty_patch_and_the_stored_wish_write_nothing() {
    let (world, id) = booked().await;
    let wish = tag(&world, id, "wish");
    let stored = json!({"plan": {"parameters": {"storage": 20000}}, "config": {"databaseName": "shop"},
        "secrets": {"userPassword": "pw-user-1", "superuserPassword": "pw-super-1"}});
    for body in [json!({}), json!({"plan": {}, "config": {}, "secrets": {}}), json!({"pause": false}), stored]
    {
        assert_eq!(world.send("PATCH", &format!("/postgres/{id}"), &body).await.status, 204, "{body}");
    }
    assert_eq!(tag(&world, id, "wish"), wish);
    let state = world.state();
    assert!(state.secrets.values().all(|versions| versions.len() == 1), "no version was put");
}

#[tokio::test]
async fn a_new_password_is_a_new_version_with_a_random_id() {
    let (world, id) = booked().await;
    let before = tag(&world, id, "secret/user").unwrap();
    let change = json!({"secrets": {"userPassword": "pw-user-2"}});
    assert_eq!(world.send("PATCH", &format!("/postgres/{id}"), &change).await.status, 204);
    let after = tag(&world, id, "secret/user").unwrap();
    assert_ne!(before, after);
    let state = world.state();
    let versions = state.secrets.values().find(|versions| versions.contains_key(&after)).unwrap();
    assert_eq!(versions[&after], "pw-user-2");
    assert_eq!(versions[&before], "pw-user-1", "the version in use stays");
}

#[tokio::test]
async fn a_team_once_set_stays() {
    let (world, id) = booked().await;
    let path = format!("/postgres/{id}");
    assert_eq!(world.send("PATCH", &path, &json!({"teamId": 1})).await.status, 204);
    assert_eq!(world.send("PATCH", &path, &json!({"teamId": 2})).await.status, 409);
    assert_eq!(
        world.send("PATCH", &path, &json!({"teamId": null, "customSubdomain": null})).await.status,
        204
    );
    assert_eq!(tag(&world, id, "team").as_deref(), Some("1"));
}

#[tokio::test]
async fn what_the_database_still_runs_may_be_asked_for_though_the_catalogue_offers_it_no_longer() {
    let (world, id) = booked().await;
    let path = format!("/postgres/{id}");
    let version = |text: &str| json!({"config": {"version": text}});
    world.state().instances.values_mut().next().unwrap().version = "13.9".into();
    assert_eq!(world.send("PATCH", &path, &version("18.4")).await.status, 204);
    assert_eq!(world.send("PATCH", &path, &version("13.8")).await.status, 400);
    assert_eq!(world.send("PATCH", &path, &version("13.9")).await.status, 204, "the upgrade is taken back");
    assert_eq!(tag(&world, id, "config/version").as_deref(), Some("13.9"));
}

#[tokio::test]
async fn an_unknown_id_is_404() {
    let (world, _) = booked().await;
    let id = Uuid::new_v4();
    let answer = world.send("PATCH", &format!("/postgres/{id}"), &json!({})).await;
    assert_eq!(answer.status, 404);
    assert_eq!(
        answer.json(),
        json!({"error": format!("There is no postgres service {id}."), "code": "not_found"})
    );
    assert_eq!(world.send("DELETE", &format!("/postgres/{id}"), &Value::Null).await.status, 204);
}
