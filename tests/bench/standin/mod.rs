//! A lean stand-in for AWS that speaks the wire of RDS and of Secrets Manager: only what the broker calls, and fast
//! enough that it is never what is measured. It counts every call, and answers what is too much as AWS does.

pub(crate) mod calls;
pub(crate) mod fleet;
pub(crate) mod limit;
mod rds;
mod secrets;

use std::collections::{BTreeMap, HashMap};
use std::future::IntoFuture;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use calls::Calls;
use fleet::{Described, Fleet};
use limit::Limit;

/// The token that the broker is given, and sent.
pub(crate) const TOKEN: &str = "bench-token";

/// How this AWS behaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    /// How long every answer takes.
    pub(crate) latency: Duration,
    /// Calls that each service takes; all where `None`.
    pub(crate) limit: Option<Limit>,
    /// Whether `AllocatedStorage` tells when the answer was made, so that its true age can be told from a status document.
    pub(crate) tells_the_moment: bool,
}

/// A running stand-in. Clones are the same one.
#[derive(Clone)]
pub(crate) struct StandIn {
    aws: Arc<Aws>,
    url: String,
}

struct Aws {
    behaviour: Behaviour,
    fleet: Arc<Fleet>,
    begun: Instant,
    limits: [Mutex<Option<limit::Bucket>>; 2],
    calls: Mutex<Calls>,
    made: Mutex<Made>,
}

/// What came into being by calls.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Instances by identifier.
    pub(crate) instances: BTreeMap<String, Described>,
    /// Creates of a name that was taken already.
    pub(crate) double_creates: usize,
    /// Values of secrets, by ARN.
    pub(crate) secrets: HashMap<String, String>,
}

#[derive(Clone, Copy, Debug)]
enum Service {
    Rds,
    Secrets,
}

impl StandIn {
    /// Starts one over a fleet.
    pub(crate) async fn start(fleet: Arc<Fleet>, behaviour: Behaviour) -> anyhow::Result<Self> {
        let listener =
            tokio::net::TcpListener::bind("127.0.0.1:0").await.context("no port for the stand-in")?;
        let url = format!("http://{}", listener.local_addr()?);
        let limit = || Mutex::new(behaviour.limit.map(limit::Bucket::new));
        let (calls, made) = Default::default();
        let limits = [limit(), limit()];
        let aws = Arc::new(Aws { limits, behaviour, fleet, begun: Instant::now(), calls, made });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&aws));
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(Self { aws, url })
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The calls so far.
    pub(crate) fn calls(&self) -> MutexGuard<'_, Calls> {
        lock(&self.aws.calls)
    }

    /// What was made so far.
    pub(crate) fn made(&self) -> MutexGuard<'_, Made> {
        lock(&self.aws.made)
    }

    /// From now on each service takes only so many calls.
    pub(crate) fn throttle(&self, limit: Limit) {
        for bucket in &self.aws.limits {
            *lock(bucket) = Some(limit::Bucket::new(limit));
        }
    }

    /// How old the answer was at a moment in which this `AllocatedStorage` stood.
    pub(crate) fn age_of(&self, allocated_storage: u32, at: Instant) -> Duration {
        at.saturating_duration_since(self.aws.begun + fleet::since_start(allocated_storage))
    }
}

async fn answer(State(aws): State<Arc<Aws>>, headers: HeaderMap, body: Bytes) -> Response {
    let arrived = Instant::now();
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let (service, parameters) = match target {
        Some(_) => (Service::Secrets, Vec::new()),
        None => (Service::Rds, form_urlencoded::parse(&body).into_owned().collect()),
    };
    let operation = match target {
        Some(target) => target.rsplit('.').next().unwrap_or_default().to_owned(),
        None => rds::parameter(&parameters, "Action").unwrap_or_default().to_owned(),
    };
    tokio::time::sleep(aws.behaviour.latency).await;
    let taken = lock(&aws.limits[service as usize]).as_mut().is_none_or(|bucket| bucket.take(arrived));
    lock(&aws.calls).note(arrived, &operation, rds::asks(&parameters), taken);
    match service {
        Service::Rds if !taken => rds::refused("Throttling", "Rate exceeded"),
        Service::Rds => rds::answer(&aws, &operation, &parameters),
        Service::Secrets if !taken => secrets::refused("ThrottlingException", "Rate exceeded"),
        Service::Secrets => secrets::answer(&aws, &operation, &body),
    }
}

fn document(status: StatusCode, content_type: &'static str, body: String) -> Response {
    (status, [("content-type", content_type)], body).into_response()
}

/// Whoever panicked with it, every value here is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
