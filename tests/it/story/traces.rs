//! Traces: a collector is told of requests, steps and AWS calls, and of nothing that is secret.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Attribute;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use uuid::Uuid;

use crate::broker::{Broker, TOKEN, booking, eventually, unique_name};
use crate::lab::http;

/// Spans as they arrive, and the bytes they came in.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    /// One that listens, and where.
    async fn start() -> (Self, String) {
        let collector = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collector, url)
    }

    /// The first span that is as wanted.
    async fn span(&self, what: &str, wanted: impl Fn(&Span) -> bool) -> Span {
        eventually(what, async || self.spans.lock().unwrap().iter().find(|span| wanted(span)).cloned()).await
    }
}

async fn take(State(collector): State<Collector>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body.clone()).unwrap();
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    collector.spans.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
    collector.bytes.lock().unwrap().extend(body);
}

fn attributes(span: &Span) -> BTreeMap<&str, String> {
    let text = |value: &Attribute| match value {
        Attribute::StringValue(text) => text.clone(),
        Attribute::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let value = |pair: &opentelemetry_proto::tonic::common::v1::KeyValue| {
        pair.value.as_ref().and_then(|any| any.value.as_ref()).map(text).unwrap_or_default()
    };
    span.attributes.iter().map(|pair| (pair.key.as_str(), value(pair))).collect()
}

#[tokio::test]
async fn a_booking_is_one_trace_with_its_calls_and_the_steps_that_follow_name_the_service() {
    let (collector, url) = Collector::start().await;
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        // What is logged has nothing to do with what is traced.
        ("BROKER_LOG_LEVEL", "off,rds_broker::cli=info"),
    ];
    let broker = Broker::start_with(&unique_name(), &settings).await;
    let id = Uuid::new_v4();
    let body = booking(id);
    let callers = "4bf92f3577b34da6a3ce929d0e0e4736";
    let answer = http()
        .post(format!("{}/postgres", broker.url()))
        .bearer_auth(TOKEN)
        .header("traceparent", format!("00-{callers}-00f067aa0ba902b7-01"))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);

    let request = collector.span("the request", |span| span.name == "POST /postgres").await;
    let told = attributes(&request);
    assert_eq!(told["http.response.status_code"], "201");
    assert_eq!(told["service.id"], id.to_string());
    assert_eq!(hex(&request.trace_id), callers, "the caller's trace goes on");
    let create = collector.span("the call", |span| span.name == "rds CreateDBInstance").await;
    assert_eq!((&create.trace_id, &create.parent_span_id), (&request.trace_id, &request.span_id));
    assert_eq!(attributes(&create)["outcome"], "ok");

    broker.until_settled(id).await;
    let step = collector.span("a step", |span| span.name == "step set-up-user").await;
    assert_eq!(attributes(&step)["service.id"], id.to_string());
    assert_ne!(step.trace_id, request.trace_id, "the worker's life is not the request's");
    let read =
        collector.span("a password to be read", |span| span.name == "secretsmanager GetSecretValue").await;
    let parent = collector.span("the step that reads it", |span| span.span_id == read.parent_span_id).await;
    assert!(parent.name.starts_with("step "), "{}", parent.name);

    assert_eq!(broker.terminate().await, Some(0));
    let all = collector.bytes.lock().unwrap();
    let sent = String::from_utf8_lossy(&all);
    assert!(!sent.contains("pw-") && !sent.contains(TOKEN), "a secret in a trace");
    assert!(!sent.contains("arn:aws"), "an ARN in a trace");
}

#[tokio::test]
async fn a_collector_that_is_not_there_holds_up_nobody() {
    let nowhere = format!("http://127.0.0.1:{}", crate::lab::free_port());
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", nowhere.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "100")];
    let broker = Broker::start_with(&unique_name(), &settings).await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    assert_eq!(broker.terminate().await, Some(0));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
