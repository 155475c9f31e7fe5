//! Looks at services by name: those in transition, those that were just changed, and those that someone asks for
//! and about which too little is known.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::{Refresher, Source, lock};
use crate::aws::{Lane, Outcome};
use crate::engine::snapshot::Snapshot;
use crate::model::ServiceId;

/// How soon a missing instance is looked for again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Refresher {
    /// One round after the other, each over everything that is due or wanted when it begins.
    pub(super) async fn look(&self, source: Source<'_>, due: impl Fn(&Snapshot) -> Vec<ServiceId>) {
        let mut in_a_row = 0;
        loop {
            let snapshot = self.snapshot.load_full();
            let mut ids = self.take_wanted(&snapshot);
            ids.extend(due(&snapshot));
            drop(snapshot);
            if !ids.is_empty() {
                match self.look_at(source, ids).await {
                    Ok(()) => in_a_row = 0,
                    Err(failure) => {
                        self.failed(&failure, in_a_row).await;
                        in_a_row += 1;
                        continue;
                    }
                }
            }
            self.until_next_look().await;
        }
    }

    /// What is wanted, without what was looked at since it was noted.
    fn take_wanted(&self, snapshot: &Snapshot) -> BTreeSet<ServiceId> {
        let wanted = std::mem::take(&mut *lock(&self.wanted));
        let is_stale =
            |id: &ServiceId| snapshot.get(*id).is_none_or(|sighting| sighting.at.elapsed() >= self.active);
        let mut ids = wanted.surely;
        ids.extend(wanted.if_stale.into_iter().filter(is_stale));
        ids
    }

    /// A sweep costs a page per hundred instances in the account, ours or not: where that is less, it is better.
    async fn look_at(&self, source: Source<'_>, ids: BTreeSet<ServiceId>) -> Outcome<()> {
        let ids: Vec<ServiceId> = ids.into_iter().collect();
        if ids.len().div_ceil(self.batch) > self.snapshot.load().sweep_calls.max(1) {
            self.want_sweep();
            return Ok(());
        }
        self.look_at_named(source, &ids).await
    }

    /// In batches side by side, as far as the budget goes: one that fails does not hold up the others.
    pub(super) async fn look_at_named(&self, source: Source<'_>, ids: &[ServiceId]) -> Outcome<()> {
        let batches = ids.chunks(self.batch).map(|batch| async move {
            let identifiers: Vec<_> = batch.iter().map(|&id| source.broker.instance_identifier(id)).collect();
            let at = Instant::now();
            let found = source.aws.describe_instances(Lane::Read, &identifiers).await?;
            let found = self.keep(found, at, source.broker, source.catalog);
            self.replace(|before| before.with_answer(batch, found, at));
            self.learned();
            Ok(())
        });
        join_all(batches).await.into_iter().collect()
    }

    /// Until something is due or wanted.
    async fn until_next_look(&self) {
        let missing = self.snapshot.load().services().any(|(_, sighting, _)| sighting.is_missing());
        let next = if missing { self.active.min(LOOK_AGAIN) } else { self.active };
        // A kick ends the pause early.
        drop(tokio::time::timeout(next, self.look_kick.notified()).await);
    }
}
