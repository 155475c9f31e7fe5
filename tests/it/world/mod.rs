//! An AWS in memory behind the real SDK clients: one value that tests look into and break.
//!
//! Only what the broker calls exists: any other call panics. Instances stay `creating` until a test
//! says otherwise, so that no database is ever asked.

mod rds;
mod secrets;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_smithy_types::error::ErrorMetadata;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use rds_broker::app::App;
use rds_broker::aws::{Aws, Budget};
use rds_broker::config::Config;
use rds_broker::metrics::Metrics;
use rds_broker::model::Catalog;
use serde_json::Value;
use tokio::time::Instant;
use tower::ServiceExt;

pub(crate) const TOKEN: &str = "world-token";
pub(crate) const BROKER: &str = "codesphere";
const PLENTY: Budget = Budget { per_second: 10_000.0, burst: NonZeroU32::new(1000).unwrap() };

/// One DB instance, as far as tests care.
#[derive(Clone, Debug, Default)]
pub(crate) struct Instance {
    pub(crate) status: String,
    pub(crate) class: String,
    pub(crate) version: String,
    pub(crate) storage: i32,
    pub(crate) tags: BTreeMap<String, String>,
}

/// Everything AWS knows, and how it misbehaves.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) instances: BTreeMap<String, Instance>,
    /// ARN to versions to values.
    pub(crate) secrets: BTreeMap<String, BTreeMap<String, String>>,
    /// Names of the calls that were made.
    pub(crate) calls: Vec<String>,
    /// What each describe has asked for by name; nothing for a page of everything.
    pub(crate) asked: Vec<Vec<String>>,
    /// Operation to wire code: each call of it fails so.
    pub(crate) failing: BTreeMap<String, String>,
    /// Some calls of an operation fail.
    pub(crate) faults: Vec<Fault>,
    /// How many calls RDS takes.
    pub(crate) limit: Option<Limit>,
}

/// How many DescribeDBInstances an account takes: one a second on average and two at once, and none while others use it up.
#[derive(Debug)]
pub(crate) struct Limit {
    begun: Instant,
    tokens: f64,
    filled: Instant,
}

impl Limit {
    /// One of which others use up all for ten seconds of every forty-five.
    pub(crate) fn shared() -> Self {
        Self { begun: Instant::now(), tokens: 2.0, filled: Instant::now() }
    }

    /// Whether one more call is taken.
    fn take(&mut self) -> bool {
        self.tokens = (self.tokens + self.filled.elapsed().as_secs_f64()).min(2.0);
        self.filled = Instant::now();
        if self.begun.elapsed().as_secs() % 45 < 10 {
            self.tokens = 0.0;
        }
        let is_taken = self.tokens >= 1.0;
        self.tokens -= f64::from(u8::from(is_taken));
        is_taken
    }
}

/// Some calls of one operation that fail.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) operation: &'static str,
    /// Only those that name this.
    pub(crate) about: Option<String>,
    pub(crate) code: &'static str,
    /// How many go well before.
    pub(crate) after: u32,
    /// How many fail then.
    pub(crate) times: u32,
}

impl Fault {
    /// The next calls of an operation are throttled, so many of them.
    pub(crate) fn throttled(operation: &'static str, times: u32) -> Self {
        Self { operation, about: None, code: "Throttling", after: 0, times }
    }

    /// How a call is to fail, if it is.
    fn strikes(&mut self, operation: &str, about: &[String]) -> Option<&'static str> {
        let is_meant = self.operation == operation
            && self.about.as_ref().is_none_or(|one| about.contains(one))
            && self.times > 0;
        if !is_meant {
            return None;
        }
        if self.after > 0 {
            self.after -= 1;
            return None;
        }
        self.times -= 1;
        Some(self.code)
    }
}

impl State {
    /// Counts a call, and says how it is to fail.
    fn enter(&mut self, operation: &str) -> Result<(), ErrorMetadata> {
        self.enter_about(operation, &[])
    }

    /// The same for a call that names these.
    fn enter_about(&mut self, operation: &str, about: &[String]) -> Result<(), ErrorMetadata> {
        self.calls.push(operation.to_owned());
        let always = self.failing.get(operation).or_else(|| self.failing.get("*")).cloned();
        let struck = self.faults.iter_mut().find_map(|fault| fault.strikes(operation, about));
        let is_over =
            operation == "DescribeDBInstances" && self.limit.as_mut().is_some_and(|limit| !limit.take());
        let struck = struck.or(is_over.then_some("Throttling"));
        match always.or_else(|| struck.map(str::to_owned)) {
            Some(code) => {
                Err(failure(&code, "In account 123456789012: arn:aws:rds:eu-central-1:123456789012:db:x"))
            }
            None => Ok(()),
        }
    }
}

fn failure(code: &str, message: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message(message).build()
}

/// A world with a broker in it.
#[derive(Clone)]
pub(crate) struct World {
    state: Arc<Mutex<State>>,
    pub(crate) app: App,
    pub(crate) router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {:?}", self.text))
    }
}

impl World {
    /// A broker that has observed this world once.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        Self::unobserved(settings).observed().await
    }

    /// The same broker, once it has observed this world.
    pub(crate) async fn observed(self) -> Self {
        crate::broker::eventually("the first observation", async || {
            (self.call("GET", "/ready", &[], "").await.status == 200).then_some(())
        })
        .await;
        self.state().calls.clear();
        self
    }

    /// A broker that may not have observed anything yet.
    pub(crate) fn unobserved(settings: &[(&str, &str)]) -> Self {
        Self::within(settings, PLENTY)
    }

    /// The same with budgets that have an end: calls per second, and at once.
    pub(crate) fn paced(settings: &[(&str, &str)], per_second: f64, burst: u32) -> Self {
        Self::within(settings, Budget { per_second, burst: NonZeroU32::new(burst).unwrap() })
    }

    /// Another broker over the same AWS, which has observed it once.
    pub(crate) async fn replica(&self, settings: &[(&str, &str)]) -> Self {
        Self::over(Arc::clone(&self.state), settings, PLENTY).observed().await
    }

    fn within(settings: &[(&str, &str)], budget: Budget) -> Self {
        Self::over(Arc::default(), settings, budget)
    }

    fn over(state: Arc<Mutex<State>>, settings: &[(&str, &str)], budget: Budget) -> Self {
        let mut all = BTreeMap::from([
            ("BROKER_TOKENS", "world-token,second-token"),
            ("BROKER_REFRESH_ACTIVE_SECONDS", "3600"),
            ("BROKER_REFRESH_SETTLED_SECONDS", "3600"),
            ("BROKER_STALE_LIMIT_SECONDS", "7200"),
        ]);
        all.extend(settings.iter().copied());
        let config = Config::parse(|name| all.get(name).map(|value| (*value).to_owned()), []).unwrap();
        let metrics = Arc::new(Metrics::default());
        let clients = (rds::client(&state), secrets::client(&state));
        let aws = Aws::with_clients(clients.0, clients.1, budget, budget, Arc::clone(&metrics));
        let ca = rds_broker::sql::RDS_CA_BUNDLE;
        let app = App::with_aws(config, Catalog::builtin(), ca, aws, metrics).unwrap();
        Self { state, router: rds_broker::http::router(app.clone()), app }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Makes every call of an operation (or of all, `*`) fail with a wire code; none heals.
    pub(crate) fn fail(&self, operation: &str, code: Option<&str>) {
        let mut state = self.state();
        match code {
            Some(code) => state.failing.insert(operation.to_owned(), code.to_owned()),
            None => state.failing.remove(operation),
        };
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        call(&self.router, method, path, headers, body).await
    }

    /// Ends the creation of a service: available, with passwords that work, and nothing left to do.
    pub(crate) fn settle(&self, id: uuid::Uuid) {
        let mut state = self.state();
        let identifier = format!("{BROKER}-{id}");
        let instance = state.instances.get_mut(&identifier).unwrap();
        instance.status = "available".into();
        let resource_id = rds::resource_id(&identifier);
        for which in ["superuser", "user"] {
            let version = instance.tags[&format!("codesphere:secret/{which}")].clone();
            instance.tags.insert(format!("codesphere:applied/{which}"), format!("{version}@{resource_id}"));
        }
        let wish = instance.tags["codesphere:wish"].clone();
        instance.tags.insert("codesphere:done".into(), wish);
    }

    /// With the token, as JSON.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("authorization", TOKEN), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.call(method, path, &headers, &body).await
    }
}

pub(crate) async fn call(
    router: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}
