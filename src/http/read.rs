//! `GET /`: all ids, or the status of those asked for.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{AGE, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};

use super::{Scope, id};
use crate::error::{Error, Result};
use crate::model::ServiceId;

/// Without `id` an array of ids; with one or more, an object from id to status. `Age` says how old
/// the oldest observation in it is, in seconds.
pub(super) async fn read(State(scope): State<Scope>, uri: Uri) -> Result<Response> {
    let (app, provider, question) = (&scope.app, scope.provider, uri.query().unwrap_or_default());
    let answer = match app.told_before(provider, question) {
        Some(answer) => answer,
        None => match asked(&uri)? {
            ids if ids.is_empty() => app.list(provider).await?,
            ids => app.statuses(provider, ids, question).await?,
        },
    };
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static("application/json")), (AGE, answer.age.as_secs().into())];
    Ok((headers, Body::from(answer.value)).into_response())
}

/// The ids of the query string.
fn asked(uri: &Uri) -> Result<Vec<ServiceId>> {
    let query = uri.query().unwrap_or_default();
    // The form in which the platform sends them needs no decoding.
    let plain = |pair: &str| pair.strip_prefix("id=").and_then(|text| text.parse().ok());
    if let Some(ids) = query.split('&').filter(|pair| !pair.is_empty()).map(plain).collect::<Option<Vec<_>>>()
    {
        return Ok(ids);
    }
    let pairs: Query<Vec<(String, String)>> = Query::try_from_uri(uri)
        .map_err(|error| Error::invalid("The query string cannot be read.").caused_by(error))?;
    let asked: Vec<String> =
        pairs.0.into_iter().filter(|(name, _)| name == "id").map(|(_, value)| value).collect();
    id::all(&asked)
}
