//! One line per request: method, route, status, duration, service, and what went wrong, once.
//! Never a body, a token or a query string.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

use super::respond::Logged;
use crate::model::ServiceId;

/// The service a response is about, where the path does not name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct About(pub(super) ServiceId);

/// Logs a request once it is answered.
pub(super) async fn request(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let of_path = request.uri().path().split('/').find_map(|part| part.parse::<ServiceId>().ok());
    let response = next.run(request).await;

    let route = route.as_deref().unwrap_or("(none)");
    let status = response.status();
    let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let id = of_path.or_else(|| response.extensions().get::<About>().map(|about| about.0));
    let id = id.map(tracing::field::display);
    let error = response.extensions().get::<Logged>().map(|logged| &logged.0);
    let cause = error.and_then(|error| error.chain());
    let error = error.map(tracing::field::display);
    let status_code = status.as_u16();
    if status.is_server_error() {
        tracing::warn!(%method, route, status = status_code, duration_ms, service.id = id, error, cause, "{method} {route} {status_code}");
    } else if route == "/health" || route == "/ready" {
        tracing::debug!(%method, route, status = status_code, duration_ms, "{method} {route} {status_code}");
    } else {
        tracing::info!(%method, route, status = status_code, duration_ms, service.id = id, error, cause, "{method} {route} {status_code}");
    }
    response
}
