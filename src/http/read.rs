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
    let ids = asked(&uri)?;
    let answer = if ids.is_empty() {
        scope.app.list(scope.provider).await?
    } else {
        scope.app.statuses(scope.provider, ids).await?
    };
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static("application/json")), (AGE, answer.age.as_secs().into())];
    Ok((headers, Body::from(answer.value)).into_response())
}

/// The ids of the query string.
fn asked(uri: &Uri) -> Result<Vec<ServiceId>> {
    let query = uri.query().unwrap_or_default();
    if let Some(ids) = plain(query) {
        return Ok(ids);
    }
    let pairs: Query<Vec<(String, String)>> = Query::try_from_uri(uri)
        .map_err(|error| Error::invalid("The query string cannot be read.").caused_by(error))?;
    let asked: Vec<String> =
        pairs.0.into_iter().filter(|(name, _)| name == "id").map(|(_, value)| value).collect();
    id::all(&asked)
}

/// The ids of a query in the form in which the platform sends them, which needs no decoding; `None` for any other.
fn plain(query: &str) -> Option<Vec<ServiceId>> {
    let length = ServiceId::buffer().len();
    let mut ids = Vec::with_capacity(query.len() / length);
    let mut rest = query;
    while !rest.is_empty() {
        let (id, behind) = rest.strip_prefix("id=")?.split_at_checked(length)?;
        ids.push(id.parse().ok()?);
        rest = if behind.is_empty() { behind } else { behind.strip_prefix('&')? };
    }
    Some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_form_is_told_from_all_others() {
        let id = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
        let count = |query: &str| plain(query).map(|ids| ids.len());
        assert_eq!(count(""), Some(0));
        assert_eq!(count(&format!("id={id}")), Some(1));
        assert_eq!(count(&format!("id={id}&id={id}")), Some(2));
        assert_eq!(count(&format!("id={id}&")), Some(1));
        for other in [
            format!("id={id}&x=1"),
            format!("id={id}0"),
            format!("id={}", &id[1..]),
            format!("id%3D{id}"),
            format!("id={}ä", &id[1..]),
        ] {
            assert_eq!(count(&other), None, "{other}");
        }
    }
}
