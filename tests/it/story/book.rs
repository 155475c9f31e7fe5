//! Booking a database, and using it.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking};
use crate::database::{ask, connect};
use crate::lab::lab;

#[tokio::test]
async fn a_user_books_a_database_and_logs_in() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"version": "16.14", "databaseName": "shop", "userName": "keeper"});
    assert_eq!(broker.post(&body).await.status, 201);

    let status = broker.status(id).await.expect("listed at once");
    assert_eq!(status["details"]["ready"], false);
    assert_eq!(status["details"]["state"], "creating");
    let status = broker.until_settled(id).await;
    assert_eq!(status["plan"], body["plan"], "the plan is echoed exactly");
    assert_eq!(status["config"], body["config"], "the config is echoed exactly");
    assert_eq!(status.get("error"), None);
    let details = &status["details"];
    assert_eq!(details["instanceClass"], "db.t4g.micro");
    assert_eq!(details["allocatedStorage"], 20);
    assert_eq!(details["engineVersion"], "16.14");
    assert_eq!(details["superuserName"], "cs_admin");
    let dsn = format!("postgresql://keeper@localhost:{}/shop?sslmode=require", details["port"]);
    assert_eq!(details["dsn"], dsn);

    let password = body["secrets"]["userPassword"].as_str().unwrap();
    let user = connect(&status, password).await.expect("the user's password works");
    assert_eq!(ask(&user, "select current_user || '@' || current_database()").await, "keeper@shop");
    user.batch_execute("create table t (n int); insert into t values (1); create schema own").await.unwrap();
    // It owns its database and has no rights beyond it.
    let rights = "select concat(rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls) from pg_roles \
                  where rolname = current_user";
    assert_eq!(ask(&user, rights).await, "fffff");
    let owner = "select pg_get_userbyid(datdba)::text from pg_database where datname = current_database()";
    assert_eq!(ask(&user, owner).await, "keeper");
    assert_eq!(
        ask(&user, "select count(*)::text from pg_auth_members where member = current_user::regrole").await,
        "0"
    );
    assert!(user.batch_execute("create role intruder").await.is_err());
    assert!(user.batch_execute("create database another").await.is_err());
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn what_was_not_sent_comes_from_the_plan_or_the_defaults_and_is_not_echoed() {
    let broker = Broker::start().await;
    let (small, bare) = (Uuid::new_v4(), Uuid::new_v4());
    let secrets = booking(small)["secrets"].clone();
    assert_eq!(broker.post(&json!({"id": small, "plan": {"id": 3}, "secrets": secrets})).await.status, 201);
    assert_eq!(broker.post(&json!({"id": bare, "secrets": secrets})).await.status, 201);

    let status = broker.until_settled(small).await;
    let parameters = json!({"storage": 51200, "cpu": 20, "memory": 4096});
    assert_eq!(status["plan"], json!({"id": 3, "parameters": parameters}));
    assert_eq!(status["config"], json!({}));
    assert_eq!(status["details"]["instanceClass"], "db.t4g.medium");
    assert_eq!(status["details"]["allocatedStorage"], 48);
    let status = broker.until_settled(bare).await;
    assert_eq!(status["plan"], json!({"parameters": {}}));
    assert_eq!(status["details"]["instanceClass"], "db.t4g.micro");
    let dsn = status["details"]["dsn"].as_str().unwrap();
    assert!(dsn.starts_with("postgresql://app@localhost:") && dsn.ends_with("/app?sslmode=require"), "{dsn}");

    let list = broker.send("GET", "", None).await;
    let mut ids = vec![small.to_string(), bare.to_string()];
    ids.sort();
    assert_eq!(list.body, json!(ids));
    broker.assert_aws_holds(&[small, bare]).await;
}

#[tokio::test]
async fn what_rds_is_told_is_safe() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    assert_eq!(broker.post(&booking(id)).await.status, 201);
    let identifier = format!("{}-{id}", broker.name);
    let described =
        lab().rds().describe_db_instances().db_instance_identifier(identifier).send().await.unwrap();
    let instance = &described.db_instances()[0];
    assert_eq!(instance.publicly_accessible(), Some(false));
    assert_eq!(instance.storage_encrypted(), Some(true));
    assert_eq!(instance.storage_type(), Some("gp3"));
    assert_eq!(instance.backup_retention_period(), Some(7));
    assert_eq!(instance.copy_tags_to_snapshot(), Some(true));
    let tags = format!("{:?}", instance.tag_list());
    assert!(tags.contains("codesphere:team") && tags.contains("codesphere:plan/storage"), "{tags}");
    assert!(!tags.contains("pw-"), "a password in a tag");
    broker.until_settled(id).await;
}

#[tokio::test]
async fn a_process_says_how_it_is_and_stops_when_asked() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    assert_eq!(broker.post(&booking(id)).await.status, 201);
    assert_eq!(broker.terminate().await, Some(0), "{}", broker.log());
    // What it had begun goes on with the next start.
    broker.run().await;
    broker.until_settled(id).await;
    broker.assert_aws_holds(&[id]).await;
}
