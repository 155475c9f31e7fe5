//! What a trace holds: a span per request, per step of a worker and per AWS call. Never a body, a message of AWS's or a
//! password. They go to a collector of traces alone and are never logged; without one they cost nothing.
//!
//! Names of fields are those of OpenTelemetry's semantic conventions (HTTP, RPC), where it has any.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::field::{Empty, display};
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// By what they are told from what is logged.
pub const TARGET: &str = "rds_broker::spans";

/// A request that is answered. It goes on with the caller's trace, where the headers name one (W3C Trace Context).
#[must_use]
pub fn request(method: &str, route: &str, headers: &HeaderMap) -> Span {
    let span = info_span!(
        target: TARGET, "request", otel.name = %format_args!("{method} {route}"), otel.kind = "server",
        http.request.method = method, http.route = route, http.response.status_code = Empty, service.id = Empty,
        otel.status_code = Empty,
    );
    if !span.is_disabled() {
        let callers = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // Only a span that is not recorded cannot have a parent.
        drop(span.set_parent(callers));
    }
    span
}

/// How a request was answered, and about which service it was.
pub fn answered(span: &Span, status: u16, service: Option<impl fmt::Display>) {
    span.record("http.response.status_code", status);
    if let Some(id) = service {
        span.record("service.id", display(id));
    }
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// A step of the worker of a service.
#[must_use]
pub fn step(kind: &'static str, service: impl fmt::Display) -> Span {
    info_span!(
        target: TARGET, parent: None, "step", otel.name = %format_args!("step {kind}"), step = kind,
        service.id = %service, outcome = Empty, otel.status_code = Empty,
    )
}

/// An AWS call, without the wait for its turn.
#[must_use]
pub fn aws_call(service: &'static str, operation: &'static str, waited: Duration) -> Span {
    info_span!(
        target: TARGET, "aws call", otel.name = %format_args!("{service} {operation}"), otel.kind = "client",
        rpc.system = "aws-api", rpc.service = service, rpc.method = operation, outcome = Empty,
        budget.waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX), otel.status_code = Empty,
    )
}

/// How a step or a call ended: by a word, never by a message.
pub fn ended(span: &Span, outcome: &'static str, well: bool) {
    span.record("outcome", outcome);
    if !well {
        span.record("otel.status_code", "ERROR");
    }
}
