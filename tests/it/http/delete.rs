//! `DELETE /{id}`

use serde_json::{Value, json};

use super::{booked, booking, status};
use crate::broker::eventually;

#[tokio::test]
async fn a_service_is_listed_until_rds_has_deleted_it() {
    let (world, id) = booked().await;
    let path = format!("/postgres/{id}");
    assert_eq!(world.send("DELETE", &path, &Value::Null).await.status, 204);
    assert_eq!(world.send("DELETE", &path, &Value::Null).await.status, 204);
    assert_eq!(world.send("PATCH", &path, &json!({})).await.status, 409);
    let again = world.send("POST", "/postgres", &booking(id)).await;
    assert_eq!(again.status, 503);
    assert_eq!(again.headers["retry-after"], "10");
    let document = status(&world, id).await;
    assert_eq!(document["details"]["state"], "deleting");
    assert_eq!(document["details"]["ready"], false);
    eventually("instance and secrets to be deleted", async || {
        let state = world.state();
        let deleting = state.instances.values().all(|instance| instance.status == "deleting");
        (deleting && state.secrets.is_empty()).then_some(())
    })
    .await;
    let deletes = world.state().calls.iter().filter(|call| *call == "DeleteDBInstance").count();
    assert_eq!(deletes, 1);
}
