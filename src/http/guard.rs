//! Who may ask, how often, and how many at once. Comes before everything but health.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::error::{Error, Kind};

/// Within what every request is answered; the platform gives up after 15 s.
const ANSWER_WITHIN: Duration = Duration::from_secs(12);

/// The tokens with a limit each, and the bound on concurrent work.
pub(super) struct Guard {
    tokens: Vec<(SecretString, DefaultDirectRateLimiter)>,
    places: Semaphore,
}

impl Guard {
    pub(super) fn new(config: &Config) -> Self {
        let quota = Quota::per_second(config.requests_per_second).allow_burst(config.requests_burst);
        let tokens = config.tokens.iter().map(|token| (token.clone(), RateLimiter::direct(quota))).collect();
        let places = config.max_concurrent_requests.min(NonZeroU32::MAX);
        Self {
            tokens,
            places: Semaphore::new(usize::try_from(places.get()).unwrap_or(Semaphore::MAX_PERMITS)),
        }
    }

    /// The limit of the token that was sent. All tokens are compared, each in constant time, so
    /// that the time tells nothing.
    fn limit(&self, headers: &HeaderMap) -> Option<&DefaultDirectRateLimiter> {
        let sent = sent_token(headers)?;
        let mut found = None;
        for (token, limit) in &self.tokens {
            if bool::from(token.expose_secret().as_bytes().ct_eq(sent)) {
                found = Some(limit);
            }
        }
        found
    }
}

fn sent_token(headers: &HeaderMap) -> Option<&[u8]> {
    let authorization = headers.get(AUTHORIZATION).map(axum::http::HeaderValue::as_bytes);
    let sent = match authorization {
        Some(value) => match value.split_at_checked(7) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token.trim_ascii(),
            _ => value.trim_ascii(),
        },
        None => headers.get("x-api-key")?.as_bytes().trim_ascii(),
    };
    Some(sent)
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
