//! Failures to responses: the one table of status codes.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::error::{Error, Kind};

/// Seconds a caller waits where nothing better is known.
const RETRY_AFTER: u64 = 5;

/// A failure as it goes into the line that is logged about the request.
#[derive(Clone, Debug)]
pub(super) struct Logged(pub(super) Arc<Error>);

/// Status and stable code of a class of failures.
fn status(kind: Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::Invalid => (StatusCode::BAD_REQUEST, "invalid"),
        Kind::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        Kind::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
        Kind::Conflict => (StatusCode::CONFLICT, "conflict"),
        Kind::Unsatisfiable => (StatusCode::UNPROCESSABLE_ENTITY, "unsatisfiable"),
        Kind::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
        Kind::NotSupported => (StatusCode::NOT_IMPLEMENTED, "not_supported"),
        Kind::Refused => (StatusCode::BAD_GATEWAY, "aws_refused"),
        Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = status(self.kind());
        let mut body = json!({"error": self.message(), "code": code});
        if self.kind() == Kind::Unauthorized {
            // The contract fixes this body whole.
            body = json!({"error": self.message()});
        }
        if !self.details().is_empty() {
            let field =
                |field: &crate::error::FieldError| json!({"path": field.path, "message": field.message});
            body["details"] = Value::Array(self.details().iter().map(field).collect());
        }
        let mut response = (status, Json(body)).into_response();
        if matches!(self.kind(), Kind::TooManyRequests | Kind::Unavailable) {
            let seconds = self.retry_after().map_or(RETRY_AFTER, whole_seconds);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Logged(Arc::new(self)));
        response
    }
}

/// Rounded up: who comes back a moment too early is refused again.
fn whole_seconds(after: Duration) -> u64 {
    (after.as_secs() + u64::from(after.subsec_nanos() > 0)).max(1)
}

/// A handler that panicked. What it said is logged by the panic hook, and is none of the caller's business.
pub(super) fn panicked(_: Box<dyn Any + Send>) -> Response {
    let body = Json(
        json!({"error": "The broker failed to answer; its operator has to look at the log.", "code": "internal"}),
    );
    (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_come_back_too_early() {
        let cases = [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2), (1900, 2), (60_000, 60)];
        for (millis, seconds) in cases {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds, "{millis} ms");
        }
    }
}
