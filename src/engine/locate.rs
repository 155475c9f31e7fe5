//! Finding the instance of one service, for a request that is about to write.

use std::sync::Arc;
use std::time::Duration;

use super::Engine;
use super::known::Known;
use super::snapshot::ABSENT_AFTER;
use crate::aws::{Failure, Lane, Outcome};
use crate::model::ServiceId;

/// How often an instance is looked for before it counts as not there.
const LOOKS: u32 = 3;
/// The pause between two looks at what was there before: RDS's answers are eventually consistent.
const BETWEEN_LOOKS: Duration = Duration::from_millis(400);
/// The pause where this process has never seen it: another may have made it a moment ago, and "there is no such database"
/// would leave that behind for ever. The looks are spread as far as a snapshot wants it.
const BETWEEN_FIRST_LOOKS: Duration =
    Duration::from_millis(ABSENT_AFTER.as_millis() as u64 / (LOOKS as u64 - 1));

impl Engine {
    /// One DescribeDBInstances for one service. What it says is worked into the snapshot.
    pub(super) async fn look_once(&self, id: ServiceId) -> Outcome<Option<Arc<Known>>> {
        let inner = &self.inner;
        let identifier = inner.settings.broker.instance_identifier(id);
        let (mut found, at) = inner.aws.describe_instances(Lane::Write, &[identifier]).await?;
        inner.refresher.answered(id, found.pop(), at, &inner.settings.broker, &inner.catalog);
        let snapshot = inner.refresher.snapshot();
        let sighting = snapshot.get(id).filter(|sighting| !sighting.is_missing());
        Ok(sighting.and_then(|sighting| Some(Arc::new(self.open(sighting.kept.as_ref()?)))))
    }

    /// Where the account was swept and nothing is known, looking is no use: a create that finds the name taken
    /// changes nothing. What was there before is looked for several times.
    pub(super) async fn look_before_creating(&self, id: ServiceId) -> Outcome<Option<Arc<Known>>> {
        {
            let snapshot = self.inner.refresher.snapshot();
            match snapshot.get(id) {
                seen if seen.is_none_or(|seen| seen.kept.is_none()) && snapshot.swept_at.is_some() => {
                    return Ok(None);
                }
                // This process has just made it, or looked at it: a caller repeats what was not answered in time.
                Some(seen)
                    if !seen.is_missing() && seen.at.elapsed() < self.inner.settings.refresh_active =>
                {
                    if let Some(kept) = &seen.kept {
                        return Ok(Some(Arc::new(self.open(kept))));
                    }
                }
                _ => {}
            }
        }
        if let Some(known) = self.look_once(id).await? {
            return Ok(Some(known));
        }
        let was_there = self.inner.refresher.snapshot().get(id).is_some_and(|seen| seen.kept.is_some());
        if was_there { self.look_surely(id).await } else { Ok(None) }
    }

    /// Looks several times before it says that there is nothing.
    pub(super) async fn look_surely(&self, id: ServiceId) -> Outcome<Option<Arc<Known>>> {
        for look in 0..LOOKS {
            if look > 0 {
                let snapshot = self.inner.refresher.snapshot();
                let was_there = snapshot.get(id).is_some_and(|sighting| sighting.kept.is_some());
                drop(snapshot);
                tokio::time::sleep(if was_there { BETWEEN_LOOKS } else { BETWEEN_FIRST_LOOKS }).await;
            }
            if let Some(known) = self.look_once(id).await? {
                return Ok(Some(known));
            }
        }
        // What was there a moment ago is not gone for as little: nothing may be built on that.
        let snapshot = self.inner.refresher.snapshot();
        match snapshot.get(id).and_then(|sighting| sighting.kept.as_ref()) {
            Some(_) => Err(Failure::incomplete("DescribeDBInstances", "instance that was there before")),
            None => Ok(None),
        }
    }
}
