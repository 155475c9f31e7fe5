//! Quotas and capacity at booking: told at once, with nothing left behind.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking};
use crate::lab::lab;

#[tokio::test]
async fn what_the_account_cannot_provide_is_a_422_that_leaves_nothing() {
    let broker = Broker::start().await;
    for (code, sentence) in [
        ("InstanceQuotaExceeded", "A quota of this AWS account is used up"),
        ("StorageQuotaExceeded", "A quota of this AWS account is used up"),
        ("InsufficientDBInstanceCapacity", "AWS has no capacity for this size"),
    ] {
        let fault = json!({"operation": "CreateDBInstance", "kind": "error", "code": code, "status": 400});
        lab().fault(&broker.name, fault).await;
        let id = Uuid::new_v4();
        let answer = broker.post(&booking(id)).await;
        assert_eq!(answer.status, 422, "{code}: {}", answer.body);
        assert!(answer.body["error"].as_str().unwrap().starts_with(sentence), "{code}: {}", answer.body);
        broker.assert_aws_holds(&[]).await;
    }
}

#[tokio::test]
async fn a_used_up_quota_of_parameter_groups_is_told_and_the_database_goes_on() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let fault = json!({"operation": "CreateDBParameterGroup", "kind": "error", "code": "DBParameterGroupQuotaExceeded", "status": 400});
    lab().fault(&broker.name, fault).await;
    let change = json!({"config": {"parameters": {"work_mem": 8192}}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let status = broker.until(id, "the quota to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.starts_with("AWS did not change the server parameters. A quota"), "{error}");
    assert_eq!(status["details"]["ready"], true);
    let status = broker.change(id, &change).await;
    assert_eq!(status.get("error"), None);
}
