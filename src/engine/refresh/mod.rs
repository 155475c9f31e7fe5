//! READ. Keeps the snapshot fresh with as few calls as that takes, however many ask.
//!
//! Two loops of one task call DescribeDBInstances for it: `look` reads by name what is in transition, was just changed, or
//! is asked for and too little known, a few calls side by side; `pass` goes through what is settled and asked for.
//! Whoever asks notes what is wanted and waits until the snapshot is fresh enough; all who ask meanwhile share the
//! answer. A failed call changes nothing, and is made again by itself: what else the round has learned stays.

mod look;
mod moment;
mod pass;
mod wanted;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::kept::Kept;
use super::known::Known;
use super::overlay::Overlay;
use super::snapshot::{Found, Snapshot};
use crate::aws::{Aws, Failure, LARGEST_BATCH, Seen};
use crate::error::chain;
use crate::model::{BrokerName, Catalog, Instance, ServiceId, Tags};
pub(super) use look::Watched;
pub(super) use moment::Moment;
use wanted::Wanted;

/// The longest pause after failed calls.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The pause after the first failed call.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The snapshot, and what is wanted of it.
#[derive(Debug)]
pub(crate) struct Refresher {
    begun: Instant,
    snapshot: ArcSwap<Snapshot>,
    /// Held while the snapshot is replaced.
    writing: Mutex<Overlay>,
    wanted: Mutex<Wanted>,
    asked: Asked,
    /// A sweep of the account is wanted that begins after this.
    sweep_after: Mutex<Option<Instant>>,
    look_kick: Notify,
    pass_kick: Notify,
    /// Held by the one sweep under way.
    sweeping: tokio::sync::Mutex<()>,
    /// Whether there is one: who only wants to know takes nothing.
    is_sweeping: AtomicBool,
    changes: watch::Sender<Change>,
    /// Whether the last change was a failure: every caller asks that.
    failing: AtomicBool,
    pub(crate) active: Duration,
    pub(crate) settled: Duration,
    /// Identifiers in one filtered describe.
    batch: usize,
}

/// When someone last asked: only for callers are settled services looked at again.
#[derive(Debug, Default)]
struct Asked {
    for_any: Moment,
    for_list: Moment,
}

/// That something was learned, or could not be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    /// Why the last call failed, if it did.
    pub(crate) failure: Option<String>,
}

impl Refresher {
    pub(crate) fn new(active: Duration, settled: Duration, batch: usize) -> Self {
        Self {
            begun: Instant::now(),
            snapshot: ArcSwap::default(),
            writing: Mutex::default(),
            wanted: Mutex::default(),
            asked: Asked::default(),
            sweep_after: Mutex::default(),
            look_kick: Notify::new(),
            pass_kick: Notify::new(),
            sweeping: tokio::sync::Mutex::default(),
            is_sweeping: AtomicBool::new(false),
            changes: watch::Sender::new(Change::default()),
            failing: AtomicBool::new(false),
            active,
            settled,
            batch: batch.clamp(1, LARGEST_BATCH),
        }
    }

    /// What is known now.
    pub(crate) fn snapshot(&self) -> arc_swap::Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    /// Tells of everything that is learned.
    pub(crate) fn changes(&self) -> watch::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Notes that someone asks, for the list of all or for some.
    pub(crate) fn asked(&self, for_list: bool) {
        let asked = &self.asked;
        let is_new = !self.is_recent(&asked.for_any) || (for_list && !self.is_recent(&asked.for_list));
        let since = self.since(Instant::now());
        asked.for_any.note(since);
        if for_list {
            asked.for_list.note(since);
        }
        if is_new {
            self.pass_kick.notify_one();
        }
    }

    /// Whether someone has asked for anything within the last two windows.
    pub(crate) fn is_asked(&self) -> bool {
        self.is_recent(&self.asked.for_any)
    }

    /// Notes that someone asks for this service, and reads what is kept of it.
    pub(crate) fn asked_for(&self, kept: &Kept, at: Instant) {
        kept.asked.note(self.since(at));
    }

    /// Whether someone has asked for it within the last two windows.
    pub(crate) fn is_asked_for(&self, kept: &Kept) -> bool {
        self.is_recent(&kept.asked)
    }

    fn since(&self, at: Instant) -> Duration {
        at.duration_since(self.begun)
    }

    /// Sees to it that what has become due is gone through now.
    pub(crate) fn kick_pass(&self) {
        self.pass_kick.notify_one();
    }

    fn is_recent(&self, asked: &Moment) -> bool {
        let windows = self.settled.saturating_mul(2);
        asked.last().is_some_and(|last| self.since(Instant::now()).saturating_sub(last) < windows)
    }

    /// Works in what a call of our own has just answered. It may show tags as late as any other answer.
    pub(crate) fn saw(&self, id: ServiceId, seen: Seen, broker: &BrokerName, catalog: &Catalog) {
        let Seen { mut instance, at } = seen;
        let mut writing = lock(&self.writing);
        writing.apply(id, &mut instance, at);
        let kept = Kept::new(&Known::new(instance, broker, catalog));
        let before = self.snapshot.load();
        kept.asked.copy_of(before.get(id).and_then(|sighting| Some(&sighting.kept.as_ref()?.asked)));
        self.snapshot.store(before.with_own(id, kept, at, Instant::now()).into());
    }

    /// Works in tags that were just written over those of `before`: RDS may show them late. What else is known of it is as
    /// old as it was, so that it is looked at where that is too old.
    pub(crate) fn wrote(
        &self,
        id: ServiceId,
        before: &Instance,
        tags: &Tags,
        broker: &BrokerName,
        catalog: &Catalog,
    ) {
        let mut writing = lock(&self.writing);
        let snapshot = self.snapshot.load();
        let kept_before = snapshot.get(id).and_then(|sighting| sighting.kept.as_ref());
        let newest = kept_before.map(|kept| kept.instance());
        let newest = newest.filter(|newest| newest.resource_id == before.resource_id);
        writing.wrote(id, newest.as_ref().unwrap_or(before), tags, Instant::now());
        // Where the next life of the name was seen already, nothing that is known has these tags.
        if let Some(mut instance) = newest {
            instance.tags.extend(tags.iter().map(|(key, value)| (key.clone(), value.clone())));
            let kept = Kept::new(&Known::new(instance, broker, catalog));
            kept.asked.copy_of(kept_before.map(|kept| &kept.asked));
            self.snapshot.store(snapshot.with_tags(id, kept).into());
        }
        drop(writing);
        self.want_if_stale([id]);
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
        self.work_in(&[id], found.into_iter().collect(), at, None, broker, catalog);
    }

    /// Asks for a look at these ids, without waiting for it.
    pub(crate) fn want(&self, ids: impl IntoIterator<Item = ServiceId>) {
        lock(&self.wanted).surely.extend(ids);
        self.look_kick.notify_one();
    }

    /// Asks for a look at those ids that nobody looks at meanwhile, without waiting for it.
    pub(crate) fn want_if_stale(&self, ids: impl IntoIterator<Item = ServiceId>) {
        lock(&self.wanted).want_if_stale(ids);
        self.look_kick.notify_one();
    }

    /// Asks for a sweep of the account that begins after this moment, without waiting for it.
    pub(crate) fn want_sweep(&self) {
        *lock(&self.sweep_after) = Some(Instant::now());
        self.pass_kick.notify_one();
    }

    /// Waits until what is known is good enough, at most until `deadline`. Past it what is known is older:
    /// that is no failure.
    pub(crate) async fn until(&self, deadline: Instant, is_enough: impl Fn(&Snapshot) -> bool) {
        let mut changes = self.changes();
        while !is_enough(&self.snapshot()) {
            if !matches!(tokio::time::timeout_at(deadline, changes.changed()).await, Ok(Ok(()))) {
                return;
            }
        }
    }

    /// Whether the last call failed: then nobody waits, and what is known is told with its age.
    pub(crate) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::SeqCst)
    }

    /// Looks and passes until it is stopped. `watched` names what is looked at without anyone asking.
    pub(crate) async fn run(
        &self,
        aws: &Aws,
        broker: &BrokerName,
        catalog: &Catalog,
        watched: impl Fn(&Snapshot) -> Vec<Watched>,
        stopped: CancellationToken,
    ) {
        let source = Source { aws, broker, catalog };
        tokio::select! {
            () = stopped.cancelled() => {}
            () = self.look(source, watched) => {}
            () = self.pass(source) => {}
        }
    }

    /// Works in an answer that was asked for at `at`: who of those `asked` for by name is not in it was not there. Where
    /// nothing has changed the very same is kept as before, with all that was worked out for it. Returns who was there.
    fn work_in(
        &self,
        asked: &[ServiceId],
        answer: Vec<Instance>,
        at: Instant,
        listed_at: Option<Instant>,
        broker: &BrokerName,
        catalog: &Catalog,
    ) -> Vec<ServiceId> {
        let mut writing = lock(&self.writing);
        let before = self.snapshot.load();
        let keep = |mut instance: Instance| {
            let id = broker.service_of(&instance.identifier)?;
            writing.apply(id, &mut instance, at);
            let same = before.get(id).and_then(|sighting| sighting.kept.as_ref());
            if let Some(kept) = same.filter(|kept| kept.says(&instance)) {
                return Some((id, Arc::clone(kept)));
            }
            let resource_id = instance.resource_id.clone();
            let kept = Kept::new(&Known::new(instance, broker, catalog));
            // One answer that does not show our tags makes it as little a stranger's as one without it makes it gone.
            let was_ours = same.filter(|same| same.provider.is_some());
            let is_lost = kept.provider.is_none()
                && was_ours.is_some_and(|same| same.instance().resource_id == resource_id);
            kept.asked.copy_of(same.map(|same| &same.asked));
            (!is_lost).then(|| (id, Arc::new(kept)))
        };
        let found: Vec<Found> = answer.into_iter().filter_map(keep).collect();
        let ids = found.iter().map(|(id, _)| *id).collect();
        let mut next = before.with_answer(asked, found, at);
        next.listed_at = next.listed_at.max(listed_at);
        self.snapshot.store(next.into());
        ids
    }

    /// Gives the snapshot a successor.
    fn replace(&self, successor: impl FnOnce(&Snapshot) -> Snapshot) {
        let _writing = lock(&self.writing);
        self.snapshot.store(successor(&self.snapshot.load()).into());
    }

    /// Gives the snapshot a successor that says the same: something was found out that none shows.
    pub(crate) fn renew(&self) {
        self.replace(Snapshot::successor);
    }

    /// Tells that something was learned.
    fn learned(&self) {
        self.failing.store(false, Ordering::SeqCst);
        self.changes.send_replace(Change::default());
    }

    /// Tells that a call failed: whoever waits for it is answered with what is known.
    fn failed(&self, failure: &Failure) {
        tracing::warn!(error = %chain(failure), "Could not observe RDS; what is known stays");
        self.failing.store(true, Ordering::SeqCst);
        self.changes.send_replace(Change { failure: Some(failure.to_string()) });
    }

    /// Waits after a failure: longer with every one in a row, and not in step with other replicas. Where it was one that
    /// passes, the next answer that AWS gives to anyone ends it.
    async fn pause(&self, in_a_row: u32, longest: Duration, after: &Failure) {
        let pause = FIRST_PAUSE.saturating_mul(1 << in_a_row.min(10)).min(longest);
        let jitter = pause.mul_f64(f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 1024.0);
        let mut changes = self.changes();
        let answered = async { while changes.changed().await.is_ok() && self.is_failing() {} };
        tokio::select! {
            () = tokio::time::sleep(pause + jitter) => {}
            () = answered, if after.is_passing() => {}
        }
    }
}

/// What is read from, and how it is understood.
#[derive(Clone, Copy)]
struct Source<'a> {
    aws: &'a Aws,
    broker: &'a BrokerName,
    catalog: &'a Catalog,
}

/// A lock whose holder panicked still guards whole values: every write here is one assignment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
