//! DB parameter groups: removes those that a crash, or an upgrade, left without an instance.
//!
//! A group is removed only if it carries this broker's tags, is older than the grace period, and no
//! instance uses it or is about to. RDS itself refuses to delete one in use.

use std::time::Duration;

use super::orphans::Orphans;
use crate::aws::{Aws, Cause, Lane, ListedGroup, Outcome};
use crate::engine::create::retrying;
use crate::engine::known::Known;
use crate::engine::snapshot::Snapshot;
use crate::engine::{Engine, now};
use crate::error::chain;
use crate::model::{Desired, ServiceId, Tags, group, tag};

/// Removes what nothing uses. The snapshot must be newer than the listing. What fails about one group holds up no other.
pub(super) async fn sweep(
    engine: &Engine,
    groups: Vec<ListedGroup>,
    snapshot: &Snapshot,
    orphans: &mut Orphans,
) {
    let broker = &engine.inner.settings.broker;
    for listed in groups {
        let Some(id) = group::service_of(broker, &listed.name) else { continue };
        let kept = snapshot.get(id).and_then(|sighting| sighting.kept.as_ref());
        if kept.is_some_and(|kept| uses(&engine.open(kept), &listed.name)) || !orphans.found(&listed.arn) {
            continue;
        }
        if let Err(failure) = remove(engine, id, &listed).await {
            tracing::warn!(service.id = %id, group.name = %listed.name, error = %chain(&failure), "An orphaned parameter group is left to the next sweep");
        }
    }
}

/// Removes one that is old and ours, unless its service uses it after all.
async fn remove(engine: &Engine, id: ServiceId, listed: &ListedGroup) -> Outcome<()> {
    let tags = retrying(|| engine.inner.aws.group_tags(Lane::Read, &listed.arn)).await?;
    if !is_old_and_ours(engine, &tags)
        || engine.look_surely(id).await?.is_some_and(|known| uses(&known, &listed.name))
    {
        return Ok(());
    }
    match retrying(|| engine.inner.aws.delete_group(&listed.name)).await {
        Ok(()) => {
            tracing::info!(service.id = %id, group.name = %listed.name, "Removed a parameter group that no instance uses");
            Ok(())
        }
        Err(failure) if failure.cause == Cause::Busy => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// All parameter groups of the account, this broker's among them.
pub(in crate::engine) async fn list(aws: &Aws) -> Outcome<Vec<ListedGroup>> {
    let mut all = Vec::new();
    let mut marker = None;
    loop {
        let (page, next) = retrying(|| aws.list_groups(marker.clone())).await?;
        all.extend(page);
        match next {
            Some(next) => marker = Some(next),
            None => return Ok(all),
        }
    }
}

/// Whether an instance uses a group, or is about to: for the version it runs, or one it is to run.
pub(in crate::engine) fn uses(known: &Known, name: &str) -> bool {
    if known.instance.parameter_group.name == name {
        return true;
    }
    match &known.desired {
        Some(Desired::Running(target)) if !target.parameters.is_empty() => {
            // Until the wish is reached, which families are on the way is not for a sweep to judge.
            let own =
                |version: &str| group::own(&target.group_prefix, &target.provider.traits().family(version));
            !target.done && name.starts_with(&target.group_prefix)
                || name == own(&known.instance.engine_version)
        }
        Some(Desired::Running(target)) => !target.done && name.starts_with(&target.group_prefix),
        Some(Desired::Gone { groups, .. }) => groups.iter().any(|group| group == name),
        Some(Desired::Unreadable(_)) => true,
        None => false,
    }
}

fn is_old_and_ours(engine: &Engine, tags: &Tags) -> bool {
    let settings = &engine.inner.settings;
    let ours = tags.get(tag::BROKER).is_some_and(|broker| broker == settings.broker.as_str());
    ours && age(tags).is_some_and(|age| age >= settings.sweep_grace)
}

/// How long ago a group was made, as its tags say.
pub(in crate::engine) fn age(tags: &Tags) -> Option<Duration> {
    let made_at: u64 = tags.get(tag::MADE_AT)?.parse().ok()?;
    Some(Duration::from_secs(now().saturating_sub(made_at)))
}
