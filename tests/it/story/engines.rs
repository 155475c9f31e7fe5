//! A whole life on each engine: book, use, rotate, grow, resize, upgrade, set parameters, break, delete.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::broker::{Broker, booking_of, password};
use crate::database::Session;
use crate::lab::lab;

/// What differs between the engines, for a user.
pub(super) struct Engine {
    pub(super) provider: &'static str,
    scheme: &'static str,
    pub(super) first: &'static str,
    pub(super) minor: &'static str,
    pub(super) major: &'static str,
    pub(super) version: &'static str,
    pub(super) show_connections: &'static str,
    pub(super) count_rows: &'static str,
    fixed: Fixed,
}

/// A parameter that the server takes only when it starts.
struct Fixed {
    name: &'static str,
    value: fn() -> Value,
    show: &'static str,
    shown: &'static str,
}

/// `MySQL`'s and `MariaDB`'s.
const PERFORMANCE_SCHEMA: Fixed = Fixed {
    name: "performance_schema",
    value: || json!(true),
    show: "select if(@@performance_schema, 'on', 'off')",
    shown: "on",
};

pub(super) const POSTGRES: Engine = Engine {
    provider: "postgres",
    scheme: "postgresql",
    first: "16.13",
    minor: "16.14",
    major: "17.10",
    version: "show server_version",
    show_connections: "show max_connections",
    count_rows: "select count(*)::text from kept",
    fixed: Fixed {
        name: "max_locks_per_transaction",
        value: || json!(128),
        show: "show max_locks_per_transaction",
        shown: "128",
    },
};

pub(super) const MYSQL: Engine = Engine {
    provider: "mysql",
    scheme: "mysql",
    first: "8.0.42",
    minor: "8.0.43",
    major: "8.4.7",
    version: "select version()",
    show_connections: "select cast(@@max_connections as char)",
    count_rows: "select cast(count(*) as char) from kept",
    fixed: PERFORMANCE_SCHEMA,
};

pub(super) const MARIADB: Engine = Engine {
    provider: "mariadb",
    scheme: "mariadb",
    first: "10.11.14",
    minor: "10.11.15",
    major: "11.4.9",
    version: "select version()",
    show_connections: "select cast(@@max_connections as char)",
    count_rows: "select cast(count(*) as char) from kept",
    fixed: PERFORMANCE_SCHEMA,
};

#[tokio::test]
async fn a_life_on_postgresql() {
    life(&POSTGRES).await;
}

#[tokio::test]
async fn a_life_on_mysql() {
    life(&MYSQL).await;
}

#[tokio::test]
async fn a_life_on_mariadb() {
    life(&MARIADB).await;
}

async fn life(engine: &Engine) {
    let broker = Broker::start().await.of(engine.provider);
    let id = Uuid::new_v4();
    let mut body = booking_of(engine.provider, id);
    body["config"] = json!({"version": engine.first, "databaseName": "shop", "userName": "keeper"});
    let status = broker.book(id, &body).await;
    assert_eq!((&status["plan"], &status["config"]), (&body["plan"], &body["config"]));
    let dsn = status["details"]["dsn"].as_str().unwrap();
    assert!(dsn.starts_with(&format!("{}://keeper@localhost:", engine.scheme)), "{dsn}");
    assert_eq!(status["details"]["engineVersion"], engine.first);

    let first = body["secrets"]["userPassword"].as_str().unwrap();
    let mut user = Session::open(&status, first).await.expect("the user's password works");
    user.run("create table kept (what varchar(20))").await.unwrap();
    user.run("insert into kept values ('still here')").await.unwrap();
    assert!(user.run("create database another").await.is_err(), "no rights beyond its own database");

    let second = &password()[..35];
    let status = broker.change(id, &json!({"secrets": {"userPassword": second}})).await;
    assert!(Session::open(&status, first).await.is_err(), "the old password still works");
    let mut user = Session::open(&status, second).await.expect("the new password works");
    assert_eq!(user.ask("select what from kept").await, "still here");

    let third = &password()[..35];
    let change = json!({"secrets": {"superuserPassword": third}, "plan": {"parameters": {"storage": 40000, "memory": 3000}}});
    let status = broker.change(id, &change).await;
    assert_eq!(status["details"]["allocatedStorage"], 38);
    assert_eq!(status["details"]["instanceClass"], "db.t4g.medium");

    // RDS accepts the next change and gives up on it: told, and over with another wish.
    let identifier = broker.identifier(id);
    lab().happens(&identifier, json!({"kind": "fail_modify", "field": "DBInstanceClass"})).await;
    let memory = |megabytes: u32| json!({"plan": {"parameters": {"memory": megabytes}}});
    assert_eq!(broker.patch(id, &memory(5000)).await.status, 204);
    let status = broker.until(id, "the failure to be told", |status| status.get("error").is_some()).await;
    let error = status["error"].as_str().unwrap();
    assert!(error.starts_with("RDS gave up on changing the instance class: "), "{error}");
    let status = broker.change(id, &memory(2000)).await;
    assert_eq!((status.get("error"), &status["details"]["instanceClass"]), (None, &json!("db.t4g.small")));
    Session::open(&status, second).await.expect("it goes on serving");

    for version in [engine.minor, engine.major] {
        let status = broker.change(id, &json!({"config": {"version": version}})).await;
        assert_eq!(status["details"]["engineVersion"], version);
        let mut user = Session::open(&status, second).await.unwrap();
        assert!(user.ask(engine.version).await.starts_with(version));
        assert_eq!(user.ask("select what from kept").await, "still here");
    }
    let down = broker.patch(id, &json!({"config": {"version": engine.minor}})).await;
    assert_eq!(down.status, 409, "{}", down.body);

    let status = broker.change(id, &json!({"config": {"parameters": {"max_connections": 77}}})).await;
    assert_eq!(status["config"]["parameters"], json!({"max_connections": 77}));
    let mut user = Session::open(&status, second).await.unwrap();
    assert_eq!(user.ask(engine.show_connections).await, "77");
    broker.assert_aws_holds(&[id]).await;

    let Fixed { name, value, show, shown } = engine.fixed;
    let reboots = broker.calls_made("RebootDBInstance").await;
    let parameters = json!({"max_connections": 77, name: value()});
    let status = broker.change(id, &json!({"config": {"parameters": parameters}})).await;
    assert_eq!(status["config"]["parameters"], parameters);
    assert_eq!(broker.calls_made("RebootDBInstance").await, reboots + 1, "{name} takes a reboot");
    let mut user = Session::open(&status, second).await.unwrap();
    assert_eq!(user.ask(show).await, shown);
    assert_eq!(user.ask(engine.show_connections).await, "77");

    lab().happens(&identifier, json!({"kind": "status", "status": "failed"})).await;
    let status = broker.until(id, "the end to be told", |status| status.get("error").is_some()).await;
    assert_eq!((&status["details"]["state"], &status["details"]["ready"]), (&json!("failed"), &json!(false)));
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn a_service_is_known_under_its_own_providers_path_only() {
    let broker = Broker::start().await.of("mariadb");
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking_of("mariadb", id))).await;
    let broker = broker.of("mysql");
    assert_eq!(broker.status(id).await, None);
    assert_eq!(broker.send("GET", "", None).await.body, json!([]));
    assert_eq!(broker.patch(id, &json!({"teamId": 7})).await.status, 404);
    assert_eq!(broker.post(&booking_of("mysql", id)).await.status, 409);
    assert_eq!(broker.delete(id).await.status, 204);
    let broker = broker.of("mariadb");
    assert_eq!(broker.send("GET", "", None).await.body, json!([id]));
    broker.until_settled(id).await;
    broker.assert_aws_holds(&[id]).await;
}
