//! Who may ask, how often, and how many at once. Comes before everything but health.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::DefaultDirectRateLimiter;
use governor::clock::{Clock, DefaultClock};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use crate::app::App;
use crate::error::{Error, Kind};

/// Within what every request is answered; the platform gives up after 15 s.
const ANSWER_WITHIN: Duration = Duration::from_secs(12);

/// The tokens with a limit each, and the bound on concurrent work.
pub(super) struct Guard {
    app: App,
    places: Semaphore,
}

impl Guard {
    pub(super) fn new(app: App) -> Self {
        let most = app.config().max_concurrent_requests.get();
        let places = Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS));
        Self { app, places }
    }

    /// The limit of the token that was sent. All tokens are compared, each in constant time, so
    /// that the time tells nothing.
    fn limit(&self, headers: &HeaderMap) -> Option<Arc<DefaultDirectRateLimiter>> {
        let tokens = self.app.tokens().current();
        let mut found = None;
        for sent in sent_tokens(headers) {
            for token in tokens.iter() {
                if bool::from(token.value.expose_secret().as_bytes().ct_eq(sent)) {
                    found = Some(Arc::clone(&token.limit));
                }
            }
        }
        found
    }
}

/// What was sent in either header: one that a proxy put there must not hide the other.
fn sent_tokens(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let authorization = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let authorization = authorization.map(|value| match value.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token.trim_ascii(),
        _ => value.trim_ascii(),
    });
    let key = headers.get("x-api-key").map(|value| value.as_bytes().trim_ascii());
    authorization.into_iter().chain(key)
}

/// Lets a request through, or answers it at once.
pub(super) async fn admit(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let Some(limit) = guard.limit(request.headers()) else {
        return Error::new(Kind::Unauthorized, "unauthorized").into_response();
    };
    if let Err(until) = limit.check() {
        let after = until.wait_time_from(DefaultClock::default().now());
        return Error::new(Kind::TooManyRequests, "This token sends too many requests; slow down.")
            .retry_after_of(after)
            .into_response();
    }
    let Ok(_place) = guard.places.try_acquire() else {
        return Error::new(Kind::TooManyRequests, "Too many requests are being worked on; try again.")
            .retry_after_of(Duration::from_secs(1))
            .into_response();
    };
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            Error::unavailable("The request took too long; send it again.", Duration::from_secs(2))
                .into_response()
        }
    }
}
