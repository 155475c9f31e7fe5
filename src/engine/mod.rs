//! GLUE. The two paths through the service; no rules of its own.
//!
//! Write: a request records the wish in AWS (`create`, `update`, `delete`) and gives the
//! service's worker a push; the worker observes, decides and executes one step at a time until
//! nothing is left to do. Read: `refresh` keeps a `snapshot` that answers everyone.
//!
//! Invariant: whatever is in memory here can be lost. A process that starts sweeps the account
//! and goes on with every wish that is not done.

mod answers;
mod board;
mod create;
mod delete;
mod due;
mod effects;
pub mod inventory;
mod kept;
mod known;
mod locate;
mod measure;
mod notice;
mod overlay;
mod packed;
mod read;
mod refresh;
mod snapshot;
mod status;
mod sweep;
mod turns;
mod update;
mod worker;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::aws::{Aws, Seen, now};
use crate::decide::Why;
use crate::metrics::Metrics;
use crate::model::{BrokerName, Catalog, Provider, ServiceId, Upgrades};
use crate::sql::Databases;
use board::Board;
use kept::Kept;
use known::Known;
use notice::Noticed;
use refresh::{Refresher, Watched, lock};
use snapshot::{Sighting, Snapshot};
use sweep::found::Findings;
use turns::Turns;
use worker::Rest;

/// What the engine is told at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Prefix of everything it owns.
    pub broker: BrokerName,
    /// How old what is known of a service in transition may be.
    pub refresh_active: Duration,
    /// How old what is known of a settled service may be.
    pub refresh_settled: Duration,
    /// How often it looks for secrets that nothing refers to.
    pub sweep_every: Duration,
    /// How old such a secret must be to be deleted.
    pub sweep_grace: Duration,
    /// DB subnet group of new instances.
    pub subnet_group: Option<String>,
    /// VPC security groups of new instances.
    pub security_groups: Vec<String>,
    /// Key for storage and secrets.
    pub kms_key_id: Option<String>,
    /// Enhanced Monitoring of new instances.
    pub monitoring: Option<Monitoring>,
    /// Beyond what age nothing is told any more.
    pub stale_limit: Duration,
    /// Identifiers in one filtered DescribeDBInstances.
    pub batch: usize,
    /// Requests that change something and are worked on at once, at most.
    pub most_at_once: usize,
    /// Until what RDS refused for a passing reason is tried for the second time.
    pub first_pause: Duration,
}

/// Enhanced Monitoring of RDS.
#[derive(Clone, Debug)]
pub struct Monitoring {
    /// The role that RDS assumes to send measurements.
    pub role_arn: String,
    /// Seconds between two measurements: 1, 5, 10, 15, 30 or 60.
    pub interval_seconds: u32,
}

/// Everything the two paths share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    aws: Arc<Aws>,
    databases: Databases,
    catalog: Arc<Catalog>,
    settings: Settings,
    refresher: Refresher,
    workers: Mutex<HashMap<ServiceId, Arc<Notify>>>,
    notes: Board<Why>,
    rests: Board<Rest>,
    found: ArcSwap<Findings>,
    turns: Turns,
    noticed: Mutex<Noticed>,
    upgrades: Mutex<HashMap<Provider, (Instant, Arc<Upgrades>)>>,
    metrics: Arc<Metrics>,
    tasks: TaskTracker,
    stopped: CancellationToken,
}

impl Engine {
    /// Starts observing and working. AWS need not be reachable yet.
    #[must_use]
    pub fn start(
        aws: Arc<Aws>,
        databases: Databases,
        catalog: Arc<Catalog>,
        settings: Settings,
        metrics: Arc<Metrics>,
    ) -> Self {
        let turns = Turns::new(settings.most_at_once);
        let inner = Inner {
            aws,
            databases,
            catalog,
            refresher: Refresher::new(settings.refresh_active, settings.refresh_settled, settings.batch),
            settings,
            workers: Mutex::default(),
            notes: Board::default(),
            rests: Board::default(),
            found: ArcSwap::default(),
            turns,
            noticed: Mutex::default(),
            upgrades: Mutex::default(),
            metrics,
            tasks: TaskTracker::new(),
            stopped: CancellationToken::new(),
        };
        let engine = Self { inner: Arc::new(inner) };
        engine.inner.tasks.spawn(engine.clone().observe());
        engine.inner.tasks.spawn(engine.clone().attend());
        engine.inner.tasks.spawn(sweep::run(engine.clone()));
        engine
    }

    /// Stops: nothing new begins, calls under way end. A later start goes on where this ended.
    pub async fn stop(&self) {
        self.inner.stopped.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// The catalogue in force.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    /// Whether AWS was observed, and not too long ago: what is wrong, if anything is. A replica that AWS throttles or
    /// does not answer for a while is as good as any other, and what is known is still told.
    ///
    /// # Errors
    /// Where no answer could be given at all: the sentence says why.
    pub fn readiness(&self) -> std::result::Result<Option<String>, String> {
        let failure = self.inner.refresher.changes().borrow().failure.clone();
        let problem = failure.map(|failure| format!("AWS cannot be observed: {failure}"));
        let snapshot = self.inner.refresher.snapshot();
        // Passes by name are no sweeps, and what they have found can be told as well.
        let is_told = |at: Instant| at.elapsed() <= self.inner.settings.stale_limit;
        let can_tell = |swept_at: Instant| {
            is_told(swept_at) || snapshot.services().any(|(_, sighting, _)| is_told(sighting.at))
        };
        match (snapshot.swept_at, problem) {
            (None, None) => Err("AWS has not been observed yet".to_owned()),
            (None, Some(problem)) => Err(problem),
            (Some(at), Some(problem)) if !can_tell(at) => Err(problem),
            (Some(_), problem) => Ok(problem),
        }
    }

    /// Why its worker has ended, where nothing has changed since.
    fn rest_of(&self, id: ServiceId, kept: &Arc<Kept>) -> Option<Arc<Why>> {
        let rest = self.inner.rests.get(id).filter(|rest| rest.holds(kept, now()))?;
        Some(Arc::clone(&rest.why))
    }

    /// Whether its worker waits for something that takes hours, or has ended with what only someone else can end.
    fn waits_long(&self, id: ServiceId, sighting: &Sighting) -> bool {
        let is_resting = |kept| self.rest_of(id, kept).is_some();
        self.inner.notes.get(id).is_some_and(|why| why.is_long())
            || sighting.kept.as_ref().is_some_and(is_resting)
    }

    /// The one task that keeps the snapshot fresh.
    async fn observe(self) {
        let inner = &self.inner;
        let watched = |snapshot: &Snapshot| {
            let long = inner.notes.entries().into_iter().filter(|(_, why)| why.is_long());
            let long: BTreeSet<ServiceId> = long.map(|(id, _)| id).collect();
            let rests: BTreeMap<ServiceId, Arc<Rest>> = inner.rests.entries().into_iter().collect();
            let is_asked = inner.refresher.is_asked();
            let working = lock(&inner.workers);
            let (active, settled) = (inner.settings.refresh_active, inner.settings.refresh_settled);
            let window = |id: ServiceId, sighting: &Sighting, kept: &Arc<Kept>| {
                let rest = rests.get(&id);
                let is_over = rest.is_some_and(|rest| rest.is_over(now()));
                let is_long = long.contains(&id) || rest.is_some_and(|rest| rest.holds(kept, now()));
                // What RDS does of itself, backups for one, nobody but callers needs to know.
                let is_unfinished = kept.resting.is_none() || is_asked;
                let moving = working.contains_key(&id) || (!kept.is_settled && is_unfinished);
                if sighting.is_missing() || is_over || (moving && !is_long) {
                    return Some(active);
                }
                // What waits for hours goes on though nobody asks.
                moving.then_some(settled)
            };
            snapshot
                .services()
                .filter_map(|(id, sighting, kept)| {
                    let window = window(id, sighting, kept)?;
                    Some(Watched { id, age: sighting.at.elapsed(), window })
                })
                .collect()
        };
        let stopped = inner.stopped.clone();
        inner.refresher.run(&inner.aws, &inner.settings.broker, &inner.catalog, watched, stopped).await;
    }

    /// Whenever something was learned, sees to it that each service with work to do has a worker.
    async fn attend(self) {
        let mut changes = self.inner.refresher.changes();
        loop {
            tokio::select! {
                () = self.inner.stopped.cancelled() => return,
                changed = changes.changed() => if changed.is_err() { return },
            }
            let snapshot = self.inner.refresher.snapshot();
            let mut noteworthy = Vec::new();
            let at_rest = |kept: &Kept| kept.resting.is_some() && !kept.is_noteworthy;
            for (id, _, kept) in snapshot.services().filter(|(_, _, kept)| !at_rest(kept)) {
                let known = self.open(kept);
                if self.rest_of(id, kept).is_none() && known.needs_work(now()) {
                    self.ensure_worker(id);
                }
                if kept.is_noteworthy || known.damage().is_some() {
                    noteworthy.push(known);
                }
            }
            self.notice(&noteworthy);
            let is_there = |id| snapshot.get(id).is_some_and(|sighting| sighting.kept.is_some());
            self.inner.notes.retain(|id, _| is_there(id));
            self.inner.rests.retain(|id, rest| {
                let kept = snapshot.get(id).and_then(|sighting| sighting.kept.as_ref());
                kept.is_some_and(|kept| rest.holds(kept, now()))
            });
            self.inner.turns.forget();
        }
    }

    /// Gives the service's worker a push, and a worker if it has none.
    fn push(&self, id: ServiceId) {
        self.ensure_worker(id).notify_one();
    }

    fn ensure_worker(&self, id: ServiceId) -> Arc<Notify> {
        let mut workers = lock(&self.inner.workers);
        let push = workers.entry(id).or_insert_with(|| {
            let push = Arc::new(Notify::new());
            self.inner.tasks.spawn(worker::run(self.clone(), id, Arc::clone(&push)));
            push
        });
        Arc::clone(push)
    }

    /// What the snapshot keeps, with all that its tags say.
    fn open(&self, kept: &Kept) -> Known {
        kept.open(&self.inner.settings.broker, &self.inner.catalog)
    }

    /// Works in what a call of our own has just answered.
    fn saw(&self, seen: Seen) {
        if let Some(id) = self.inner.settings.broker.service_of(&seen.instance.identifier) {
            self.inner.refresher.saw(id, seen, &self.inner.settings.broker, &self.inner.catalog);
        }
    }
}
