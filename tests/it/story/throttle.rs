//! AWS throttles and fails: what is known is answered, and everything gets done in the end.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually};
use crate::lab::lab;

#[tokio::test]
async fn everything_gets_done_although_the_first_three_calls_of_each_kind_are_throttled() {
    // What a refused create cannot remove at once is the sweep's to remove.
    let settings = [
        ("BROKER_SWEEP_SECONDS", "0.5"),
        ("BROKER_SWEEP_GRACE_SECONDS", "3"),
        // Whatever the SDK is told: each of its retries would be a call that no budget knows of.
        ("AWS_MAX_ATTEMPTS", "5"),
        ("AWS_RETRY_MODE", "standard"),
    ];
    let broker = Broker::start_with(&crate::broker::unique_name(), &settings).await;
    let throttle = |operation: &str| json!({"operation": operation, "kind": "throttle", "count": 3});
    for operation in
        ["CreateDBInstance", "AddTagsToResource", "ModifyDBInstance", "CreateSecret", "GetSecretValue"]
    {
        lab().fault(&broker.name, throttle(operation)).await;
    }
    lab().fault(&broker.name, throttle("DeleteDBInstance")).await;
    lab().fault(&broker.name, throttle("DeleteSecret")).await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    broker.until_settled(id).await;
    broker
        .insist("PATCH", &format!("/{id}"), Some(&json!({"plan": {"parameters": {"storage": 30000}}})))
        .await;
    broker.until(id, "the growth", |status| status["details"]["allocatedStorage"] == 28).await;
    broker.insist("DELETE", &format!("/{id}"), None).await;
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
    assert_eq!(lab().faults_left(&broker.name).await, 0, "not every call was throttled");
    assert_eq!(broker.throttles().await, 3 * 7, "every one of them has come back to the budget");
}

#[tokio::test]
async fn a_get_answers_what_is_known_with_its_age_while_aws_fails() {
    // A proxy of its own, so that the account-wide sweep of this broker alone fails.
    let (proxy, url) = crate::proxy::Proxy::start().await;
    let broker = Broker::start_with(&crate::broker::unique_name(), &[("AWS_ENDPOINT_URL", &url)]).await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    let before = broker.until_settled(id).await;
    proxy.fail(true);
    eventually("the answer to grow old", async || {
        let answer = broker.send("GET", &format!("?id={id}"), None).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body[id.to_string()], before, "nothing is gone because a call failed");
        (answer.age? >= 2).then_some(())
    })
    .await;
    let list = broker.send("GET", "", None).await;
    assert_eq!(list.body, json!([id.to_string()]));
    let write = broker.patch(id, &json!({"plan": {"parameters": {"storage": 30000}}})).await;
    assert_eq!((write.status, write.retry_after), (503, true), "never 204 for a wish that was not written");
    proxy.fail(false);
    eventually("the answer to be fresh again", async || {
        let answer = broker.send("GET", &format!("?id={id}"), None).await;
        (answer.age? <= 1).then_some(())
    })
    .await;
    assert_eq!(broker.status(id).await, Some(before));
}

#[tokio::test]
async fn before_the_first_observation_nothing_is_said() {
    let (proxy, url) = crate::proxy::Proxy::start().await;
    proxy.fail(true);
    let broker = Broker::start_unready(&crate::broker::unique_name(), &[("AWS_ENDPOINT_URL", &url)]).await;
    for query in ["", &format!("?id={}", Uuid::new_v4())] {
        let answer = broker.send("GET", query, None).await;
        assert_eq!((answer.status, answer.retry_after), (503, true), "{query}");
    }
    let (status, ready) = broker.health("/ready").await;
    assert_eq!(status, 503);
    assert!(ready["error"].as_str().unwrap().starts_with("AWS "), "{ready}");
    assert_eq!(broker.health("/health").await.0, 200);
    proxy.fail(false);
    eventually("the broker to be ready", async || (broker.health("/ready").await.0 == 200).then_some(()))
        .await;
    assert_eq!(broker.send("GET", "", None).await.body, json!([]));
}
