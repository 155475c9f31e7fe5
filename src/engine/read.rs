//! The read path: from the snapshot to answers, without a lock and without a call of its own.
//!
//! A caller waits for one refresh at most, and only where what is known is older than it may be.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::refresh::{duration_of, lock};
use super::snapshot::Snapshot;
use super::{Engine, now, status};
use crate::aws::Service;
use crate::error::{Error, Result};
use crate::model::{Provider, ServiceId};

/// How long a caller waits for a fresher observation before it is given what is known.
const LOOK_WITHIN: Duration = Duration::from_secs(8);

impl Engine {
    /// The ids of a provider's services, as a JSON array, with the age of the oldest answer that went into it.
    ///
    /// # Errors
    /// [`crate::error::Kind::Unavailable`] before the first observation of AWS has ended, and while
    /// what is known is too old.
    pub async fn list(&self, provider: Provider) -> Result<(Bytes, Duration)> {
        let refresher = &self.inner.refresher;
        refresher.asked(true);
        let window = self.inner.settings.refresh_settled;
        if self.observed_at()?.elapsed() >= window && self.is_quick() {
            let is_enough = |snapshot: &Snapshot| snapshot.swept_at.is_some_and(|at| at.elapsed() < window);
            refresher.until(Instant::now() + LOOK_WITHIN, is_enough).await;
        }
        let snapshot = refresher.snapshot();
        let age = snapshot.swept_at.map_or(Duration::ZERO, |at| at.elapsed());
        self.not_too_old(age)?;
        Ok((snapshot.list(provider), age))
    }

    /// The status documents of those ids that are services of this provider, as JSON and in the order of
    /// the ids, with the age of the oldest.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn statuses(
        &self,
        provider: Provider,
        mut ids: Vec<ServiceId>,
    ) -> Result<(Vec<(ServiceId, Bytes)>, Duration)> {
        self.inner.refresher.asked(false);
        self.observed_at()?;
        ids.sort_unstable();
        ids.dedup();
        self.freshen(&ids).await;
        let snapshot = self.inner.refresher.snapshot();
        let mut documents = Vec::with_capacity(ids.len());
        let mut oldest = Duration::ZERO;
        let at = Instant::now();
        for id in ids {
            if let Some(asked) = snapshot.asked_at(id) {
                oldest = oldest.max(at.duration_since(asked));
            }
            if let Some(document) = self.document(&snapshot, provider, id) {
                documents.push((id, document));
            }
        }
        self.not_too_old(oldest)?;
        Ok((documents, oldest))
    }

    /// One service's document: rendered once for as long as nothing changes.
    fn document(&self, snapshot: &Snapshot, provider: Provider, id: ServiceId) -> Option<Bytes> {
        let kept = snapshot.get(id)?.kept.as_ref().filter(|kept| kept.is_of(provider))?;
        let found = self.inner.found.borrow().get(&id).cloned();
        if found.is_none()
            && let Some(document) = kept.document.get()
        {
            return Some(document.clone());
        }
        let note = lock(&self.inner.notes).get(&id).cloned().or_else(|| self.rest_of(id, kept));
        let catalog = self.inner.catalog.provider(provider);
        let lasts = note.is_none() && found.is_none() && kept.resting.is_some();
        let rendered = status::render(&self.open(kept), note, found.as_ref(), catalog, now());
        let document = Bytes::from(serde_json::to_vec(&rendered).unwrap_or_default());
        if lasts {
            // Another thread may have been quicker: it has rendered the same.
            drop(kept.document.set(document.clone()));
        }
        Some(document)
    }

    /// When AWS was last swept, or the answer for as long as it never was.
    fn observed_at(&self) -> Result<Instant> {
        self.inner.refresher.snapshot().swept_at.ok_or_else(|| {
            Error::unavailable(
                "AWS is still being asked for the first time; try again.",
                Duration::from_secs(2),
            )
        })
    }

    /// While AWS throttles or fails, what is known is told, but not for ever.
    fn not_too_old(&self, age: Duration) -> Result<()> {
        if age <= self.inner.settings.stale_limit {
            return Ok(());
        }
        Err(Error::unavailable(
            "AWS has not answered for so long that what is known may no longer be true; try again.",
            Duration::from_secs(10),
        ))
    }

    /// Sees to it that what is known of these ids is as fresh as it should be, and waits for that, but not for long.
    async fn freshen(&self, ids: &[ServiceId]) {
        let refresher = &self.inner.refresher;
        let needs: Vec<(ServiceId, Need)> = {
            let snapshot = refresher.snapshot();
            ids.iter().filter_map(|&id| Some((id, self.need(&snapshot, id)?))).collect()
        };
        if needs.is_empty() {
            return;
        }
        let by_name: Vec<_> =
            needs.iter().filter(|(_, need)| *need == Need::Look).map(|(id, _)| *id).collect();
        if !by_name.is_empty() {
            refresher.want_if_stale(by_name.iter().copied());
        }
        if refresher.is_failing() {
            return;
        }
        // A pass that takes longer than anyone waits is under way: what it has not reached yet is told with its age.
        let awaited = if self.is_quick() { needs.into_iter().map(|(id, _)| id).collect() } else { by_name };
        let is_enough = |snapshot: &Snapshot| {
            refresher.is_failing() || awaited.iter().all(|&id| self.need(snapshot, id).is_none())
        };
        refresher.until(Instant::now() + LOOK_WITHIN, is_enough).await;
    }

    /// Whether a pass through everything ends while a caller waits.
    fn is_quick(&self) -> bool {
        let calls = self.inner.refresher.snapshot().sweep_calls;
        duration_of(calls, self.inner.aws.rate(Service::Rds)) < LOOK_WITHIN
    }

    /// How an id is to be looked at, if what is known of it is older than it may be.
    fn need(&self, snapshot: &Snapshot, id: ServiceId) -> Option<Need> {
        let sighting = snapshot.get(id);
        let settled =
            sighting.and_then(|sighting| sighting.kept.as_ref()).is_some_and(|kept| kept.is_settled)
                || self.waits_long(id);
        let settings = &self.inner.settings;
        if settled {
            // The pass is due, and comes by. After a long silence it comes too late for those who ask for little.
            let age = snapshot.asked_at(id).map_or(Duration::MAX, |at| at.elapsed());
            let is_old = age >= settings.refresh_settled.saturating_mul(2) && !self.is_quick();
            return (age >= settings.refresh_settled).then_some(if is_old { Need::Look } else { Need::Pass });
        }
        // Another replica may have made it since the last sweep.
        let age = sighting.map_or(Duration::MAX, |sighting| sighting.at.elapsed());
        (age >= settings.refresh_active).then_some(Need::Look)
    }
}

/// How an id is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// By name.
    Look,
    /// With everything else that is settled.
    Pass,
}
