//! The process is killed between any two AWS calls of a create, an update and a delete, and started again.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::broker::{Broker, booking, booking_of, password, unique_name};
use crate::database::{Session, connect};
use crate::proxy::{Cut, Proxy};

/// More calls than any of the three makes: the walk ends where a cut was never reached.
const MOST_CALLS: usize = 60;

pub(super) async fn broker_behind_a_proxy(provider: &'static str) -> (Broker, Proxy) {
    let (proxy, url) = Proxy::start().await;
    let settings = [
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("BROKER_SWEEP_SECONDS", "0.4"),
        ("BROKER_SWEEP_GRACE_SECONDS", "2"),
    ];
    (Broker::start_with(&unique_name(), &settings).await.of(provider), proxy)
}

/// Runs a story with the broker killed at its first, second, … call, either before each call or after it was carried
/// out, until it has fewer calls than that.
async fn at_every_call<F>(provider: &'static str, cut: fn(usize) -> Cut, story: F)
where
    F: AsyncFn(&Broker, &Proxy, Cut),
{
    let mut reached = 0;
    for call in 1..=MOST_CALLS {
        let (broker, proxy) = broker_behind_a_proxy(provider).await;
        story(&broker, &proxy, cut(call)).await;
        if !proxy.has_cut() {
            break;
        }
        reached = call;
    }
    assert!((2..MOST_CALLS).contains(&reached), "only {reached} calls were cut");
}

/// Each walk takes minutes, so that before and after are tests of their own.
macro_rules! killed_at_every_call {
    ($($name:ident: $provider:literal, $story:path;)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test]
            async fn before_it_is_carried_out() {
                at_every_call($provider, Cut::Before, $story).await;
            }

            #[tokio::test]
            async fn after_it_was_carried_out() {
                at_every_call($provider, Cut::After, $story).await;
            }
        }
    )*};
}

killed_at_every_call! {
    create: "postgres", created;
    update: "postgres", updated;
    delete: "mysql", deleted;
    version_and_parameters: "mariadb", upgraded;
}

fn change(body: &Value) -> Value {
    let mut change = json!({"secrets": {"userPassword": password(), "superuserPassword": password()}});
    change["plan"] = json!({"parameters": {"storage": 30000}});
    change["id"] = body["id"].clone();
    change
}

async fn created(broker: &Broker, proxy: &Proxy, cut: Cut) {
    let id = Uuid::new_v4();
    let body = booking(id);
    proxy.cut(cut, broker.killer());
    broker.insist("POST", "", Some(&body)).await;
    let status = broker.until_settled(id).await;
    let password = body["secrets"]["userPassword"].as_str().unwrap();
    assert!(connect(&status, password).await.is_ok(), "{cut:?} of {:?}", proxy.calls());
    broker.assert_aws_holds(&[id]).await;
}

async fn updated(broker: &Broker, proxy: &Proxy, cut: Cut) {
    let id = Uuid::new_v4();
    let body = booking(id);
    broker.insist("POST", "", Some(&body)).await;
    broker.until_settled(id).await;
    let change = change(&body);
    proxy.cut(cut, broker.killer());
    broker.insist("PATCH", &format!("/{id}"), Some(&change)).await;
    let status = broker
        .until(id, "the update to be made", |status| {
            status["details"]["allocatedStorage"] == 28
                && status["details"]["ready"] == true
                && status["details"]["state"] == "available"
        })
        .await;
    let password = change["secrets"]["userPassword"].as_str().unwrap();
    assert!(connect(&status, password).await.is_ok(), "{cut:?} of {:?}", proxy.calls());
    let old = body["secrets"]["userPassword"].as_str().unwrap();
    assert!(connect(&status, old).await.is_err(), "{cut:?}: the old password still works");
    broker.assert_aws_holds(&[id]).await;
}

async fn deleted(broker: &Broker, proxy: &Proxy, cut: Cut) {
    let id = Uuid::new_v4();
    broker.insist("POST", "", Some(&booking_of("mysql", id))).await;
    broker.until_settled(id).await;
    proxy.cut(cut, broker.killer());
    broker.insist("DELETE", &format!("/{id}"), None).await;
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

async fn upgraded(broker: &Broker, proxy: &Proxy, cut: Cut) {
    let id = Uuid::new_v4();
    let mut body = booking_of("mariadb", id);
    body["config"] = json!({"version": "10.11.15", "parameters": {"max_connections": 70}});
    broker.book(id, &body).await;
    let change = json!({"config": {"version": "11.4.9", "parameters": {"max_connections": 77}}});
    proxy.cut(cut, broker.killer());
    broker.insist("PATCH", &format!("/{id}"), Some(&change)).await;
    let status = broker
        .until(id, "the change to be made", |status| {
            status["details"]["engineVersion"] == "11.4.9"
                && status["details"]["ready"] == true
                && status["details"]["state"] == "available"
        })
        .await;
    let password = body["secrets"]["userPassword"].as_str().unwrap();
    let mut user = Session::open(&status, password).await.unwrap();
    let connections = user.ask("select cast(@@max_connections as char)").await;
    assert_eq!(connections, "77", "{cut:?} of {:?}", proxy.calls());
    broker.insist("DELETE", &format!("/{id}"), None).await;
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}
