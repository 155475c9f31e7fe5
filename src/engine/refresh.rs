//! READ. Keeps the snapshot fresh: one round at a time, however many ask.
//!
//! A wake-up carries no data; what is wanted is noted beside it, so that everyone who asks
//! while a round runs shares the next one. A round reads known ids in filtered batches or sweeps
//! the account page by page, whichever costs fewer calls. A failed round changes nothing.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::kept::Kept;
use super::known::Known;
use super::overlay::Overlay;
use super::snapshot::{Scope, Snapshot};
use crate::aws::{Aws, Failure, LARGEST_BATCH, Lane, Outcome};
use crate::error::chain;
use crate::model::{BrokerName, Catalog, Instance, ServiceId, Tags};

/// The longest pause after failed rounds.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The pause after the first failed round.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// How soon a missing instance is looked for again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Pages at most in one sweep: more than RDS's largest quota has instances.
const MOST_PAGES: usize = 10_000;

/// The snapshot and the one task that refreshes it.
#[derive(Debug)]
pub(crate) struct Refresher {
    snapshot: ArcSwap<Snapshot>,
    /// Held while the snapshot is replaced.
    writing: Mutex<Overlay>,
    wanted: Mutex<Wanted>,
    kick: Notify,
    rounds: watch::Sender<Round>,
    pub(crate) active: Duration,
    pub(crate) settled: Duration,
    /// Identifiers in one filtered describe.
    batch: usize,
    /// When someone last asked for anything.
    asked: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Wanted {
    ids: BTreeSet<ServiceId>,
    everything: bool,
    /// Number of the round that will serve what is noted now.
    round: u64,
}

/// The last round that ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Round {
    number: u64,
    /// Why it failed, if it did.
    pub(crate) failure: Option<String>,
}

impl Refresher {
    pub(crate) fn new(active: Duration, settled: Duration, batch: usize) -> Self {
        Self {
            snapshot: ArcSwap::default(),
            writing: Mutex::default(),
            wanted: Mutex::default(),
            kick: Notify::new(),
            rounds: watch::Sender::new(Round::default()),
            active,
            settled,
            batch: batch.clamp(1, LARGEST_BATCH),
            asked: Mutex::default(),
        }
    }

    /// What is known now.
    pub(crate) fn snapshot(&self) -> arc_swap::Guard<std::sync::Arc<Snapshot>> {
        self.snapshot.load()
    }

    /// Notes that someone asks: only for callers are settled services looked at again.
    pub(crate) fn asked(&self) {
        *lock(&self.asked) = Some(Instant::now());
    }

    /// Whether someone has asked within the last two windows.
    fn is_wanted(&self) -> bool {
        lock(&self.asked).is_some_and(|at| at.elapsed() < self.settled.saturating_mul(2))
    }

    /// Tells of every round that ends.
    pub(crate) fn rounds(&self) -> watch::Receiver<Round> {
        self.rounds.subscribe()
    }

    /// Works in what a call of our own has just answered.
    pub(crate) fn saw(&self, id: ServiceId, kept: Kept) {
        let _writing = lock(&self.writing);
        self.snapshot.store(self.snapshot.load().with_own(id, kept, Instant::now()).into());
    }

    /// Notes tags that were just written over those of an instance.
    pub(crate) fn wrote(&self, id: ServiceId, before: &Instance, tags: &Tags) {
        lock(&self.writing).wrote(id, before, tags, Instant::now());
    }

    /// Works in the answer to a question about one id that was asked at `at`.
    pub(crate) fn answered(
        &self,
        id: ServiceId,
        found: Option<Instance>,
        at: Instant,
        broker: &BrokerName,
        catalog: &Catalog,
    ) {
        let found = self.keep(found.into_iter().collect(), at, broker, catalog);
        self.store(&Scope::Ids(vec![id]), found, at, None);
    }

    /// Asks for a round that looks at these ids, without waiting for it.
    pub(crate) fn want(&self, ids: impl IntoIterator<Item = ServiceId>) {
        lock(&self.wanted).ids.extend(ids);
        self.kick.notify_one();
    }

    /// Waits until one round has looked at these ids (all, if `None`), whether it succeeded or
    /// not, at most until `deadline`. While rounds fail nobody waits: what is known is older then.
    pub(crate) async fn look(&self, ids: Option<Vec<ServiceId>>, deadline: Instant) {
        let mut rounds = self.rounds();
        if rounds.borrow_and_update().failure.is_some() {
            return;
        }
        let round = {
            let mut wanted = lock(&self.wanted);
            match ids {
                Some(ids) => wanted.ids.extend(ids),
                None => wanted.everything = true,
            }
            wanted.round
        };
        self.kick.notify_one();
        let ended = rounds.wait_for(|ended| ended.number > round);
        // Past the deadline the answer is what is known: that is no failure.
        drop(tokio::time::timeout_at(deadline, ended).await);
    }

    /// Runs rounds until it is cancelled. `due` names what needs looking at without anyone asking.
    pub(crate) async fn run(
        &self,
        aws: &Aws,
        broker: &BrokerName,
        catalog: &Catalog,
        due: impl Fn(&Snapshot) -> Vec<ServiceId>,
        stopped: CancellationToken,
    ) {
        let mut failed_rounds = 0_u32;
        let mut failure = None;
        loop {
            let (number, wanted) = self.take();
            let snapshot = self.snapshot.load_full();
            let mut ids = wanted.ids;
            ids.extend(due(&snapshot));
            let stale = snapshot.swept_at.is_none_or(|at| at.elapsed() >= self.settled && self.is_wanted());
            let round = if wanted.everything || stale {
                Some(Scope::All)
            } else if ids.is_empty() {
                None
            } else {
                Some(Scope::Ids(ids.into_iter().collect()))
            };
            match round {
                Some(scope) => {
                    let failed = self.round(aws, broker, catalog, scope).await.err();
                    failed_rounds = if failed.is_some() { failed_rounds.saturating_add(1) } else { 0 };
                    if let Some(failed) = &failed {
                        tracing::warn!(error = %chain(failed), "Could not observe RDS; what is known stays");
                    }
                    failure = failed.map(|failed| failed.to_string());
                }
                // That nobody asked says nothing about whether AWS answers.
                None => failed_rounds = 0,
            }
            self.rounds.send_replace(Round { number, failure: failure.clone() });
            tokio::select! {
                () = stopped.cancelled() => return,
                () = self.pause(failed_rounds) => {}
            }
        }
    }

    fn take(&self) -> (u64, Wanted) {
        let mut wanted = lock(&self.wanted);
        let round = wanted.round + 1;
        (round, std::mem::replace(&mut *wanted, Wanted { round, ..Wanted::default() }))
    }

    /// Until something is due or wanted; after failures, longer and longer, whoever asks.
    async fn pause(&self, failed_rounds: u32) {
        if failed_rounds > 0 {
            let pause = FIRST_PAUSE.saturating_mul(1 << failed_rounds.min(10)).min(LONGEST_PAUSE);
            let jitter = pause.mul_f64(f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 1024.0);
            tokio::time::sleep(pause + jitter).await;
            return;
        }
        let snapshot = self.snapshot.load();
        let missing = snapshot.services().any(|(_, sighting, _)| sighting.is_missing());
        drop(snapshot);
        let next = if missing { self.active.min(LOOK_AGAIN) } else { self.active };
        // A kick ends the pause early.
        drop(tokio::time::timeout(next, self.kick.notified()).await);
    }

    async fn round(&self, aws: &Aws, broker: &BrokerName, catalog: &Catalog, scope: Scope) -> Outcome<()> {
        let sweep_calls = self.snapshot.load().sweep_calls.max(1);
        let at = Instant::now();
        match scope {
            // A sweep costs a page per hundred instances in the account, of which we know only ours.
            Scope::Ids(ids) if ids.len().div_ceil(self.batch) <= sweep_calls => {
                let batches = ids.chunks(self.batch).map(|batch| async {
                    let at = Instant::now();
                    let identifiers: Vec<_> =
                        batch.iter().map(|&id| broker.instance_identifier(id)).collect();
                    let found = aws.describe_instances(Lane::Read, &identifiers).await?;
                    let found = self.keep(found, at, broker, catalog);
                    self.store(&Scope::Ids(batch.to_vec()), found, at, None);
                    Ok(())
                });
                // Side by side, as far as the budget goes: one that fails does not hold up the others.
                let outcomes = futures_util::future::join_all(batches).await;
                return outcomes.into_iter().collect();
            }
            Scope::Ids(ids) => {
                let (found, calls) = self.sweep(aws, at, broker, catalog).await?;
                self.store(&Scope::Ids(ids), found.clone(), at, None);
                self.store(&Scope::All, found, at, Some(calls));
            }
            Scope::All => {
                let (found, calls) = self.sweep(aws, at, broker, catalog).await?;
                self.store(&Scope::All, found, at, Some(calls));
            }
        }
        Ok(())
    }

    /// All pages, and how many there were. A page that fails fails the sweep: half a listing says nothing about
    /// what is gone. Each page is packed as it comes, so that ten thousand descriptions are never held at once.
    async fn sweep(
        &self,
        aws: &Aws,
        at: Instant,
        broker: &BrokerName,
        catalog: &Catalog,
    ) -> Outcome<(Vec<Found>, usize)> {
        let mut all = Vec::new();
        let mut marker = None;
        for number in 1..=MOST_PAGES {
            let (page, next) = aws.describe_page(marker).await?;
            all.extend(self.keep(page, at, broker, catalog));
            if next.is_none() {
                return Ok((all, number));
            }
            marker = next;
        }
        Err(Failure::incomplete("DescribeDBInstances", "last page"))
    }

    /// What the snapshot will keep of an answer that was asked for at `at`: where nothing has changed the very same
    /// as before, with all that was worked out for it.
    fn keep(&self, answer: Vec<Instance>, at: Instant, broker: &BrokerName, catalog: &Catalog) -> Vec<Found> {
        let mut writing = lock(&self.writing);
        let before = self.snapshot.load();
        let keep = |mut instance: Instance| {
            let id = broker.service_of(&instance.identifier)?;
            writing.apply(id, &mut instance, at);
            let same = before.get(id).and_then(|sighting| sighting.kept.as_ref());
            let kept = match same.filter(|kept| kept.says(&instance)) {
                Some(kept) => Arc::clone(kept),
                None => Arc::new(Kept::new(&Known::new(instance, broker, catalog))),
            };
            Some((id, kept))
        };
        answer.into_iter().filter_map(keep).collect()
    }

    fn store(&self, scope: &Scope, found: Vec<Found>, at: Instant, sweep_calls: Option<usize>) {
        let _writing = lock(&self.writing);
        let before = self.snapshot.load_full();
        let mut next = before.with_answer(scope, found, at);
        next.sweep_calls = sweep_calls.unwrap_or(next.sweep_calls);
        self.snapshot.store(next.into());
    }
}

/// An instance in an answer, as the snapshot keeps it.
type Found = (ServiceId, Arc<Kept>);

/// A lock whose holder panicked still guards whole values: every write here is one assignment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
