//! Secrets: removes those that a crash left without an instance, and notices those that an instance
//! refers to and that are gone.
//!
//! A secret is removed only if it carries this broker's tags, is older than the grace period, and
//! no instance that AWS shows *after* the listing refers to it. Never by name alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::{Aws, Outcome, StoredSecret};
use crate::engine::Engine;
use crate::engine::create::retrying;
use crate::engine::snapshot::Snapshot;
use crate::error::chain;
use crate::model::{BrokerName, ServiceId, Which, desired::secret_arns, tag};

/// Removes what nothing refers to, and returns what is referred to and gone. The snapshot must be newer than the listing.
/// What fails about one secret holds up no other.
pub(super) async fn sweep(
    engine: &Engine,
    secrets: Vec<StoredSecret>,
    snapshot: &Snapshot,
) -> BTreeSet<(ServiceId, Which)> {
    let referred: BTreeMap<ServiceId, Vec<String>> =
        snapshot.services().map(|(id, _, kept)| (id, secret_arns(&kept.instance().tags))).collect();
    for secret in &secrets {
        let Some(id) = orphaned(engine, secret, &referred) else { continue };
        if let Err(failure) = remove(engine, id, secret).await {
            tracing::warn!(service.id = %id, secret.name = %secret.name, error = %chain(&failure), "An orphaned secret is left to the next sweep");
        }
    }
    lost(engine, &secrets, &referred).await
}

/// Removes one, unless its service refers to it after all: one answer without an instance proves nothing.
async fn remove(engine: &Engine, id: ServiceId, secret: &StoredSecret) -> Outcome<()> {
    let known = engine.look_surely(id).await?;
    if known.is_some_and(|known| secret_arns(&known.instance.tags).contains(&secret.arn)) {
        return Ok(());
    }
    retrying(|| engine.inner.aws.delete_secret(&secret.arn)).await?;
    tracing::info!(service.id = %id, secret.name = %secret.name, "Removed a secret that no instance refers to");
    Ok(())
}

/// All secrets below this broker's name.
pub(in crate::engine) async fn list(aws: &Aws, broker: &BrokerName) -> Outcome<Vec<StoredSecret>> {
    let prefix = format!("{broker}/");
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let (page, next) = retrying(|| aws.list_secrets(&prefix, token.clone())).await?;
        all.extend(page);
        match next {
            Some(next) => token = Some(next),
            None => return Ok(all),
        }
    }
}

/// The service of a secret that is ours, old enough, and that nothing refers to.
fn orphaned(
    engine: &Engine,
    secret: &StoredSecret,
    referred: &BTreeMap<ServiceId, Vec<String>>,
) -> Option<ServiceId> {
    let settings = &engine.inner.settings;
    let ours = secret.tags.get(tag::BROKER).is_some_and(|broker| broker == settings.broker.as_str());
    let old = secret.age.is_some_and(|age| age >= settings.sweep_grace);
    let id: ServiceId = secret.tags.get(tag::SERVICE)?.parse().ok()?;
    let in_use = referred.get(&id).is_some_and(|arns| arns.contains(&secret.arn));
    (ours && old && !in_use).then_some(id)
}

/// Secrets that an instance refers to but the listing lacks. Listings lag, so each is asked for.
async fn lost(
    engine: &Engine,
    secrets: &[StoredSecret],
    referred: &BTreeMap<ServiceId, Vec<String>>,
) -> BTreeSet<(ServiceId, Which)> {
    let listed: BTreeSet<&str> = secrets.iter().map(|secret| secret.arn.as_str()).collect();
    let before = engine.inner.found.borrow().clone();
    let mut lost = BTreeSet::new();
    for (&id, arns) in referred {
        for (arn, &which) in arns.iter().zip(Which::ALL) {
            if listed.contains(arn.as_str()) {
                continue;
            }
            let is_lost = match retrying(|| engine.inner.aws.has_secret(arn)).await {
                Ok(is_there) => !is_there,
                // Nothing new is known of it.
                Err(failure) => {
                    tracing::warn!(service.id = %id, error = %chain(&failure), "The {which} password could not be looked for");
                    before.get(&id).is_some_and(|found| found.lost == Some(which))
                }
            };
            if is_lost {
                tracing::warn!(service.id = %id, "The {which} password is gone from Secrets Manager");
                lost.insert((id, which));
            }
        }
    }
    lost
}
