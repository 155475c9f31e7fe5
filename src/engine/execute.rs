//! A step to its one effect. No choices here: what a failure means for the next decision is
//! noted as evidence, and the decision is made again.

use std::time::Duration;

use secrecy::SecretString;

use super::create::retrying;
use super::snapshot::Known;
use super::{Engine, now};
use crate::aws::{Cause, Failure};
use crate::decide::{Concern, Evidence, Login, Modification, Refusal, Step, Verdict, Why};
use crate::error::{Error, chain};
use crate::model::desired::Target;
use crate::model::record::SecretRef;
use crate::model::{ConfigKey, Desired, Endpoint, Record, ServiceId, Tags, Which};
use crate::sql;

/// A step that failed in a way that only time or an operator can help.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) why: Why,
    /// The chain, for the log.
    pub(super) text: String,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let denied = matches!(failure.cause, Cause::Denied | Cause::Misconfigured);
        Self { why: if denied { Why::Denied } else { Why::Aws }, text: chain(&failure) }
    }
}

impl Engine {
    /// Takes one step.
    pub(super) async fn execute(
        &self,
        id: ServiceId,
        step: &Step,
        known: &Known,
        desired: &Desired,
        evidence: &mut Evidence,
    ) -> Result<(), Problem> {
        let target = match desired {
            Desired::Running(target) => Some(target.as_ref()),
            Desired::Gone { .. } | Desired::Unreadable(_) => None,
        };
        match (step, target) {
            (Step::TryLogin(which), Some(target)) => self.try_login(*which, known, target, evidence).await,
            (Step::SetUpUser, Some(target)) => self.set_up_user(id, known, target, evidence).await,
            (Step::Modify(change), _) => self.modify(change, known, target, evidence).await,
            (Step::Record(tags), _) => self.record(known, tags, evidence).await,
            (Step::Delete { final_snapshot }, _) => {
                self.delete_instance(known, final_snapshot.as_deref(), evidence).await
            }
            (Step::DeleteSecrets(arns), _) => {
                for arn in arns {
                    retrying(|| self.inner.aws.delete_secret(arn)).await?;
                }
                evidence.secrets_deleted = true;
                Ok(())
            }
            (Step::TryLogin(_) | Step::SetUpUser, None) | (Step::Wait(_) | Step::Done, _) => Ok(()),
        }
    }

    async fn try_login(
        &self,
        which: Which,
        known: &Known,
        target: &Target,
        evidence: &mut Evidence,
    ) -> Result<(), Problem> {
        let (Some(secret), Some(record), Some(endpoint)) =
            (target.secrets.get(&which), known.record(), known.instance.endpoint.as_ref())
        else {
            return Ok(());
        };
        let verdict = match self.password(secret).await? {
            None => Verdict::Lost,
            Some(password) => {
                let login = login(which, record, &password);
                match self.inner.databases.try_login(server(record, endpoint), login).await {
                    Ok(sql::Outcome::Worked) => Verdict::Worked,
                    Ok(sql::Outcome::Refused) => Verdict::Refused,
                    Err(failure) => {
                        tracing::warn!(error = %chain(&failure), "The database could not be asked");
                        Verdict::Unreachable
                    }
                }
            }
        };
        evidence.logins.insert(which, Login { version: secret.wanted.clone(), verdict });
        Ok(())
    }

    /// Inside the database's own lock the wish is read once more: a replica with an old one must not win.
    async fn set_up_user(
        &self,
        id: ServiceId,
        known: &Known,
        target: &Target,
        evidence: &mut Evidence,
    ) -> Result<(), Problem> {
        let (Some(superuser), Some(user)) =
            (target.secrets.get(&Which::Superuser), target.secrets.get(&Which::User))
        else {
            return Ok(());
        };
        let (Some(record), Some(endpoint)) = (known.record(), known.instance.endpoint.as_ref()) else {
            return Ok(());
        };
        let mut lost = |which, secret: &SecretRef| {
            let login = Login { version: secret.wanted.clone(), verdict: Verdict::Lost };
            evidence.logins.insert(which, login);
        };
        let Some(superuser_password) = self.password(superuser).await? else {
            lost(Which::Superuser, superuser);
            return Ok(());
        };
        let Some(user_password) = self.password(user).await? else {
            lost(Which::User, user);
            return Ok(());
        };
        let wanted = sql::SetUp {
            database: record.config(ConfigKey::DatabaseName),
            user: record.config(ConfigKey::UserName),
            password: &user_password,
            extensions: &[],
        };
        let still_wanted = || async {
            let now = self.look_once(id).await.ok().flatten();
            let same = |now: &Record| {
                now.secrets.get(&Which::User).is_some_and(|secret| secret.wanted == user.wanted)
                    && !now.deleting
            };
            now.is_some_and(|now| now.record().is_some_and(same))
        };
        let superuser_login = login(Which::Superuser, record, &superuser_password);
        let done =
            self.inner.databases.set_up(server(record, endpoint), superuser_login, wanted, still_wanted);
        match done.await {
            Ok(_) => {
                evidence.logins.remove(&Which::User);
                Ok(())
            }
            Err(failure) if failure.kind() == sql::ErrorKind::Denied => {
                // Someone else has changed the superuser's password: it is set again.
                let login = Login { version: superuser.wanted.clone(), verdict: Verdict::Refused };
                evidence.logins.insert(Which::Superuser, login);
                Ok(())
            }
            Err(failure) => Err(Problem { why: Why::Unreachable, text: chain(&failure) }),
        }
    }

    async fn modify(
        &self,
        change: &Modification,
        known: &Known,
        target: Option<&Target>,
        evidence: &mut Evidence,
    ) -> Result<(), Problem> {
        let password = match (change, target.and_then(|target| target.secrets.get(&Which::Superuser))) {
            (Modification::SuperuserPassword { .. }, Some(secret)) => match self.password(secret).await? {
                Some(password) => Some(password),
                None => {
                    let login = Login { version: secret.wanted.clone(), verdict: Verdict::Lost };
                    evidence.logins.insert(Which::Superuser, login);
                    return Ok(());
                }
            },
            _ => None,
        };
        let concern = change.concern();
        let answer =
            self.inner.aws.modify_instance(&known.instance.identifier, change, password.as_ref()).await;
        let (why, seconds) = match answer {
            Ok(instance) => {
                if concern == Concern::Password {
                    evidence.logins.remove(&Which::Superuser);
                }
                self.saw(instance);
                (Why::Applying(concern), self.long_pause())
            }
            Err(failure) => match failure.cause {
                Cause::Busy | Cause::AlreadyDeleting => {
                    (Why::Busy(known.instance.status.to_string()), self.short_pause())
                }
                Cause::StorageLocked => (Why::StorageOptimizing, self.long_pause()),
                Cause::NothingToChange | Cause::NotFound => {
                    self.inner.refresher.want([record_id(known)].into_iter().flatten());
                    (Why::Applying(concern), self.short_pause())
                }
                Cause::Throttled | Cause::Unavailable | Cause::Denied => return Err(failure.into()),
                _ => {
                    tracing::warn!(error = %chain(&failure), "RDS refuses to change {concern}");
                    let passing = failure.cause == Cause::Capacity;
                    evidence.refused = target.map(|target| Refusal {
                        wish: target.wish.clone(),
                        reason: refusal_sentence(concern, failure),
                        passing,
                    });
                    return Ok(());
                }
            },
        };
        evidence.paused.insert(concern, (why, now() + seconds));
        Ok(())
    }

    async fn record(&self, known: &Known, tags: &Tags, evidence: &mut Evidence) -> Result<(), Problem> {
        self.inner.aws.write_tags(&known.instance.arn, tags).await?;
        self.saw_tags(known, tags);
        // A recorded refusal is in the tags now, and is tried again when they say so.
        evidence.refused = None;
        Ok(())
    }

    /// What was just written to an instance's tags, as part of what is known of it.
    pub(super) fn saw_tags(&self, known: &Known, tags: &Tags) {
        let newest = self.inner.settings.broker.service_of(&known.instance.identifier).and_then(|id| {
            let snapshot = self.inner.refresher.snapshot();
            snapshot.get(id).and_then(|sighting| sighting.known.clone())
        });
        let same_life = newest.filter(|newest| newest.instance.resource_id == known.instance.resource_id);
        let mut instance = same_life.map_or_else(|| known.instance.clone(), |newest| newest.instance.clone());
        instance.tags.extend(tags.iter().map(|(key, value)| (key.clone(), value.clone())));
        self.saw(instance);
    }

    async fn delete_instance(
        &self,
        known: &Known,
        final_snapshot: Option<&str>,
        evidence: &mut Evidence,
    ) -> Result<(), Problem> {
        match self.inner.aws.delete_instance(&known.instance.identifier, final_snapshot).await {
            Ok(Some(instance)) => self.saw(instance),
            Ok(None) => self.inner.refresher.want(record_id(known)),
            Err(failure) => match failure.cause {
                Cause::AlreadyDeleting | Cause::NotFound => self.inner.refresher.want(record_id(known)),
                Cause::Busy | Cause::Rejected | Cause::Quota | Cause::AlreadyExists => {
                    tracing::warn!(error = %chain(&failure), "RDS refuses the deletion at the moment");
                    let why = Why::Busy(known.instance.status.to_string());
                    evidence.paused.insert(Concern::Deletion, (why, now() + self.short_pause()));
                    self.inner.refresher.want(record_id(known));
                }
                _ => return Err(failure.into()),
            },
        }
        Ok(())
    }

    /// Seconds until a concern is touched again that RDS was too busy for.
    fn short_pause(&self) -> u64 {
        whole_seconds(self.inner.settings.refresh_active)
    }

    /// Seconds within which an accepted change must have become visible, and after which storage
    /// is tried again while its lock lasts (six hours in RDS).
    fn long_pause(&self) -> u64 {
        whole_seconds(self.inner.settings.refresh_settled)
    }

    /// The wanted value of a password; `None` where it is gone.
    pub(super) async fn password(&self, secret: &SecretRef) -> Result<Option<SecretString>, Failure> {
        match self.inner.aws.secret(&secret.arn, &secret.wanted).await {
            Ok(value) => Ok(Some(value)),
            Err(failure) if matches!(failure.cause, Cause::NotFound | Cause::MarkedForDeletion) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

/// Rounded up, at least one: decisions know whole seconds.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0 || duration.is_zero())
}

fn record_id(known: &Known) -> Option<ServiceId> {
    known.record().map(|record| record.service)
}

fn server<'a>(record: &Record, endpoint: &'a Endpoint) -> sql::Server<'a> {
    sql::Server { provider: record.provider, host: &endpoint.host, port: endpoint.port }
}

fn login<'a>(which: Which, record: &'a Record, password: &'a SecretString) -> sql::Login<'a> {
    match which {
        Which::Superuser => {
            let database = sql::home_database(record.provider);
            sql::Login { user: record.provider.traits().superuser, password, database }
        }
        Which::User => sql::Login {
            user: record.config(ConfigKey::UserName),
            password,
            database: record.config(ConfigKey::DatabaseName),
        },
    }
}

/// Why a wish was given up, for its user.
fn refusal_sentence(concern: Concern, failure: Failure) -> String {
    let reason = failure.reason();
    let sentence = Error::from(failure);
    match sentence.kind() {
        crate::error::Kind::Unsatisfiable => format!("AWS did not change {concern}: {reason}"),
        _ => sentence.message().to_owned(),
    }
}
