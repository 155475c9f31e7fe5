//! PATCH: a changed password to Secrets Manager, then the changed keys with a new wish into the
//! tags. From then on the wish is durable, and the worker sees to it.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::create::{random_id, retrying};
use super::known::Known;
use super::{Engine, now};
use crate::aws::{Outcome, Stored};
use crate::decide::drift;
use crate::error::{Error, Kind, Result, chain};
use crate::model::record::{GaveUp, SecretRef};
use crate::model::{
    Change, ConfigKey, Desired, Meaning, Owner, Provider, Record, ServiceId, Tags, Update, Upgrades, Which,
    resolve, tag,
};

impl Engine {
    /// Changes what a service should be.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for an unknown id, [`Kind::Conflict`] while it is being deleted or for
    /// what may not change, [`Kind::Unavailable`] where the wish could not be written.
    pub async fn update(&self, request: Update) -> Result<()> {
        let known = match self.look_surely(request.id).await? {
            Some(known) if known.is_of(request.provider) => known,
            _ => return Err(unknown(request.id, request.provider)),
        };
        let deleting = known.instance.tags.contains_key(tag::DELETING)
            || known.instance.status.meaning() == Meaning::Deleting;
        if deleting {
            return Err(Error::conflict("The service is being deleted."));
        }
        self.change(request, &known).await
    }

    /// The change itself, of an instance that is ours and stays.
    pub(super) async fn change(&self, request: Update, known: &Known) -> Result<()> {
        let Owner::Ours(record) = &known.owner else { return Err(unreadable()) };
        let catalog = self.inner.catalog.provider(request.provider);
        let upgrades = self.upgrades_for(record, &request.change).await;
        let mut tags =
            resolve::update(record, &known.instance, &request.change, catalog, upgrades.as_deref())?;
        let new_secrets =
            self.change_secrets(record, known.instance.is_young(now()), &request.change, &mut tags).await?;
        if tags.is_empty()
            && !(asks_for_something(&request.change) && (off_course(known) || self.has_changed_group(known)))
        {
            return Ok(());
        }
        let wish = random_id();
        if record.gave_up.is_err() {
            // It cannot be told from one about the new wish.
            let resource_id = known.instance.resource_id.clone();
            tags.extend(GaveUp { wish: wish.clone(), resource_id, ..GaveUp::default() }.to_tags());
        }
        tags.insert(tag::WISH.to_owned(), wish);
        let written = retrying(|| self.inner.aws.write_tags(&known.instance.arn, &tags)).await;
        if let Err(failure) = written {
            if failure.left == crate::aws::Left::Nothing {
                self.remove_secrets(&new_secrets).await;
            }
            return Err(wish_refused(failure.about_young(known.instance.is_young(now()))));
        }
        self.saw_tags(known, &tags);
        self.push(request.id);
        Ok(())
    }

    /// Whether the sweep has found that someone changed the parameters of a service.
    fn has_changed_group(&self, known: &Known) -> bool {
        let Some(record) = known.record() else { return false };
        let found = self.inner.found.load();
        found
            .get(&record.service)
            .and_then(|found| found.group.as_ref())
            .is_some_and(|group| group.wish == record.wish)
    }

    /// What RDS says about upgrades, where another version is asked for. Where it says nothing at the
    /// moment, the loop finds out.
    async fn upgrades_for(&self, record: &Record, change: &Change) -> Option<Arc<Upgrades>> {
        let asked = change.config.get(&ConfigKey::Version)?.as_ref()?.as_text()?;
        if asked == record.text(ConfigKey::Version) {
            return None;
        }
        let outcome = self.upgrades(record.provider).await;
        if let Err(failure) = &outcome {
            tracing::warn!(error = %chain(failure), "RDS did not say which upgrades there are");
        }
        outcome.ok()
    }

    /// Stores the passwords that differ from the wanted ones. Returns the secrets that were made
    /// because the old one is lost.
    async fn change_secrets(
        &self,
        record: &Record,
        young: bool,
        change: &Change,
        tags: &mut Tags,
    ) -> Result<Vec<(Which, Stored)>> {
        let mut made = Vec::new();
        for (&which, value) in &change.passwords {
            let Some(secret) = record.secrets.get(&which) else { continue };
            let wanted = retrying(|| self.wanted(record.service, secret)).await;
            match wanted.map_err(|failure| failure.about_young(young))? {
                Some(wanted) if wanted.expose_secret() == value.expose_secret() => {}
                Some(_) => {
                    let version = self.put(secret, value).await?;
                    self.inner.turns.note(record.service, &version, value);
                    tags.insert(tag::secret_version(which), version);
                }
                None => {
                    let provider = record.provider.name();
                    let stored =
                        self.store_secret(record.service, provider, &random_id(), which, value).await?;
                    tags.insert(tag::secret_arn(which), tag::encode(Some(&stored.arn)));
                    tags.insert(tag::secret_version(which), stored.version.clone());
                    made.push((which, stored));
                }
            }
        }
        Ok(made)
    }

    /// The wanted value of a password, as [`Self::password`], but known already where a request that this one has waited
    /// for has met it.
    async fn wanted(&self, id: ServiceId, secret: &SecretRef) -> Outcome<Option<SecretString>> {
        let turns = &self.inner.turns;
        if let Some(value) = turns.noted(id, &secret.wanted) {
            return Ok(Some(value));
        }
        let value = self.password(secret).await?;
        if let Some(value) = &value {
            turns.note(id, &secret.wanted, value);
        }
        Ok(value)
    }

    /// A new version with a random id: nothing about the password can be read off it.
    async fn put(&self, secret: &SecretRef, value: &SecretString) -> Outcome<String> {
        let version = Uuid::new_v4().to_string();
        retrying(|| self.inner.aws.put_secret(&secret.arn, &version, value)).await?;
        Ok(version)
    }
}

/// Whether the request names anything that RDS could be made to match again.
fn asks_for_something(change: &Change) -> bool {
    !change.is_empty()
}

/// Whether repeating the stored wish has to bring it about again: someone changed the instance, or
/// something of the wish was given up, or whether cannot be read.
fn off_course(known: &Known) -> bool {
    match &known.desired {
        Some(Desired::Running(target)) => {
            !target.gave_up.is_empty()
                || target.damage.is_some()
                || !drift(target, &known.instance).is_empty()
        }
        _ => false,
    }
}

fn unknown(id: ServiceId, provider: Provider) -> Error {
    Error::not_found(format!("There is no {provider} service {id}."))
}

/// A request about a service whose tags no longer make sense.
pub(super) fn unreadable() -> Error {
    Error::new(
        Kind::Conflict,
        "The record of this service was changed in AWS and cannot be read; an operator has to restore its tags.",
    )
}

/// A refused wish is a 503, never a 204: whether RDS refuses tags by state is documented nowhere.
pub(super) fn wish_refused(failure: crate::aws::Failure) -> Error {
    let error = Error::from(failure);
    match error.kind() {
        Kind::Unsatisfiable => {
            let after = std::time::Duration::from_secs(5);
            Error::unavailable(
                "AWS did not take the change at the moment; nothing was lost, try again.",
                after,
            )
            .caused_by(error)
        }
        _ => error,
    }
}
