//! Growing storage, changing the class, upgrading; refused changes.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, eventually};
use crate::database::{ask, connect};
use crate::lab::lab;

#[tokio::test]
async fn storage_grows_and_the_class_changes() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let body = booking(id);
    broker.insist("POST", "", Some(&body)).await;
    let status = broker.until_settled(id).await;
    let password = body["secrets"]["userPassword"].as_str().unwrap();
    let user = connect(&status, password).await.unwrap();
    user.batch_execute("create table kept as select 'still here'::text as what").await.unwrap();

    let change = json!({"plan": {"parameters": {"storage": 40000, "memory": 3000}}});
    assert_eq!(broker.patch(id, &change).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!(status["plan"]["parameters"], json!({"storage": 40000, "cpu": 5, "memory": 3000}));
    assert_eq!(status["details"]["allocatedStorage"], 38);
    assert_eq!(status["details"]["instanceClass"], "db.t4g.medium");
    let user = connect(&status, password).await.unwrap();
    assert_eq!(ask(&user, "select what from kept").await, "still here");

    // RDS grows by a tenth at least: 38 → 39 GiB is asked, 42 is what it takes.
    assert_eq!(broker.patch(id, &json!({"plan": {"parameters": {"storage": 41000}}})).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!(status["plan"]["parameters"]["storage"], 41000, "more than asked is not drift");
    assert_eq!(status["details"]["allocatedStorage"], 42);
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn storage_grows_across_the_size_from_which_iops_go_with_it() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    broker.until_settled(id).await;
    let identifier = broker.identifier(id);
    let grows_to = async |megabytes: u64, gib: u32, iops: i32| {
        let change = json!({"plan": {"parameters": {"storage": megabytes}}});
        let status = broker.change(id, &change).await;
        assert_eq!(status["details"]["allocatedStorage"], gib);
        assert_eq!(status.get("error"), None);
        assert_eq!(lab().describe(&identifier).await.iops(), Some(iops));
    };
    grows_to(500_000, 466, 12_000).await;
    // Someone gives it more in the console, which the next growth must not take away.
    eventually("RDS to take the IOPS", async || {
        let more = lab().rds().modify_db_instance().db_instance_identifier(&identifier);
        more.allocated_storage(466).iops(16_000).apply_immediately(true).send().await.ok()
    })
    .await;
    eventually("the IOPS to be there", async || {
        (lab().describe(&identifier).await.iops() == Some(16_000)).then_some(())
    })
    .await;
    grows_to(600_000, 559, 16_000).await;
}

#[tokio::test]
async fn a_wish_that_rds_refuses_is_given_up_with_its_reason_until_a_new_one() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    broker.until_settled(id).await;
    let refuse = json!({"operation": "ModifyDBInstance", "kind": "error", "code": "InvalidParameterCombination", "status": 400});
    lab().fault(&broker.name, refuse).await;
    assert_eq!(broker.patch(id, &json!({"plan": {"parameters": {"memory": 2000}}})).await.status, 204);
    let status = broker.until(id, "the refusal to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.starts_with("AWS did not change the instance class: "), "{error}");
    assert_eq!(status["details"]["state"], "failed");
    assert_eq!(status["details"]["ready"], true, "what runs goes on running");
    assert_eq!(status["plan"]["parameters"]["memory"], 2000, "the wish is echoed");
    // The same wish again is a new wish.
    assert_eq!(broker.patch(id, &json!({"plan": {"parameters": {"memory": 2000}}})).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
    assert_eq!(status.get("error"), None);
}

#[tokio::test]
async fn updates_that_rds_cannot_take_yet_are_applied_later() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking(id))).await;
    // The instance is still being created; and each change finds RDS busy with the last.
    for storage in [30000, 50000, 40000] {
        let change = json!({"plan": {"parameters": {"storage": storage, "memory": storage / 20}}});
        assert_eq!(broker.patch(id, &change).await.status, 204, "{storage}");
    }
    let status = broker.until_settled(id).await;
    assert_eq!(status["plan"]["parameters"]["storage"], 40000, "the last one wins");
    assert_eq!(status["details"]["allocatedStorage"], 38);
    assert_eq!(status["details"]["instanceClass"], "db.t4g.small");
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn the_version_goes_up_and_not_down() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"version": "16.13"});
    broker.insist("POST", "", Some(&body)).await;
    broker.until_settled(id).await;
    assert_eq!(broker.patch(id, &json!({"config": {"version": "16.14"}})).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!(status["details"]["engineVersion"], "16.14");
    let password = body["secrets"]["userPassword"].as_str().unwrap();
    let user = connect(&status, password).await.unwrap();
    assert!(ask(&user, "show server_version").await.starts_with("16.14"));

    let down = broker.patch(id, &json!({"config": {"version": "16.13"}})).await;
    assert_eq!(down.status, 409);
    assert_eq!(
        down.body["error"],
        "config.version cannot go down: the database runs 16.14; it can be upgraded to 17.10, 18.4"
    );
}

#[tokio::test]
async fn what_may_not_change_is_refused_and_changes_nothing() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["plan"]["parameters"]["storage"] = json!(40000);
    broker.insist("POST", "", Some(&body)).await;
    let before = broker.until_settled(id).await;
    let shrink = "plan.parameters.storage cannot shrink: the database has 38 GiB, which is 40802 MB";
    let immutable = |field: &str| format!("{field} cannot be changed after the service was created");
    let limits = "No instance class has cpu 5000 and memory 512: plan.parameters.cpu can be at most 640 (tenths of a vCPU) \
                  and plan.parameters.memory at most 549755 (MB).";
    let table = [
        (json!({"plan": {"parameters": {"storage": 30000}}}), 409, shrink.to_owned()),
        (json!({"config": {"databaseName": "other"}}), 409, immutable("config.databaseName")),
        (json!({"config": {"userName": "other"}}), 409, immutable("config.userName")),
        (json!({"teamId": 8}), 409, immutable("teamId")),
        (json!({"plan": {"parameters": {"cpu": 5000}}}), 422, limits.to_owned()),
        (json!({"plan": {"id": 9}}), 400, "plan.id: there is no plan 9; there are 0, 1, 2, 3, 4".to_owned()),
    ];
    for (change, status, error) in table {
        let answer = broker.patch(id, &change).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str().unwrap()),
            (status, error.as_str()),
            "{change}"
        );
    }
    let unknown = broker.patch(Uuid::new_v4(), &json!({"teamId": 8})).await;
    assert_eq!(unknown.status, 404);
    // What is the same, or empty, or smaller within the same GiB, is no change.
    for change in [json!({}), json!({"teamId": 7, "plan": {"parameters": {"storage": 39999}}}), body.clone()]
    {
        assert_eq!(broker.patch(id, &change).await.status, 204, "{change}");
    }
    assert_eq!(broker.until_settled(id).await["details"], before["details"]);
}
