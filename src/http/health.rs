//! Health of the process, and whether it reaches AWS. Need no token.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::App;

/// `200` while the process runs.
pub(super) async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `200` once AWS is observed, else `503` with a sentence that says what is wrong.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, Json<Value>) {
    match app.readiness() {
        Ok(()) => (StatusCode::OK, Json(json!({"status": "ready"}))),
        Err(problem) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "not ready", "error": problem})))
        }
    }
}
