//! AWS carries a call out and the connection breaks before the answer: nothing is lost, nothing is done twice.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, password};
use crate::database::connect;
use crate::lab::lab;

async fn lost(kind: &str, operation: &str) {
    // The sweep is what removes a secret whose creation was never heard of.
    let settings = [("BROKER_SWEEP_SECONDS", "0.5"), ("BROKER_SWEEP_GRACE_SECONDS", "3")];
    let broker = Broker::start_with(&crate::broker::unique_name(), &settings).await;
    let fault = json!({"operation": operation, "kind": kind, "count": 1});
    let id = Uuid::new_v4();
    let mut body = booking(id);
    if matches!(operation, "CreateSecret" | "CreateDBInstance" | "AddTagsToResource" | "GetSecretValue") {
        lab().fault(&broker.name, fault.clone()).await;
    }
    broker.insist("POST", "", Some(&body)).await;
    broker.until_settled(id).await;

    let new = password();
    if matches!(operation, "PutSecretValue" | "ModifyDBInstance") {
        lab().fault(&broker.name, fault.clone()).await;
    }
    let secrets = json!({"userPassword": new, "superuserPassword": password()});
    let change = json!({"secrets": secrets, "plan": {"parameters": {"storage": 30000}}});
    broker.insist("PATCH", &format!("/{id}"), Some(&change)).await;
    body["secrets"] = secrets;
    let status = broker
        .until(id, "the change to be made", |status| {
            status["details"]["allocatedStorage"] == 28
                && status["details"]["ready"] == true
                && status["details"]["state"] == "available"
        })
        .await;
    assert!(connect(&status, &new).await.is_ok());
    broker.assert_aws_holds(&[id]).await;

    if matches!(operation, "DeleteDBInstance" | "DeleteSecret") {
        lab().fault(&broker.name, fault).await;
    }
    broker.insist("DELETE", &format!("/{id}"), None).await;
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
    assert_eq!(lab().faults_left(&broker.name).await, 0, "the fault was never met");
}

macro_rules! lost_replies {
    ($($name:ident: $operation:literal),+ $(,)?) => {
        $(mod $name {
            #[tokio::test]
            async fn after_it_was_carried_out() {
                super::lost("drop_after", $operation).await;
            }

            #[tokio::test]
            async fn before_it_was_carried_out() {
                super::lost("drop_before", $operation).await;
            }
        })+
    };
}

lost_replies! {
    create_secret: "CreateSecret",
    create_instance: "CreateDBInstance",
    add_tags: "AddTagsToResource",
    get_secret: "GetSecretValue",
    put_secret: "PutSecretValue",
    modify_instance: "ModifyDBInstance",
    delete_instance: "DeleteDBInstance",
    delete_secret: "DeleteSecret",
}
