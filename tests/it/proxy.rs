//! A proxy between a broker and the local AWS that kills the broker at a chosen call, or tells it otherwise how things are.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::lab::lab;

/// Where the broker dies: counted over the calls that write, or read a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before the n-th call reaches AWS.
    Before(usize),
    /// After AWS has carried out the n-th call, before its answer arrives.
    After(usize),
}

type Killer = Box<dyn Fn() + Send + Sync>;

#[derive(Default)]
struct Plan {
    cut: Option<(Cut, Killer)>,
    calls: Vec<String>,
    /// What ModifyDBInstance was sent.
    modifications: Vec<String>,
    failing: bool,
    /// Whether all instances are years old.
    old: bool,
    /// What answers say, and what stands there instead.
    instead: Vec<(String, String)>,
    /// The operation that gets no answer.
    lost: Option<&'static str>,
}

/// The proxy and what has gone through it since the last cut was set.
#[derive(Clone, Default)]
pub(crate) struct Proxy {
    plan: Arc<Mutex<Plan>>,
    http: reqwest::Client,
}

impl Proxy {
    /// Starts a proxy; its URL.
    pub(crate) async fn start() -> (Self, String) {
        let proxy = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(forward).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (proxy, url)
    }

    /// From now on counts anew, and cuts once.
    pub(crate) fn cut(&self, cut: Cut, kill: impl Fn() + Send + Sync + 'static) {
        *self.plan.lock().unwrap() = Plan { cut: Some((cut, Box::new(kill))), ..Plan::default() };
    }

    /// Fails every call, or stops doing so: AWS as it is when it is down.
    pub(crate) fn fail(&self, failing: bool) {
        self.plan.lock().unwrap().failing = failing;
    }

    /// From now on shows every instance as one that was made years ago.
    pub(crate) fn age_instances(&self) {
        self.plan.lock().unwrap().old = true;
    }

    /// From now on every answer says one thing instead of another, and nothing else is told otherwise.
    pub(crate) fn tell(&self, instead: &[(&str, &str)]) {
        let instead = instead.iter().map(|(text, other)| ((*text).to_owned(), (*other).to_owned()));
        self.plan.lock().unwrap().instead = instead.collect();
    }

    /// From now on this operation fails: no way leads to its service.
    pub(crate) fn lose(&self, operation: &'static str) {
        self.plan.lock().unwrap().lost = Some(operation);
    }

    /// Whether the cut was made.
    pub(crate) fn has_cut(&self) -> bool {
        self.plan.lock().unwrap().cut.is_none()
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.plan.lock().unwrap().calls.clone()
    }

    /// The classes that RDS was asked to change an instance to, in order.
    pub(crate) fn classes_asked_for(&self) -> Vec<String> {
        let plan = self.plan.lock().unwrap();
        let pairs = plan.modifications.iter().flat_map(|body| body.split('&'));
        pairs.filter_map(|pair| pair.strip_prefix("DBInstanceClass=")).map(str::to_owned).collect()
    }

    /// Counts a call; the killer if it is to die now.
    fn due(&self, operation: &str, before: bool) -> Option<Killer> {
        let mut plan = self.plan.lock().unwrap();
        if before {
            plan.calls.push(operation.to_owned());
        }
        let count = plan.calls.len();
        let now = if before { Cut::Before(count) } else { Cut::After(count) };
        let due = plan.cut.as_ref().is_some_and(|(cut, _)| *cut == now);
        due.then(|| plan.cut.take()).flatten().map(|(_, kill)| kill)
    }
}

/// Calls that change something or hand out a password; observations are not counted, since their
/// number depends on time.
fn counted(operation: &str) -> bool {
    !operation.starts_with("Describe") && !operation.starts_with("List")
}

fn operation(target: Option<&str>, body: &[u8]) -> String {
    if let Some(target) = target {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    let text = String::from_utf8_lossy(body);
    let action = text.split('&').find_map(|pair| pair.strip_prefix("Action="));
    action.unwrap_or_default().to_owned()
}

async fn forward(State(proxy): State<Proxy>, request: Request) -> Response {
    if proxy.plan.lock().unwrap().failing {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = operation(target, &body);
    if operation == "ModifyDBInstance" {
        proxy.plan.lock().unwrap().modifications.push(String::from_utf8_lossy(&body).into_owned());
    }
    if proxy.plan.lock().unwrap().lost == Some(operation.as_str()) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    if counted(&operation)
        && let Some(kill) = proxy.due(&operation, true)
    {
        kill();
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let url = format!("{}{}", lab().endpoint, parts.uri);
    let mut onward = proxy.http.request(parts.method, url).body(body);
    for (name, value) in &parts.headers {
        if name != "host" && name != "content-length" {
            onward = onward.header(name, value);
        }
    }
    let Ok(answer) = onward.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let status = answer.status();
    let kind = answer.headers().get("content-type").cloned();
    let bytes = answer.bytes().await.unwrap_or_default();
    if counted(&operation)
        && let Some(kill) = proxy.due(&operation, false)
    {
        kill();
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let (old, instead) = {
        let plan = proxy.plan.lock().unwrap();
        (plan.old, plan.instead.clone())
    };
    let bytes = if old { aged(&bytes) } else { bytes };
    let mut response =
        (status, if instead.is_empty() { bytes } else { told(&bytes, &instead) }).into_response();
    if let Some(kind) = kind {
        response.headers_mut().insert("content-type", kind);
    }
    response
}

fn told(answer: &Bytes, instead: &[(String, String)]) -> Bytes {
    let mut text = String::from_utf8_lossy(answer).into_owned();
    for (said, other) in instead {
        text = text.replace(said, other);
    }
    text.into()
}

/// An answer of RDS's in which instances were made years ago.
fn aged(answer: &Bytes) -> Bytes {
    let tag = "<InstanceCreateTime>";
    let text = String::from_utf8_lossy(answer);
    let mut parts = text.split(tag);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once('<').unwrap();
        out.push_str(&format!("{tag}2020-01-01T00:00:00Z<{rest}"));
    }
    out.into()
}
