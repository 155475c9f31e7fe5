//! What `/metrics` tells after real work: everything that an operator was promised, with its labels.

use serde_json::{Value, json};
use uuid::Uuid;

use super::scale::{MINUTE, get, settled};
use super::{booking, metric};
use crate::broker::eventually;
use crate::world::Fault;

/// A metric, labels that it has, and the sum of all that have them.
type Series<'a> = (&'a str, &'a [(&'a str, &'a str)], f64);

#[tokio::test(start_paused = true)]
async fn everything_that_is_promised_is_told_with_its_labels_after_real_work() {
    let (world, ids) = settled(3).await;
    get(&world, &ids).await;
    world.send("GET", "/postgres/nothing/here", &Value::Null).await;
    assert_eq!(world.send("POST", "/postgres", &booking(Uuid::new_v4())).await.status, 201);
    world.state().faults.push(Fault::throttled("ModifyDBInstance", 1));
    let change = json!({"plan": {"parameters": {"storage": 40000}}});
    assert_eq!(world.send("PATCH", &format!("/postgres/{}", ids[0]), &change).await.status, 204);
    let step = |outcome| [("step", "modify"), ("outcome", outcome)];
    eventually("a step that was taken after one that failed", async || {
        metric(&world, "rds_broker_steps_total", &step("taken")).await
    })
    .await;
    let left = metric(&world, "rds_broker_aws_budget_left", &[("aws_service", "rds")]).await;
    assert!(left.unwrap() <= 1.0, "a budget that was halved holds one call: {left:?}");
    tokio::time::sleep(MINUTE / 2).await;
    let told: [Series<'_>; 22] = [
        (
            "rds_broker_http_requests_total",
            &[("method", "POST"), ("route", "/postgres"), ("status", "201")],
            4.0,
        ),
        (
            "rds_broker_http_requests_total",
            &[("method", "PATCH"), ("route", "/postgres/{id}"), ("status", "204")],
            1.0,
        ),
        ("rds_broker_http_requests_total", &[("status", "404")], 1.0),
        (
            "rds_broker_http_request_duration_seconds_count",
            &[("method", "POST"), ("route", "/postgres")],
            4.0,
        ),
        ("rds_broker_http_request_duration_seconds_bucket", &[("method", "POST"), ("le", "+Inf")], 4.0),
        (
            "rds_broker_aws_calls_total",
            &[("aws_service", "rds"), ("operation", "CreateDBInstance"), ("outcome", "ok")],
            4.0,
        ),
        (
            "rds_broker_aws_calls_total",
            &[("aws_service", "secretsmanager"), ("operation", "CreateSecret"), ("outcome", "ok")],
            8.0,
        ),
        ("rds_broker_aws_calls_total", &[("operation", "ModifyDBInstance"), ("outcome", "throttled")], 1.0),
        ("rds_broker_aws_throttles_total", &[("aws_service", "rds")], 1.0),
        ("rds_broker_aws_rate", &[("aws_service", "secretsmanager")], 10_000.0),
        ("rds_broker_aws_budget_left", &[("aws_service", "secretsmanager")], 1000.0),
        ("rds_broker_aws_waiting", &[("aws_service", "rds"), ("lane", "write")], 0.0),
        ("rds_broker_aws_waiting", &[("aws_service", "rds"), ("lane", "read")], 0.0),
        ("rds_broker_aws_waiting", &[("aws_service", "secretsmanager"), ("lane", "write")], 0.0),
        ("rds_broker_aws_waiting", &[("aws_service", "secretsmanager"), ("lane", "read")], 0.0),
        ("rds_broker_snapshot_services", &[], 4.0),
        ("rds_broker_services", &[("provider", "postgres"), ("phase", "available")], 3.0),
        ("rds_broker_services", &[("provider", "postgres"), ("phase", "creating")], 1.0),
        ("rds_broker_steps_total", &step("failed"), 1.0),
        ("rds_broker_steps_total", &step("taken"), 1.0),
        ("rds_broker_waits", &[("reason", "creating")], 1.0),
        ("rds_broker_unknown_statuses_total", &[], 0.0),
    ];
    for (name, labels, value) in told {
        assert_eq!(metric(&world, name, labels).await, Some(value), "{name} {labels:?}");
    }
    let age = metric(&world, "rds_broker_snapshot_age_seconds", &[]).await.unwrap();
    assert!((1.0..=60.0).contains(&age), "{age} s");
    let text = world.call("GET", "/metrics", &[], "").await.text;
    let names = [ids[0].to_string(), "nothing".to_owned()];
    assert!(
        !names.iter().any(|name| text.contains(name)),
        "labels name no service and no path of a caller's\n{text}"
    );
}
