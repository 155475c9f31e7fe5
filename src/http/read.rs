//! `GET /`: all ids, or the status of those asked for.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{AGE, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, Bytes, BytesMut};

use super::{Scope, id};
use crate::error::{Error, Result};
use crate::model::ServiceId;

/// Longest text of a service id, with its quotes and colon.
const KEY_LENGTH: usize = 39;

/// Without `id` an array of ids; with one or more, an object from id to status. `Age` says how old
/// the oldest observation in it is, in seconds.
pub(super) async fn read(State(scope): State<Scope>, uri: Uri) -> Result<Response> {
    let ids = asked(&uri)?;
    let (body, age) = if ids.is_empty() {
        let list = scope.app.list(scope.provider).await?;
        (list.value, list.age)
    } else {
        let statuses = scope.app.statuses(scope.provider, ids).await?;
        (object(&statuses.value), statuses.age)
    };
    let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/json")), (AGE, age.as_secs().into())];
    Ok((headers, Body::from(body)).into_response())
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

/// Documents put together to one object, in one buffer of the right size.
fn object(documents: &[(ServiceId, Bytes)]) -> Bytes {
    let size = documents.iter().map(|(_, document)| document.len() + KEY_LENGTH + 1).sum::<usize>() + 2;
    let mut body = BytesMut::with_capacity(size);
    let mut separator = b'{';
    for (id, document) in documents {
        body.put_u8(separator);
        body.put_u8(b'"');
        body.put_slice(id.text(&mut ServiceId::buffer()).as_bytes());
        body.put_slice(b"\":");
        body.put_slice(document);
        separator = b',';
    }
    if documents.is_empty() {
        body.put_u8(b'{');
    }
    body.put_u8(b'}');
    body.freeze()
}
