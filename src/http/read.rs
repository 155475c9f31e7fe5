//! `GET /`: all ids, or the status of those asked for.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header::AGE;
use axum::response::{IntoResponse, Response};

use super::{Scope, id};
use crate::error::Result;
use crate::model::ServiceId;

/// Without `id` an array of ids; with one or more, an object from id to status. `Age` says how old
/// the oldest observation in it is, in seconds.
pub(super) async fn read(
    State(scope): State<Scope>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let asked: Vec<String> =
        query.into_iter().filter(|(name, _)| name == "id").map(|(_, value)| value).collect();
    if asked.is_empty() {
        let list = scope.app.list(scope.provider).await?;
        let ids: Vec<String> = list.value.iter().map(ServiceId::to_string).collect();
        return Ok(([(AGE, list.age.as_secs().to_string())], Json(ids)).into_response());
    }
    let statuses = scope.app.statuses(scope.provider, id::all(&asked)?).await?;
    let by_id: std::collections::BTreeMap<String, _> =
        statuses.value.into_iter().map(|(id, status)| (id.to_string(), status)).collect();
    Ok(([(AGE, statuses.age.as_secs().to_string())], Json(by_id)).into_response())
}
