//! The control plane: asks for everything, again and again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use rds_broker::model::ServiceId;
use reqwest::Client;
use serde::Deserialize;

use crate::broker::Broker;
use crate::standin::{StandIn, TOKEN, calls::Asks};

/// How often the control plane asks.
pub(crate) const EVERY: Duration = Duration::from_secs(10);
/// As many ids as fit into one request, roughly.
pub(crate) const IDS_AT_ONCE: usize = 1000;
/// For so long nobody must have asked AWS for a page, until the broker's start counts as over.
const CALM: Duration = Duration::from_secs(3);
/// Within what anything is waited for.
const DEADLINE: Duration = Duration::from_secs(400);

/// One who asks. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Platform {
    client: Client,
    url: Arc<str>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// What `Age` says, in seconds.
    pub(crate) age: Option<u64>,
    /// What `Retry-After` says, in seconds.
    pub(crate) retry_after: Option<u64>,
    /// When the answer began to arrive.
    pub(crate) at: Instant,
    pub(crate) body: Bytes,
}

/// The little of a status document that is looked at.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    pub(crate) details: Details,
}

/// See [`Document`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    pub(crate) ready: bool,
    pub(crate) allocated_storage: u32,
}

impl Answer {
    /// The documents by id.
    pub(crate) fn documents(&self) -> anyhow::Result<HashMap<String, Document>> {
        serde_json::from_slice(&self.body).context("an answer that is no map of documents")
    }

    /// The ids of a list.
    pub(crate) fn listed(&self) -> anyhow::Result<Vec<String>> {
        serde_json::from_slice(&self.body).context("an answer that is no list of ids")
    }
}

impl Platform {
    pub(crate) fn of(broker: &Broker) -> anyhow::Result<Self> {
        Ok(Self { client: Client::builder().no_proxy().build()?, url: broker.url.as_str().into() })
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(self.client.get(format!("{}{path}", self.url))).await
    }

    /// POST of JSON.
    pub(crate) async fn post(&self, path: &str, body: String) -> anyhow::Result<Answer> {
        let request =
            self.client.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        self.send(request.body(body)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Answer> {
        let response = request.bearer_auth(TOKEN).send().await?;
        let at = Instant::now();
        let seconds = |name: &str| response.headers().get(name)?.to_str().ok()?.parse().ok();
        let (age, retry_after) = (seconds("age"), seconds("retry-after"));
        Ok(Answer { status: response.status().as_u16(), age, retry_after, at, body: response.bytes().await? })
    }

    /// Waits until the list names so many services, and returns how long that took since the start of the broker.
    pub(crate) async fn until_listed(&self, broker: &Broker, count: usize) -> anyhow::Result<Duration> {
        until("the first answer", async || {
            let answer = self.get("/postgres").await?;
            let listed = if answer.status == 200 { answer.listed()?.len() } else { 0 };
            Ok((listed == count).then(|| broker.started.elapsed()))
        })
        .await
    }
}

/// The requests that ask for all of these, with as many ids as fit into one.
pub(crate) fn paths(ids: &[ServiceId], at_once: usize) -> Vec<String> {
    let query = |ids: &[ServiceId]| ids.iter().map(|id| format!("id={id}")).collect::<Vec<_>>().join("&");
    ids.chunks(at_once).map(|ids| format!("/postgres?{}", query(ids))).collect()
}

/// So many callers, each of whom asks for everything every ten seconds, evenly spread, until dropped. `seen` is told the
/// number of each request and its answer.
pub(crate) async fn poll(
    platform: &Platform,
    paths: &[String],
    callers: u32,
    seen: impl Fn(usize, Answer) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    let caller = async |number: u32| -> anyhow::Result<()> {
        let mut next = begun + EVERY * number / callers;
        loop {
            tokio::time::sleep_until(next.into()).await;
            for (at, path) in paths.iter().enumerate() {
                seen(at, platform.get(path).await?)?;
            }
            next += EVERY;
        }
    };
    futures_util::future::try_join_all((0..callers).map(caller)).await.map(drop)
}

/// Polls for as long as something else lasts.
pub(crate) async fn while_polled<T>(
    polling: impl Future<Output = anyhow::Result<()>>,
    other: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::select! {
        ended = polling => {
            ended?;
            anyhow::bail!("the polling ended by itself")
        }
        ended = other => ended,
    }
}

/// Waits until the broker's start is over: it has gone through everything, also for the sweep of what belongs to nobody.
pub(crate) async fn until_calm(aws: &StandIn) -> anyhow::Result<()> {
    until("the start to be over", async || {
        let last =
            aws.calls().describes().iter().rev().find(|call| call.asks != Asks::Named).map(|call| call.at);
        Ok(last.is_some_and(|at| at.elapsed() > CALM).then_some(()))
    })
    .await
}

/// Asks again and again until there is something.
pub(crate) async fn until<T>(
    what: &str,
    ask: impl AsyncFn() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let begun = Instant::now();
    while begun.elapsed() < DEADLINE {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("waited {DEADLINE:?} for {what}")
}
