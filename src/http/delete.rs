//! `DELETE /{id}`: deletes a service with everything that belongs to it.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::{Scope, read};
use crate::error::Result;

/// `204` once the deletion is durable; repeated and for what never was, too.
pub(super) async fn delete(State(scope): State<Scope>, Path(id): Path<String>) -> Result<StatusCode> {
    let id = read::service_id(&id)?;
    scope.app.delete(scope.provider, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
