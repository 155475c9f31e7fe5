//! Health of the process, whether it reaches AWS, and metrics. Need no token.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use crate::app::App;

/// `200` while the process runs.
pub(super) async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `200` while requests are answered, else `503` with a sentence that says why not. While AWS throttles or fails what is
/// known is still told, so that is a warning until it is too old.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, Json<Value>) {
    match app.readiness() {
        Ok(None) => (StatusCode::OK, Json(json!({"status": "ready"}))),
        Ok(Some(warning)) => (StatusCode::OK, Json(json!({"status": "ready", "warning": warning}))),
        Err(problem) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "not ready", "error": problem})))
        }
    }
}

/// What was counted, and how everything stands, as Prometheus reads it.
pub(super) async fn metrics(State(app): State<App>) -> ([(HeaderName, &'static str); 1], String) {
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, format)], app.metrics_text())
}
