//! Goes through everything that is settled and asked for, once a window: page by page through the account, which also
//! finds what is new or gone, or by name where fewer calls do for what is asked.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::look::Unanswered;
use super::{LONGEST_PAUSE, Refresher, Source, lock};
use crate::aws::{Failure, Outcome, Page};
use crate::model::ServiceId;

/// Pages at most in one sweep: more than RDS's largest quota has instances.
const MOST_PAGES: usize = 10_000;
/// For how long the same is asked for again, while AWS throttles or fails for a moment, before the pass is given up and
/// begun again: a sweep of a hundred pages that began anew each time would never end.
const TRIED_FOR: Duration = Duration::from_secs(300);

/// A pass that anyone needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    way: Way,
    /// When.
    due: Instant,
    /// How many calls it takes.
    calls: usize,
}

/// A way to go through what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// All pages of the account.
    Sweep,
    /// These, by name.
    Named(Vec<ServiceId>),
}

/// Tells that there is a sweep, until it is dropped.
struct Sweeping<'a>(&'a AtomicBool);

impl<'a> Sweeping<'a> {
    fn begins(is_sweeping: &'a AtomicBool) -> Self {
        is_sweeping.store(true, Ordering::Relaxed);
        Self(is_sweeping)
    }
}

impl Drop for Sweeping<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Refresher {
    /// One pass after the other, as they become due.
    pub(super) async fn pass(&self, source: Source<'_>) {
        let mut in_a_row = 0;
        loop {
            let outcome = match self.until_next_pass().await {
                Way::Sweep => self.sweep_where_due(source).await,
                Way::Named(ids) => self.look_at_all(source, ids).await,
            };
            match outcome {
                Ok(()) => in_a_row = 0,
                Err(failure) => {
                    self.failed(&failure);
                    self.pause(in_a_row, LONGEST_PAUSE, &failure).await;
                    in_a_row += 1;
                }
            }
        }
    }

    /// These, by name; what was not answered again, until all of it was.
    async fn look_at_all(&self, source: Source<'_>, mut ids: Vec<ServiceId>) -> Outcome<()> {
        let begun = Instant::now();
        let mut in_a_row = 0;
        while let Err(Unanswered { ids: left, failure }) = self.look_at_named(source, &ids).await {
            in_a_row = if left.len() < ids.len() { 0 } else { in_a_row };
            if !failure.is_passing() || begun.elapsed() >= TRIED_FOR {
                return Err(failure);
            }
            self.pause(in_a_row, LONGEST_PAUSE, &failure).await;
            in_a_row += 1;
            ids = left;
        }
        Ok(())
    }

    /// Sweeps, unless another sweep has done meanwhile what this one was for.
    async fn sweep_where_due(&self, source: Source<'_>) -> Outcome<()> {
        let _turn = self.sweeping.lock().await;
        match self.next_pass() {
            Some(Pass { way: Way::Sweep, due, .. }) if due <= Instant::now() => {
                self.sweep(source, TRIED_FOR).await
            }
            _ => Ok(()),
        }
    }

    /// Waits until a pass is due, and says which.
    async fn until_next_pass(&self) -> Way {
        loop {
            match self.next_pass() {
                None => self.pass_kick.notified().await,
                Some(pass) if pass.due <= Instant::now() => return pass.way,
                // Someone may ask for more meanwhile.
                Some(pass) => drop(tokio::time::timeout_at(pass.due, self.pass_kick.notified()).await),
            }
        }
    }

    /// The next pass that anyone needs; `None` while nobody does.
    fn next_pass(&self) -> Option<Pass> {
        let snapshot = self.snapshot.load();
        let calls = snapshot.sweep_calls;
        let sweep = |due: Instant| Some(Pass { way: Way::Sweep, due, calls });
        let Some(swept_at) = snapshot.swept_at else { return sweep(Instant::now()) };
        if lock(&self.sweep_after).is_some_and(|after| swept_at < after) {
            return sweep(Instant::now());
        }
        if self.is_recent(&self.asked.for_list) {
            return sweep(swept_at + self.settled);
        }
        if !self.is_asked() {
            return None;
        }
        let ids: Vec<(ServiceId, Instant)> = snapshot
            .services()
            .filter(|(_, sighting, kept)| sighting.is_settled && self.is_asked_for(kept))
            .filter_map(|(id, sighting, _)| Some((id, snapshot.asked_at(Some(sighting))?)))
            .collect();
        let due = ids.iter().map(|(_, at)| *at).min()? + self.settled;
        if ids.len().div_ceil(self.batch) >= calls {
            return sweep(due);
        }
        // Those that were looked at a while before the others are taken along, so that all are due together.
        let soon = due.max(Instant::now()) + self.settled / 2;
        let ids: Vec<_> =
            ids.into_iter().filter(|(_, at)| *at + self.settled <= soon).map(|(id, _)| id).collect();
        let calls = ids.len().div_ceil(self.batch);
        Some(Pass { way: Way::Named(ids), due, calls })
    }

    /// How long the next pass takes at a number of calls per second: as long as the one that is under way, where there is
    /// one that goes through everything.
    pub(in crate::engine) fn next_pass_takes(&self, calls_per_second: f64) -> Duration {
        let is_sweeping = self.is_sweeping.load(Ordering::Relaxed);
        match self.next_pass() {
            Some(Pass { way: Way::Named(_), calls, .. }) if !is_sweeping => {
                duration_of(calls, calls_per_second)
            }
            _ => self.sweep_takes(calls_per_second),
        }
    }

    /// How long a sweep takes at a number of calls per second.
    pub(in crate::engine) fn sweep_takes(&self, calls_per_second: f64) -> Duration {
        let snapshot = self.snapshot.load();
        duration_of(snapshot.sweep_calls, calls_per_second).max(snapshot.sweep_took)
    }

    /// All pages, each asked for again for so long. What is on a page is known as soon as it comes; what is gone only after
    /// the last: half a listing says nothing about that. Each page is packed as it comes, so that ten thousand
    /// descriptions are never held at once.
    pub(super) async fn sweep(&self, source: Source<'_>, tried_for: Duration) -> Outcome<()> {
        let _sweeping = Sweeping::begins(&self.is_sweeping);
        let begun = Instant::now();
        let mut present: HashSet<ServiceId> = HashSet::new();
        let (mut marker, mut pages_at) = (None, Vec::new());
        while pages_at.len() < MOST_PAGES {
            let Page { instances, next, at } = self.page(source, marker, tried_for).await?;
            pages_at.push(at);
            let listed_at = self.snapshot.load().listed_after(pages_at.len());
            present.extend(self.work_in(&[], instances, at, listed_at, source.broker, source.catalog));
            if next.is_none() {
                self.replace(|before| before.with_sweep(&present, begun, begun.elapsed(), pages_at));
                self.learned();
                return Ok(());
            }
            self.learned();
            marker = next;
        }
        Err(Failure::incomplete("DescribeDBInstances", "last page"))
    }

    /// One page.
    async fn page(&self, source: Source<'_>, marker: Option<String>, tried_for: Duration) -> Outcome<Page> {
        let begun = Instant::now();
        let mut in_a_row = 0;
        loop {
            match source.aws.describe_page(marker.clone()).await {
                Err(failure) if failure.is_passing() && begun.elapsed() < tried_for => {
                    self.failed(&failure);
                    self.pause(in_a_row, LONGEST_PAUSE, &failure).await;
                    in_a_row += 1;
                }
                ended => return ended,
            }
        }
    }
}

/// How long so many calls take at a number of calls per second.
pub(super) fn duration_of(calls: usize, calls_per_second: f64) -> Duration {
    let calls = u32::try_from(calls).unwrap_or(u32::MAX);
    Duration::try_from_secs_f64(f64::from(calls) / calls_per_second).unwrap_or(Duration::MAX)
}
