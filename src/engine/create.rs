//! POST: secrets first, then the instance with the whole wish in its tags.
//!
//! CreateDBInstance has no client token, so the identifier and the incarnation in the tags tell
//! our own instance (of a lost reply, of another replica) from someone else's. A crash before the
//! instance exists leaves two secrets, which the sweep removes.

use std::time::Duration;

use secrecy::SecretString;
use uuid::Uuid;

use super::Engine;
use super::known::Known;
use crate::aws::{Cause, Failure, Left, NewDbInstance, Outcome, Stored};
use crate::error::{Error, Kind, Result, chain};
use crate::model::resolve::{self, NewInstance};
use crate::model::{Create, Meaning, Owner, ServiceId, Tags, Update, Which, tag};

/// How often CreateDBInstance is tried while AWS throttles or fails.
const TRIES: u32 = 4;
/// The pause after the first try; doubled for each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// How an attempt to create ended.
enum Made {
    /// It is ours, carries these secrets, and is known by now.
    Ours,
    /// The name is taken, by whom has to be looked up.
    Taken,
}

impl Engine {
    /// Books a service. Returns once AWS has accepted the instance, or once the existing one
    /// carries the same wish.
    ///
    /// # Errors
    /// [`Kind::Conflict`] for a name that is taken or a different immutable field,
    /// [`Kind::Unavailable`] while that id is being deleted, and what AWS refuses.
    pub async fn create(&self, request: Create) -> Result<()> {
        if let Some(known) = self.look_before_creating(request.id).await? {
            return self.create_again(request, &known).await;
        }
        let (incarnation, wish) = (random_id(), random_id());
        let catalog = self.inner.catalog.provider(request.provider);
        let broker = &self.inner.settings.broker;
        let mut new = resolve::create(broker, &request, catalog, &incarnation, &wish)?;
        let secrets = self.store_secrets(&request, &incarnation).await?;
        for (which, stored) in &secrets {
            new.tags.insert(tag::secret_arn(*which), tag::encode(Some(&stored.arn)));
            new.tags.insert(tag::secret_version(*which), stored.version.clone());
        }
        match self.create_instance(&request, &new, &incarnation).await {
            Ok(Made::Ours) => {
                self.push(request.id);
                Ok(())
            }
            Ok(Made::Taken) => {
                self.remove_secrets(&secrets).await;
                match self.look_surely(request.id).await? {
                    Some(known) => self.create_again(request, &known).await,
                    None => Err(Error::unavailable(
                        "AWS is not of one mind about this name yet; try again.",
                        FIRST_PAUSE,
                    )),
                }
            }
            Err(failure) => {
                if failure.left == Left::Nothing {
                    self.remove_secrets(&secrets).await;
                }
                Err(failure.into())
            }
        }
    }

    /// POST of an id that has an instance already: ours, or not.
    async fn create_again(&self, request: Create, known: &Known) -> Result<()> {
        let being_deleted = || {
            Error::unavailable(
                "The last service of this id is still being deleted; try again.",
                Duration::from_secs(10),
            )
        };
        match &known.owner {
            Owner::Foreign => Err(Error::conflict(
                "A DB instance of this name exists in AWS that does not belong to this broker.",
            )),
            Owner::Damaged(..) | Owner::Ours(_)
                if known.instance.status.meaning() == Meaning::Deleting
                    || known.instance.tags.contains_key(tag::DELETING) =>
            {
                Err(being_deleted())
            }
            Owner::Damaged(..) => Err(super::update::unreadable()),
            Owner::Ours(record) if record.provider != request.provider => {
                Err(Error::conflict(format!("This id is taken by a {} service.", record.provider)))
            }
            Owner::Ours(_) => {
                let Create { id, provider, change } = request;
                self.change(Update { id, provider, change }, known).await
            }
        }
    }

    /// Both secrets. One that was stored before the other failed is removed again.
    async fn store_secrets(&self, request: &Create, incarnation: &str) -> Result<Vec<(Which, Stored)>> {
        let mut stored = Vec::new();
        for (&which, value) in &request.change.passwords {
            match self.store_secret(request.id, request.provider.name(), incarnation, which, value).await {
                Ok(secret) => stored.push((which, secret)),
                Err(failure) => {
                    self.remove_secrets(&stored).await;
                    return Err(secret_refused(failure));
                }
            }
        }
        Ok(stored)
    }

    /// One new secret, tried again while AWS throttles: the token makes a second try exact.
    pub(super) async fn store_secret(
        &self,
        id: ServiceId,
        provider: &str,
        incarnation: &str,
        which: Which,
        value: &SecretString,
    ) -> Outcome<Stored> {
        let broker = &self.inner.settings.broker;
        let name = broker.secret_name(id, incarnation, which);
        let version = Uuid::new_v4().to_string();
        let tags = Tags::from([
            (tag::BROKER.to_owned(), broker.to_string()),
            (tag::PROVIDER.to_owned(), provider.to_owned()),
            (tag::SERVICE.to_owned(), id.to_string()),
            (tag::SECRET_OF.to_owned(), which.name().to_owned()),
        ]);
        let key = self.inner.settings.kms_key_id.as_deref();
        let stored = retrying(|| self.inner.aws.create_secret(&name, &version, value, key, &tags)).await?;
        self.inner.turns.note(id, &version, value);
        Ok(stored)
    }

    /// Removes secrets of a create that AWS refused. What fails here the sweep finds later.
    pub(super) async fn remove_secrets(&self, secrets: &[(Which, Stored)]) {
        for (_, secret) in secrets {
            if let Err(failure) = retrying(|| self.inner.aws.delete_secret(&secret.arn)).await {
                tracing::warn!(error = %chain(&failure), "A secret of a refused request is left to the sweep");
            }
        }
    }

    async fn create_instance(&self, request: &Create, new: &NewInstance, incarnation: &str) -> Outcome<Made> {
        let settings = &self.inner.settings;
        let identifier = settings.broker.instance_identifier(request.id);
        let traits = request.provider.traits();
        let defaults = &self.inner.catalog.provider(request.provider).defaults;
        let Some(master_password) = request.change.passwords.get(&Which::Superuser) else {
            return Err(Failure::incomplete("CreateDBInstance", "master password"));
        };
        let call = || NewDbInstance {
            identifier: &identifier,
            engine: traits.rds_engine,
            version: &new.version,
            class: &new.class,
            storage_gib: new.storage_gib,
            master_user: traits.superuser,
            master_password,
            database: &new.database,
            multi_az: new.multi_az,
            backup_retention: new.backup_retention,
            deletion_protection: new.deletion_protection,
            backup_window: new.backup_window.as_deref(),
            maintenance_window: new.maintenance_window.as_deref(),
            encrypted: defaults.encrypted,
            kms_key_id: settings.kms_key_id.as_deref(),
            auto_minor_version_upgrade: defaults.auto_minor_version_upgrade,
            copy_tags_to_snapshot: defaults.copy_tags_to_snapshot,
            extended_support: traits.has_extended_support.then_some(defaults.extended_support),
            ca_certificate: defaults.ca_certificate.as_deref(),
            subnet_group: settings.subnet_group.as_deref(),
            security_groups: &settings.security_groups,
            monitoring: settings.monitoring.as_ref().map(|it| (it.interval_seconds, it.role_arn.as_str())),
            tags: &new.tags,
        };
        let mut reply_lost = false;
        let mut pause = FIRST_PAUSE;
        let mut tries = 0;
        loop {
            tries += 1;
            let failure = match self.inner.aws.create_instance(call()).await {
                Ok(seen) => {
                    self.saw(seen);
                    return Ok(Made::Ours);
                }
                Err(failure) => failure,
            };
            // Once a reply was lost, only looking tells whether the instance is there and whose it is.
            let taken = failure.cause == Cause::AlreadyExists;
            reply_lost |= failure.left == Left::Maybe;
            if (taken || reply_lost)
                && let Ok(Some(known)) = self.look_once(request.id).await
            {
                let ours = known.record().is_some_and(|record| record.incarnation == incarnation);
                return Ok(if ours { Made::Ours } else { Made::Taken });
            }
            if taken || !failure.is_passing() || tries >= TRIES {
                // A name that was taken before our first try is not taken by us, even where RDS does not show by whom.
                return Err(failure.leaving(if reply_lost { Left::Maybe } else { Left::Nothing }));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
}

/// A random id, for wishes and incarnations.
pub(super) fn random_id() -> String {
    Uuid::new_v4().to_string()
}

/// Secrets Manager refuses less than RDS, and what it refuses is never the user's password's fault.
fn secret_refused(failure: Failure) -> Error {
    match failure.cause {
        Cause::Rejected => {
            Error::new(Kind::Refused, "AWS Secrets Manager refuses to store the passwords; the broker's operator has to look at the log.")
                .caused_by(failure)
        }
        _ => failure.into(),
    }
}

/// Tries an idempotent call again while AWS throttles or fails.
pub(super) async fn retrying<T, F, R>(call: F) -> Outcome<T>
where
    F: Fn() -> R,
    R: Future<Output = Outcome<T>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        match call().await {
            Err(failure) if failure.is_passing() => {}
            ended => return ended,
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    call().await
}
