//! One service's worker: observe, decide, execute one step, until nothing is left to do.
//!
//! Steps of one service are serial within a process; another replica may do the same steps at
//! the same time, so every step is safe to run twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::Instrument;

use super::kept::Kept;
use super::known::Known;
use super::refresh::lock;
use super::snapshot::Sighting;
use super::{Engine, now};
use crate::decide::{Evidence, FirstPause, Step, Verdict, Why, decide, retry_of};
use crate::model::{Desired, Observed, ServiceId};
use crate::spans;

/// The pause after a failed step, and the longest it grows to.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(15));
/// How often the same step may follow itself before it is slowed down.
const REPEATS: u32 = 2;

/// Works until the service needs nothing more.
pub(super) async fn run(engine: Engine, id: ServiceId, push: Arc<Notify>) {
    let identifier = engine.inner.settings.broker.instance_identifier(id);
    let span = tracing::info_span!("work", service.id = %id, db.id = %identifier);
    let mut worker = Worker {
        evidence: Evidence::new(first_pause(&engine)),
        engine,
        id,
        push,
        last: None,
        life: None,
        wish: None,
        repeated: None,
        counted: None,
        failures: 0,
    };
    async move { while worker.turn().await {} }.instrument(span).await;
}

/// Why a worker has ended although the wish is not reached. It holds for one description alone: without it the next
/// worker would learn by the same calls what the last one knew.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    pub(super) kept: Arc<Kept>,
    pub(super) why: Arc<Why>,
    /// When something is tried again, in seconds since 1970.
    pub(super) until: Option<u64>,
}

impl Rest {
    /// Whether it still holds for what is known now.
    pub(super) fn holds(&self, kept: &Arc<Kept>, now: u64) -> bool {
        Arc::ptr_eq(&self.kept, kept) && !self.is_over(now)
    }

    /// Whether it is time to try again.
    pub(super) fn is_over(&self, now: u64) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

fn first_pause(engine: &Engine) -> FirstPause {
    FirstPause(engine.inner.settings.first_pause.as_secs())
}

/// When what was given up is tried again.
fn retry_at(desired: &Desired) -> Option<u64> {
    match desired {
        Desired::Running(target) => retry_of(target),
        Desired::Gone { .. } | Desired::Unreadable(_) => None,
    }
}

struct Worker {
    engine: Engine,
    id: ServiceId,
    push: Arc<Notify>,
    evidence: Evidence,
    /// The instance as last seen, and what its tags asked for.
    last: Option<(Arc<Known>, Desired)>,
    /// DbiResourceId of the instance that the evidence is about.
    life: Option<String>,
    /// The wish that the evidence about refusals and pauses is for.
    wish: Option<String>,
    /// The last step's text, and how often it came in a row.
    repeated: Option<(String, u32)>,
    /// When the last observation that was counted was asked for.
    counted: Option<Instant>,
    failures: u32,
}

impl Worker {
    /// One decision and what follows from it; `false` when the worker is done.
    async fn turn(&mut self) -> bool {
        if self.engine.inner.stopped.is_cancelled() {
            return false;
        }
        let sighting = self.engine.inner.refresher.snapshot().get(self.id).cloned();
        let found = sighting.as_ref().and_then(|sighting| self.with_wish(sighting));
        let is_there = found.is_some();
        self.last = found.or(self.last.take());
        // Once the instance is gone, what its tags asked for last still holds for what belonged to it.
        let Some((known, desired)) = self.last.clone() else { return self.leave_if_idle() };
        let seen_at = sighting.as_ref().map(|sighting| sighting.at);
        let observed = match &sighting {
            // A missing instance is neither there nor gone.
            Some(sighting) if is_there && sighting.is_missing() => Observed::Unknown,
            Some(_) if is_there => Observed::Present(&known.instance),
            // Gone, or someone else has taken the name.
            _ => Observed::Absent,
        };
        self.heed_new_life(&known);
        self.heed_new_wish(&desired);
        self.count(&observed, seen_at);
        let step = decide(&desired, &observed, &self.evidence, now());
        match step {
            Step::Done => self.leave_if_idle(),
            Step::Wait(why) if why.is_idle() => {
                let kept = sighting.and_then(|sighting| sighting.kept);
                let rest = kept.map(|kept| Rest { kept, why: Arc::new(why), until: retry_at(&desired) });
                self.rest(rest)
            }
            Step::Wait(why) => {
                self.note(Some(why.clone()));
                self.wait(&why, seen_at).await
            }
            step => {
                self.act(&step, &known, &desired).await;
                true
            }
        }
    }

    /// Works in an observation of AWS's that was not counted yet.
    fn count(&mut self, observed: &Observed<'_>, at: Option<Instant>) {
        if let Observed::Present(seen) = observed
            && self.counted != at
        {
            self.evidence.observe(seen);
            self.counted = at;
        }
    }

    /// Executes a step. Before a deletion the instance is observed again, and the step is taken
    /// only if it still follows.
    async fn act(&mut self, step: &Step, known: &Arc<Known>, desired: &Desired) {
        if matches!(step, Step::Delete(_)) && !self.still_follows(step).await {
            return self.pause().await;
        }
        let begun = Instant::now();
        let span = spans::step(step.kind(), self.id);
        let work = self.engine.execute(self.id, step, known, desired, &mut self.evidence);
        let outcome = work.instrument(span.clone()).await;
        spans::ended(&span, if outcome.is_ok() { "ok" } else { "failed" }, outcome.is_ok());
        // What a call of our own has answered is no observation.
        self.counted = self.seen_at();
        let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.engine.inner.metrics.step(step.kind(), outcome.is_ok());
        match outcome {
            Ok(()) => {
                tracing::info!(service.id = %self.id, step = %step, duration_ms, "Took a step: {step}");
                self.failures = 0;
                self.slow_down_repeats(step).await;
            }
            Err(problem) => {
                let young = problem.why == Why::Denied && known.instance.is_young(now());
                let why = if young { Why::TagsUnknown } else { problem.why };
                tracing::warn!(service.id = %self.id, step = %step, duration_ms, error = %problem.text, "A step failed: {step}");
                self.note(Some(why));
                self.failures = self.failures.saturating_add(1);
                self.pause().await;
            }
        }
    }

    async fn still_follows(&mut self, step: &Step) -> bool {
        let Ok(Some(known)) = self.engine.look_once(self.id).await else { return false };
        let Some(desired) = &known.desired else { return false };
        decide(desired, &Observed::Present(&known.instance), &self.evidence, now()) == *step
    }

    /// Until something is newer than what the decision was made on, or a push, but never without
    /// a pause; the passing evidence is then gathered again.
    async fn wait(&mut self, why: &Why, seen_at: Option<Instant>) -> bool {
        let active = self.engine.inner.settings.refresh_active;
        let pause = match why {
            Why::Unreachable => active.min(Duration::from_secs(2)),
            Why::SecretLost(_) => active.max(Duration::from_secs(5)),
            _ => Duration::ZERO,
        };
        let mut changes = self.engine.inner.refresher.changes();
        let newer = async {
            tokio::time::sleep(pause).await;
            while self.seen_at() == seen_at {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = newer => {}
            () = self.push.notified() => {}
            () = self.engine.inner.stopped.cancelled() => return false,
        }
        self.evidence.logins.retain(|_, login| login.verdict == Verdict::Worked);
        true
    }

    /// The instance with what its tags ask for.
    fn with_wish(&self, sighting: &Sighting) -> Option<(Arc<Known>, Desired)> {
        let known = self.engine.open(sighting.kept.as_ref()?);
        let desired = known.desired.clone()?;
        Some((Arc::new(known), desired))
    }

    fn seen_at(&self) -> Option<Instant> {
        self.engine.inner.refresher.snapshot().get(self.id).map(|sighting| sighting.at)
    }

    async fn pause(&mut self) {
        let pause = PAUSES.0.saturating_mul(1 << self.failures.min(16)).min(PAUSES.1);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = self.push.notified() => {}
            () = self.engine.inner.stopped.cancelled() => {}
        }
    }

    /// A step that keeps following itself does not reach what it is for: slower, then.
    async fn slow_down_repeats(&mut self, step: &Step) {
        let text = step.to_string();
        let count = match self.repeated.take() {
            Some((last, count)) if last == text => count + 1,
            _ => 0,
        };
        self.repeated = Some((text, count));
        if count > REPEATS {
            self.failures = count - REPEATS;
            self.pause().await;
        }
    }

    /// Nothing learned about an instance holds for the next one of the same name.
    fn heed_new_life(&mut self, known: &Known) {
        if self.life.as_ref() != Some(&known.instance.resource_id) {
            self.evidence = Evidence::new(first_pause(&self.engine));
            self.counted = None;
            self.life = Some(known.instance.resource_id.clone());
        }
    }

    /// What was learned about an older wish does not bind a new one.
    fn heed_new_wish(&mut self, desired: &Desired) {
        let wish = match desired {
            Desired::Running(target) => Some(target.wish.clone()),
            Desired::Gone { .. } | Desired::Unreadable(_) => None,
        };
        if wish != self.wish {
            self.evidence.begin_wish();
            self.wish = wish;
            // What the old wish waited for says nothing about the new one.
            self.note(None);
        }
    }

    fn note(&self, why: Option<Why>) {
        let notes = &self.engine.inner.notes;
        // What says the same stays the same: a document that shows it need not be rendered again.
        if notes.get(self.id).as_deref() != why.as_ref() {
            notes.set(self.id, why.map(Arc::new));
        }
    }

    /// Ends the worker with what only someone else can end, unless it was pushed in the meantime.
    fn rest(&self, rest: Option<Rest>) -> bool {
        self.engine.inner.rests.set(self.id, rest.map(Arc::new));
        self.leave_if_idle()
    }

    /// Ends the worker, unless it was pushed in the meantime.
    fn leave_if_idle(&self) -> bool {
        let mut workers = lock(&self.engine.inner.workers);
        let pushed = futures_util::FutureExt::now_or_never(self.push.notified()).is_some();
        if !pushed {
            workers.remove(&self.id);
            drop(workers);
            self.note(None);
        }
        pushed
    }
}
