//! `DELETE /{id}`: deletes a service with everything that belongs to it.

use axum::extract::State;
use axum::http::StatusCode;

use super::Scope;
use super::id::Id;
use crate::error::Result;

/// `204` once the deletion is durable; repeated and for what never was, too.
pub(super) async fn delete(State(scope): State<Scope>, Id(id): Id) -> Result<StatusCode> {
    scope.app.delete(scope.provider, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
