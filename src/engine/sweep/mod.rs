//! The slow sweep over what belongs to services beside their instances: what a crash left without one
//! is removed after a grace period, and only if it carries this broker's tags.

pub(super) mod found;
pub(super) mod groups;
mod orphans;
pub(super) mod secrets;

use std::time::Duration;

use tokio::time::Instant;

use super::Engine;
use super::snapshot::Snapshot;
use crate::aws::Outcome;
use crate::error::chain;
use orphans::Orphans;

/// How long a sweep waits for a fresh observation of the account: ten thousand instances take minutes, and an hour where
/// AWS throttles.
const OBSERVE_WITHIN: Duration = Duration::from_secs(3600);

/// Sweeps now and then until the engine stops.
pub(super) async fn run(engine: Engine) {
    let mut orphans = Orphans::new(engine.inner.settings.sweep_grace);
    loop {
        // What a stop interrupts here the next start does again.
        let swept = tokio::select! {
            () = engine.inner.stopped.cancelled() => return,
            swept = once(&engine, &mut orphans) => swept,
        };
        if let Err(failure) = swept {
            tracing::warn!(error = %chain(&failure), "The sweep over secrets and parameter groups did not end");
        }
        tokio::select! {
            () = engine.inner.stopped.cancelled() => return,
            () = tokio::time::sleep(engine.inner.settings.sweep_every) => {}
        }
    }
}

/// Lists first and observes then: what is not referred to after it was listed is referred to by nothing.
async fn once(engine: &Engine, orphans: &mut Orphans) -> Outcome<()> {
    let listed_secrets = secrets::list(&engine.inner.aws, &engine.inner.settings.broker).await?;
    let listed_groups = groups::list(&engine.inner.aws).await?;
    let listed = Instant::now();
    let refresher = &engine.inner.refresher;
    refresher.want_sweep();
    let is_enough = |snapshot: &Snapshot| snapshot.swept_at.is_some_and(|at| at >= listed);
    refresher.until(listed + OBSERVE_WITHIN, is_enough).await;
    let snapshot = refresher.snapshot().clone();
    if !is_enough(&snapshot) {
        tracing::warn!("The account could not be observed for the sweep over secrets and parameter groups");
        return Ok(());
    }
    orphans.begin();
    let lost = secrets::sweep(engine, listed_secrets, &snapshot, orphans).await;
    groups::sweep(engine, listed_groups, &snapshot, orphans).await;
    let changed = found::changed_groups(engine, &snapshot).await;
    engine.inner.found.store(found::of(&lost, changed).into());
    // Answers out of the snapshot before know nothing of it.
    refresher.renew();
    Ok(())
}
