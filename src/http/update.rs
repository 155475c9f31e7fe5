//! `PATCH /{id}`: changes a service.

use axum::extract::State;
use axum::http::StatusCode;
use secrecy::ExposeSecret;

use super::Scope;
use super::body::JsonBody;
use super::id::Id;
use crate::contract;
use crate::error::Result;

/// `204` once the wish is durable.
pub(super) async fn update(State(scope): State<Scope>, Id(id): Id, body: JsonBody) -> Result<StatusCode> {
    let request = contract::update(scope.provider, id, body.0.expose_secret())?;
    scope.app.update(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
