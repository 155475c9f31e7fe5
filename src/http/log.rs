//! One line per request: method, route, status, duration, service, and what went wrong, once.
//! Never a body, a token or a query string.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing::field::display;

use super::respond::Logged;
use crate::app::App;
use crate::model::ServiceId;
use crate::spans;

/// The service a response is about, where the path does not name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct About(pub(super) ServiceId);

/// Logs a request once it is answered, or once its caller has gone.
pub(super) async fn request(State(app): State<App>, request: Request, next: Next) -> Response {
    let line = Line::of(&request);
    let span = spans::request(line.known_method(), &line.route, request.headers());
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    spans::answered(&span, status, line.service_of(&response));
    app.metrics().request(line.known_method(), &line.route, status, line.begun.elapsed());
    line.answered(&response);
    response
}

/// What is known of a request before it is answered.
struct Line {
    begun: Instant,
    method: Method,
    route: String,
    service: Option<ServiceId>,
    answered: bool,
}

impl Line {
    fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        Self {
            begun: Instant::now(),
            method: request.method().clone(),
            route: route.unwrap_or("(none)").to_owned(),
            service: request.uri().path().split('/').find_map(|part| part.parse().ok()),
            answered: false,
        }
    }

    /// For a label: anyone can invent a method.
    fn known_method(&self) -> &str {
        match self.method.as_str() {
            method @ ("GET" | "POST" | "PATCH" | "PUT" | "DELETE" | "HEAD" | "OPTIONS") => method,
            _ => "other",
        }
    }

    fn duration_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whom it is about, by its path or its answer.
    fn service_of(&self, response: &Response) -> Option<ServiceId> {
        let about = response.extensions().get::<About>().map(|about| about.0);
        self.service.or(about)
    }

    fn answered(mut self, response: &Response) {
        self.answered = true;
        let (method, route, duration_ms) = (&self.method, self.route.as_str(), self.duration_ms());
        let id = self.service_of(response).map(display);
        let error = response.extensions().get::<Logged>().map(|logged| &logged.0);
        let cause = error.and_then(|error| error.chain());
        let error = error.map(display);
        let status = response.status().as_u16();
        // What is not built yet is the caller's to know, not the operator's to mend.
        let alarming = response.status().is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
        if alarming {
            tracing::warn!(%method, route, status, duration_ms, service.id = id, error, cause, "{method} {route} {status}");
        } else if matches!(route.trim_end_matches('/'), "/health" | "/ready" | "/metrics") {
            tracing::debug!(%method, route, status, duration_ms, "{method} {route} {status}");
        } else {
            tracing::info!(%method, route, status, duration_ms, service.id = id, error, cause, "{method} {route} {status}");
        }
    }
}

impl Drop for Line {
    /// A caller that hangs up ends its request, and would leave no trace; work in AWS goes on.
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        let (method, route, duration_ms) = (&self.method, self.route.as_str(), self.duration_ms());
        let id = self.service.map(display);
        tracing::info!(%method, route, duration_ms, service.id = id, "{method} {route}: the caller went away");
    }
}
