//! Looks at services by name: those in transition, those that were just changed, and those that someone asks for
//! and about which too little is known.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::pass::duration_of;
use super::{LONGEST_PAUSE, Refresher, Source, lock};
use crate::aws::{Failure, Lane, Outcome, Service};
use crate::engine::snapshot::Snapshot;
use crate::model::ServiceId;

/// How many calls of a round are under way side by side, at least and at most.
const SIDE_BY_SIDE: (usize, usize) = (2, 8);

/// What a round has asked about in vain, or no longer.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) ids: Vec<ServiceId>,
    /// Why the last call failed.
    pub(super) failure: Failure,
}

/// A service that is looked at without anyone asking.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    pub(crate) id: ServiceId,
    /// How old what is known of it is.
    pub(crate) age: Duration,
    /// How old that may get.
    pub(crate) window: Duration,
}

impl Watched {
    /// How long it can still wait, if a look must begin so early for its answer to come in time.
    fn left(&self, early: Duration) -> Duration {
        self.window.saturating_sub(early.min(self.window / 2)).saturating_sub(self.age)
    }
}

impl Refresher {
    /// One round after the other, each over everything that is due or wanted when it begins, and over what the last
    /// one has got no answer about.
    pub(super) async fn look(&self, source: Source<'_>, watched: impl Fn(&Snapshot) -> Vec<Watched>) {
        let mut in_a_row = 0;
        let mut left = Vec::new();
        loop {
            let ids = self.next_round(std::mem::take(&mut left), source, &watched);
            if !ids.is_empty() {
                let asked = ids.len();
                if let Err(unanswered) = self.look_at(source, ids).await {
                    left = unanswered.ids;
                    in_a_row = if left.len() < asked { 0 } else { in_a_row };
                    // Never longer than what is in transition may go unobserved.
                    self.pause(in_a_row, self.active.min(LONGEST_PAUSE), &unanswered.failure).await;
                    in_a_row += 1;
                    continue;
                }
                in_a_row = 0;
            }
            if lock(&self.wanted).is_empty() {
                self.until_next_look(&watched(&self.snapshot.load_full()), source).await;
            }
        }
    }

    /// How long before its end a window must be looked at: so long the calls wait for their turns, behind one of a pass.
    /// While AWS throttles there is no turn to spare, and what is looked at earlier is looked at more often.
    fn early(&self, watched: usize, source: Source<'_>) -> Duration {
        if source.aws.is_held_back(Service::Rds) {
            return self.active / 10;
        }
        let turns = watched.div_ceil(self.batch) + 1;
        duration_of(turns, source.aws.rate(Service::Rds)).max(self.active / 10)
    }

    /// Everything that is due, was just changed, or had no answer; and of what callers want, which may be much, as much
    /// as does not make that wait past its window.
    fn next_round(
        &self,
        left: Vec<ServiceId>,
        source: Source<'_>,
        watched: &impl Fn(&Snapshot) -> Vec<Watched>,
    ) -> Vec<ServiceId> {
        let snapshot = self.snapshot.load_full();
        let watched = watched(&snapshot);
        let early = self.early(watched.len(), source);
        let mut wanted = lock(&self.wanted);
        let mut ids = std::mem::take(&mut wanted.surely);
        ids.extend(left);
        add_due(&mut ids, watched, early, self.batch);
        let calls = (source.aws.rate(Service::Rds) * self.active.as_secs_f64()) as usize;
        // There is always a call for callers.
        let room = (calls * self.batch).saturating_sub(ids.len()).max(self.batch);
        let is_stale = |id: ServiceId| {
            let is_old = |at: Instant| at.elapsed() >= self.active;
            !ids.contains(&id) && snapshot.get(id).is_none_or(|sighting| is_old(sighting.at))
        };
        let taken = wanted.take(room, is_stale);
        ids.extend(taken);
        ids.into_iter().collect()
    }

    /// A sweep costs a page per hundred instances in the account, ours or not: where that is less, it is better. Not
    /// where one is under way already, which began too early for those who wait here: they would wait for two.
    async fn look_at(&self, source: Source<'_>, ids: Vec<ServiceId>) -> Result<(), Unanswered> {
        let sweep_calls = self.snapshot.load().sweep_calls;
        let costs_less = sweep_calls > 0 && sweep_calls < ids.len().div_ceil(self.batch);
        let turn = costs_less.then(|| self.sweeping.try_lock().ok()).flatten();
        let Some(_turn) = turn else { return self.look_at_named(source, &ids).await };
        let at = Instant::now();
        if let Err(failure) = self.sweep(source, Duration::ZERO).await {
            self.failed(&failure);
            return Err(Unanswered { ids, failure });
        }
        // Those that were on no page were looked for in vain.
        self.replace(|before| before.with_answer(&ids, Vec::new(), at));
        self.learned();
        Ok(())
    }

    /// In batches, a few side by side: as many as the budget can use, so that what comes meanwhile does not wait behind
    /// all of them. One that fails does not hold up the others; where one after the other fails, the rest is left.
    pub(super) async fn look_at_named(
        &self,
        source: Source<'_>,
        ids: &[ServiceId],
    ) -> Result<(), Unanswered> {
        // A call takes less than a second.
        let side_by_side =
            (source.aws.rate(Service::Rds).ceil() as usize).clamp(SIDE_BY_SIDE.0, SIDE_BY_SIDE.1);
        let mut batches = ids.chunks(self.batch);
        let mut under_way = FuturesUnordered::new();
        let (mut unanswered, mut in_a_row) = (None::<Unanswered>, 0);
        loop {
            while under_way.len() < side_by_side
                && in_a_row < side_by_side
                && let Some(batch) = batches.next()
            {
                under_way.push(async move { (batch, self.look_at_batch(source, batch).await) });
            }
            match under_way.next().await {
                None => break,
                Some((_, Ok(()))) => in_a_row = 0,
                Some((batch, Err(failure))) => {
                    in_a_row += 1;
                    self.failed(&failure);
                    let ids = unanswered.map(|unanswered| unanswered.ids).unwrap_or_default();
                    unanswered = Some(Unanswered { ids: [ids.as_slice(), batch].concat(), failure });
                }
            }
        }
        match unanswered {
            None => Ok(()),
            Some(Unanswered { ids, failure }) => {
                let ids = ids.into_iter().chain(batches.flatten().copied()).collect();
                Err(Unanswered { ids, failure })
            }
        }
    }

    /// One call. What it says is worked in.
    async fn look_at_batch(&self, source: Source<'_>, batch: &[ServiceId]) -> Outcome<()> {
        let identifiers: Vec<_> = batch.iter().map(|&id| source.broker.instance_identifier(id)).collect();
        let (found, at) = source.aws.describe_instances(Lane::Read, &identifiers).await?;
        self.work_in(batch, found, at, None, source.broker, source.catalog);
        self.learned();
        Ok(())
    }

    /// Until something is due or wanted.
    async fn until_next_look(&self, watched: &[Watched], source: Source<'_>) {
        let early = self.early(watched.len(), source);
        let left = watched.iter().map(|each| each.left(early)).min().unwrap_or(self.active);
        // A kick ends the pause early.
        let next = left.clamp(self.active / 10, self.active);
        drop(tokio::time::timeout(next, self.look_kick.notified()).await);
    }
}

/// Adds what is due, and to that what will be due next, as far as the last batch has room: a call costs the same for one as
/// for a hundred, and what is looked at together is due together. Otherwise a pass, which comes by at different times,
/// would have each looked at in a call of its own.
fn add_due(ids: &mut BTreeSet<ServiceId>, mut watched: Vec<Watched>, early: Duration, batch: usize) {
    watched.sort_unstable_by_key(|each| each.left(early));
    let due = watched.partition_point(|each| each.left(early).is_zero());
    ids.extend(watched[..due].iter().map(|each| each.id));
    let full = ids.len().next_multiple_of(batch);
    for each in &watched[due..] {
        if ids.len() == full {
            return;
        }
        ids.insert(each.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> ServiceId {
        uuid::Uuid::from_u128(number).to_string().parse().unwrap()
    }

    /// One of a window of five seconds.
    fn of_age(number: u128, seconds: f64) -> Watched {
        Watched { id: id(number), age: Duration::from_secs_f64(seconds), window: Duration::from_secs(5) }
    }

    fn looked_at(wanted: &[u128], watched: &[Watched], batch: usize) -> Vec<ServiceId> {
        let mut ids: BTreeSet<ServiceId> = wanted.iter().map(|&number| id(number)).collect();
        add_due(&mut ids, watched.to_vec(), Duration::from_secs(1), batch);
        ids.into_iter().collect()
    }

    #[test]
    fn a_look_takes_along_what_is_due_next_as_far_as_its_batch_has_room() {
        let watched = [of_age(1, 0.5), of_age(2, 4.0), of_age(3, 3.0), of_age(4, 1.0)];
        assert_eq!(looked_at(&[], &watched, 1), [id(2)], "its answer must come within the window");
        assert_eq!(looked_at(&[], &watched, 3), [id(2), id(3), id(4)]);
        assert_eq!(looked_at(&[], &watched, 100), [id(1), id(2), id(3), id(4)]);
        assert_eq!(looked_at(&[7], &watched, 2), [id(2), id(7)]);
        assert_eq!(looked_at(&[3, 7], &watched, 2), [id(2), id(3), id(4), id(7)]);
    }

    #[test]
    fn nothing_is_looked_at_before_something_is_due_or_wanted() {
        let fresh = [of_age(1, 0.5), of_age(2, 3.9)];
        assert_eq!(looked_at(&[], &fresh, 100), []);
        assert_eq!(looked_at(&[7], &fresh, 100), [id(1), id(2), id(7)]);
    }
}
