//! Secrets: removes those that a crash left without an instance, and notices those that an instance
//! refers to and that are gone.
//!
//! A secret is removed only if it carries this broker's tags, is older than the grace period, and
//! no instance that AWS shows *after* the listing refers to it. Never by name alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::orphans::Orphans;
use crate::aws::{Aws, Outcome, StoredSecret};
use crate::engine::Engine;
use crate::engine::create::retrying;
use crate::engine::snapshot::Snapshot;
use crate::error::chain;
use crate::model::{BrokerName, ServiceId, Which, desired::secret_arns, tag};

/// A secret below this broker's name: as little as there must be of each, since there are two for each service.
#[derive(Debug)]
pub(in crate::engine) struct Listed {
    /// ARN, which holds the name.
    pub(in crate::engine) arn: Box<str>,
    /// The service it was made for, where it carries this broker's tags.
    pub(in crate::engine) service: Option<ServiceId>,
    /// How long ago it was made; `None` where AWS does not say.
    pub(in crate::engine) age: Option<Duration>,
}

impl Listed {
    fn of(secret: &StoredSecret, broker: &BrokerName) -> Self {
        let ours = secret.tags.get(tag::BROKER).is_some_and(|owner| owner == broker.as_str());
        let service = secret.tags.get(tag::SERVICE).filter(|_| ours).and_then(|id| id.parse().ok());
        Self { arn: secret.arn.as_str().into(), service, age: secret.age }
    }

    /// Its name: what is last in the ARN, without the six characters that Secrets Manager adds.
    pub(in crate::engine) fn name(&self) -> &str {
        let full = self.arn.rsplit(':').next().unwrap_or_default();
        full.rsplit_once('-').map_or(full, |(name, _)| name)
    }
}

/// Removes what nothing refers to, and returns what is referred to and gone. The snapshot must be newer than the listing.
/// What fails about one secret holds up no other.
pub(super) async fn sweep(
    engine: &Engine,
    secrets: Vec<Listed>,
    snapshot: &Snapshot,
    orphans: &mut Orphans,
) -> BTreeSet<(ServiceId, Which)> {
    let referred: BTreeMap<ServiceId, Vec<String>> =
        snapshot.services().map(|(id, _, kept)| (id, secret_arns(&kept.instance().tags))).collect();
    for secret in &secrets {
        let Some(id) = orphaned(engine, secret, &referred).filter(|_| orphans.found(&secret.arn)) else {
            continue;
        };
        if let Err(failure) = remove(engine, id, secret).await {
            tracing::warn!(service.id = %id, secret.name = secret.name(), error = %chain(&failure), "An orphaned secret is left to the next sweep");
        }
    }
    lost(engine, &secrets, &referred).await
}

/// Removes one, unless its service refers to it after all: one answer without an instance proves nothing.
async fn remove(engine: &Engine, id: ServiceId, secret: &Listed) -> Outcome<()> {
    let known = engine.look_surely(id).await?;
    if known.is_some_and(|known| refers(&secret_arns(&known.instance.tags), secret)) {
        return Ok(());
    }
    retrying(|| engine.inner.aws.delete_secret(&secret.arn)).await?;
    tracing::info!(service.id = %id, secret.name = secret.name(), "Removed a secret that no instance refers to");
    Ok(())
}

/// Whether a secret is among those ARNs.
pub(in crate::engine) fn refers(arns: &[String], secret: &Listed) -> bool {
    arns.iter().any(|arn| **arn == *secret.arn)
}

/// All secrets below this broker's name.
pub(in crate::engine) async fn list(aws: &Aws, broker: &BrokerName) -> Outcome<Vec<Listed>> {
    let prefix = format!("{broker}/");
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let (page, next) = retrying(|| aws.list_secrets(&prefix, token.clone())).await?;
        all.extend(page.iter().map(|secret| Listed::of(secret, broker)));
        match next {
            Some(next) => token = Some(next),
            None => return Ok(all),
        }
    }
}

/// The service of a secret that is ours, old enough, and that nothing refers to.
fn orphaned(
    engine: &Engine,
    secret: &Listed,
    referred: &BTreeMap<ServiceId, Vec<String>>,
) -> Option<ServiceId> {
    let settings = &engine.inner.settings;
    let old = secret.age.is_some_and(|age| age >= settings.sweep_grace);
    let id = secret.service?;
    let in_use = referred.get(&id).is_some_and(|arns| refers(arns, secret));
    (old && !in_use).then_some(id)
}

/// Secrets that an instance refers to but the listing lacks. Listings lag, so each is asked for.
async fn lost(
    engine: &Engine,
    secrets: &[Listed],
    referred: &BTreeMap<ServiceId, Vec<String>>,
) -> BTreeSet<(ServiceId, Which)> {
    let listed: BTreeSet<&str> = secrets.iter().map(|secret| &*secret.arn).collect();
    let before = engine.inner.found.load_full();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_told_by_what_its_arn_says_and_by_its_tags() {
        let broker: BrokerName = "codesphere".parse().unwrap();
        let id: ServiceId = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11".parse().unwrap();
        let name = broker.secret_name(id, "b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", Which::User);
        let arn = format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:{name}-AbCdEf");
        let tagged = |owner: &str| {
            let tags = [(tag::BROKER, owner.to_owned()), (tag::SERVICE, id.to_string())];
            let tags = tags.map(|(key, value)| (key.to_owned(), value)).into();
            Listed::of(&StoredSecret { arn: arn.clone(), name: name.clone(), age: None, tags }, &broker)
        };
        let own = tagged("codesphere");
        assert_eq!((own.name(), own.service), (name.as_str(), Some(id)));
        assert!(refers(std::slice::from_ref(&arn), &own) && !refers(&[], &own));
        assert_eq!(tagged("codesphere-two").service, None);
    }
}
