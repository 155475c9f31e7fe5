//! Goes through everything that is settled, once a window and only while someone asks: page by page through the
//! account, which also finds what is new or gone, or by name where the account holds much that is not ours.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use super::look::Unanswered;
use super::{Refresher, Source, lock};
use crate::aws::{Failure, Outcome};
use crate::model::{Instance, ServiceId};

/// Pages at most in one sweep: more than RDS's largest quota has instances.
const MOST_PAGES: usize = 10_000;
/// How often in a row the same is asked for again, while AWS throttles, before the pass is given up and begun again.
const TRIES: u32 = 8;

/// A way to go through everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// All pages of the account.
    Sweep,
    /// What is known, by name.
    Named,
}

impl Refresher {
    /// One pass after the other, as they become due.
    pub(super) async fn pass(&self, source: Source<'_>) {
        let mut in_a_row = 0;
        let mut passed_at = None;
        loop {
            let way = self.until_next_pass(passed_at).await;
            let begun = Instant::now();
            let outcome = match way {
                Way::Sweep => self.sweep_since(source, begun).await,
                Way::Named => self.look_at_all(source).await,
            };
            match outcome {
                Ok(()) => {
                    in_a_row = 0;
                    passed_at = Some(begun);
                }
                Err(failure) => {
                    self.failed(&failure);
                    Self::pause(in_a_row).await;
                    in_a_row += 1;
                }
            }
        }
    }

    /// Everything that is known, by name; what was not answered again, until all of it was.
    async fn look_at_all(&self, source: Source<'_>) -> Outcome<()> {
        let mut ids: Vec<_> = self.snapshot.load().services().map(|(id, ..)| id).collect();
        let mut in_a_row = 0;
        while let Err(Unanswered { ids: left, failure }) = self.look_at_named(source, &ids).await {
            in_a_row = if left.len() < ids.len() { 0 } else { in_a_row };
            if !failure.is_passing() || in_a_row == TRIES {
                return Err(failure);
            }
            Self::pause(in_a_row).await;
            in_a_row += 1;
            ids = left;
        }
        Ok(())
    }

    /// A sweep that begins at this moment or after it: one at a time, which all share who have waited for it.
    pub(super) async fn sweep_since(&self, source: Source<'_>, at: Instant) -> Outcome<()> {
        let _turn = self.sweeping.lock().await;
        if self.snapshot.load().swept_at.is_some_and(|swept_at| swept_at >= at) {
            return Ok(());
        }
        self.sweep(source).await
    }

    /// Waits until a pass is due, and says which.
    async fn until_next_pass(&self, passed_at: Option<Instant>) -> Way {
        loop {
            let Some(next) = self.next_pass(passed_at) else {
                self.pass_kick.notified().await;
                continue;
            };
            match next {
                (way, at) if at <= Instant::now() => return way,
                // Someone may ask for more meanwhile.
                (_, at) => drop(tokio::time::timeout_at(at, self.pass_kick.notified()).await),
            }
        }
    }

    /// The next pass that anyone needs, and when; `None` while nobody does.
    fn next_pass(&self, passed_at: Option<Instant>) -> Option<(Way, Instant)> {
        let snapshot = self.snapshot.load();
        let Some(swept_at) = snapshot.swept_at else { return Some((Way::Sweep, Instant::now())) };
        let asked = &self.asked;
        if lock(&self.sweep_after).is_some_and(|after| swept_at < after) {
            return Some((Way::Sweep, Instant::now()));
        }
        let after = |at: Instant| at + self.settled;
        if self.is_recent(&asked.for_list) {
            return Some((Way::Sweep, after(swept_at)));
        }
        let named_calls = snapshot.services().count().div_ceil(self.batch);
        let way = if named_calls < snapshot.sweep_calls { Way::Named } else { Way::Sweep };
        let last = passed_at.map_or(swept_at, |at| at.max(swept_at));
        self.is_recent(&asked.for_any).then(|| (way, after(last)))
    }

    /// All pages. What is on a page is known as soon as it comes; what is gone only after the last: half a listing
    /// says nothing about that. Each page is packed as it comes, so that ten thousand descriptions are never held at once.
    async fn sweep(&self, source: Source<'_>) -> Outcome<()> {
        let begun = Instant::now();
        let mut present: HashSet<ServiceId> = HashSet::new();
        let mut marker = None;
        for number in 1..=MOST_PAGES {
            let at = Instant::now();
            let (page, next) = self.page(source, marker).await?;
            present.extend(self.work_in(&[], page, at, source.broker, source.catalog));
            if next.is_none() {
                self.replace(|before| before.with_sweep(&present, begun, begun.elapsed(), number));
                self.learned();
                return Ok(());
            }
            self.learned();
            marker = next;
        }
        Err(Failure::incomplete("DescribeDBInstances", "last page"))
    }

    /// One page. While AWS throttles or fails for a moment it is asked for again: a sweep of a hundred pages that
    /// began anew each time would never end.
    async fn page(
        &self,
        source: Source<'_>,
        marker: Option<String>,
    ) -> Outcome<(Vec<Instance>, Option<String>)> {
        let mut tries = 0;
        loop {
            match source.aws.describe_page(marker.clone()).await {
                Err(failure) if failure.is_passing() && tries < TRIES => {
                    self.failed(&failure);
                    Self::pause(tries).await;
                    tries += 1;
                }
                ended => return ended,
            }
        }
    }
}

/// How long a sweep takes at a number of calls per second.
pub(in crate::engine) fn duration_of(sweep_calls: usize, calls_per_second: f64) -> Duration {
    let calls = u32::try_from(sweep_calls).unwrap_or(u32::MAX);
    Duration::try_from_secs_f64(f64::from(calls) / calls_per_second).unwrap_or(Duration::MAX)
}
