//! `PATCH /{id}`: changes a service.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use secrecy::ExposeSecret;

use super::body::JsonBody;
use super::{Scope, read};
use crate::contract;
use crate::error::Result;

/// `204` once the wish is durable.
pub(super) async fn update(
    State(scope): State<Scope>,
    Path(id): Path<String>,
    body: JsonBody,
) -> Result<StatusCode> {
    let id = read::service_id(&id)?;
    let request = contract::update(scope.provider, id, body.0.expose_secret())?;
    scope.app.update(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
