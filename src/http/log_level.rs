//! `PUT /admin/log-level`: what is logged from now on, by this replica, until it ends.

use axum::extract::State;
use axum::http::StatusCode;
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::body::JsonBody;
use crate::app::App;
use crate::error::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// A level, or a filter in tracing's syntax.
    level: String,
}

/// `204` once it is changed.
pub(super) async fn set(State(app): State<App>, body: JsonBody) -> Result<StatusCode> {
    let wanted: Wanted = serde_json::from_slice(body.0.expose_secret())
        .map_err(|error| Error::invalid("The body must be {\"level\": \"debug\"}.").caused_by(error))?;
    app.set_log_level(&wanted.level)?;
    Ok(StatusCode::NO_CONTENT)
}
