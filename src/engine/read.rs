//! The read path: from the snapshot to answers, without a lock and without a call of its own.
//!
//! A caller waits for one refresh at most, and only where what is known is older than it may be.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::refresh::lock;
use super::snapshot::Snapshot;
use super::{Engine, now, status};
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
        self.inner.refresher.asked();
        if self.observed_at()?.elapsed() >= self.inner.settings.refresh_settled {
            self.inner.refresher.look(None, Instant::now() + LOOK_WITHIN).await;
        }
        let snapshot = self.inner.refresher.snapshot();
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
        self.inner.refresher.asked();
        self.observed_at()?;
        ids.sort_unstable();
        ids.dedup();
        let stale: Vec<_> = {
            let snapshot = self.inner.refresher.snapshot();
            ids.iter().copied().filter(|&id| self.is_stale(&snapshot, id)).collect()
        };
        if !stale.is_empty() {
            self.inner.refresher.look(Some(stale), Instant::now() + LOOK_WITHIN).await;
        }
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
        let lost = self.inner.lost_secrets.borrow();
        let lost = (!lost.is_empty()).then(|| lost.iter().find(|(service, _)| *service == id)).flatten();
        let lost = lost.map(|(_, which)| *which);
        if lost.is_none()
            && let Some(document) = kept.document.get()
        {
            return Some(document.clone());
        }
        let note = lock(&self.inner.notes).get(&id).cloned();
        let catalog = self.inner.catalog.provider(provider);
        let lasts = note.is_none() && lost.is_none() && kept.resting.is_some();
        let rendered = status::render(&self.open(kept), note, lost, catalog, now());
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

    fn is_stale(&self, snapshot: &Snapshot, id: ServiceId) -> bool {
        let sighting = snapshot.get(id);
        let settled =
            sighting.and_then(|sighting| sighting.kept.as_ref()).is_some_and(|kept| kept.is_settled)
                || self.waits_long(id);
        let (at, limit) = if settled {
            (snapshot.asked_at(id), self.inner.settings.refresh_settled)
        } else {
            // Another replica may have made it since the last sweep.
            (sighting.map(|sighting| sighting.at), self.inner.settings.refresh_active)
        };
        at.is_none_or(|at| at.elapsed() >= limit)
    }
}
