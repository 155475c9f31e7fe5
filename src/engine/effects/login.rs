//! What is done in the database itself: logging in, database and login, extensions.

use secrecy::SecretString;

use super::{Effect, Problem};
use crate::aws::{Cause, Failure};
use crate::decide::{Concern, Evidence, Login, Refusal, Verdict, Why};
use crate::engine::Engine;
use crate::engine::known::Known;
use crate::error::chain;
use crate::model::desired::Target;
use crate::model::record::SecretRef;
use crate::model::{ConfigKey, Endpoint, Record, ServiceId, Which};
use crate::sql;

impl Engine {
    pub(super) async fn try_login(
        &self,
        which: Which,
        known: &Known,
        target: &Target,
        evidence: &mut Evidence,
    ) -> Effect {
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
    pub(super) async fn set_up_user(
        &self,
        id: ServiceId,
        known: &Known,
        target: &Target,
        evidence: &mut Evidence,
    ) -> Effect {
        let (Some(superuser), Some(user)) =
            (target.secrets.get(&Which::Superuser), target.secrets.get(&Which::User))
        else {
            return Ok(());
        };
        let (Some(record), Some(endpoint)) = (known.record(), known.instance.endpoint.as_ref()) else {
            return Ok(());
        };
        let Some(superuser_password) = self.password(superuser).await? else {
            return lost(evidence, Which::Superuser, superuser);
        };
        let Some(user_password) = self.password(user).await? else {
            return lost(evidence, Which::User, user);
        };
        let wanted = sql::SetUp {
            database: record.text(ConfigKey::DatabaseName),
            user: record.text(ConfigKey::UserName),
            password: &user_password,
            // They are created once the login works: what is wrong with one must not be in its way.
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
                refused_superuser(evidence, superuser);
                Ok(())
            }
            Err(failure) => Err(Problem { why: Why::Unreachable, text: chain(&failure) }),
        }
    }

    pub(super) async fn create_extensions(
        &self,
        known: &Known,
        target: &Target,
        evidence: &mut Evidence,
    ) -> Effect {
        let (Some(superuser), Some(record), Some(endpoint)) =
            (target.secrets.get(&Which::Superuser), known.record(), known.instance.endpoint.as_ref())
        else {
            return Ok(());
        };
        let Some(password) = self.password(superuser).await? else {
            return lost(evidence, Which::Superuser, superuser);
        };
        let login = login(Which::Superuser, record, &password);
        let database = record.text(ConfigKey::DatabaseName);
        let done = self.inner.databases.create_extensions(
            server(record, endpoint),
            login,
            database,
            &target.extensions,
        );
        match done.await {
            Ok(()) => evidence.has_extensions = true,
            Err(failure) => match failure.kind() {
                sql::ErrorKind::Denied => refused_superuser(evidence, superuser),
                sql::ErrorKind::Extension => {
                    tracing::warn!(error = %chain(&failure), "An extension could not be created");
                    let reason = format!("{failure}; take it out of config.extensions.");
                    evidence.refused.insert(Concern::Extensions, Refusal { reason, passing: false });
                }
                sql::ErrorKind::Unreachable | sql::ErrorKind::Failed => {
                    return Err(Problem { why: Why::Unreachable, text: chain(&failure) });
                }
            },
        }
        Ok(())
    }

    /// The wanted value of a password; `None` where it is gone.
    pub(in crate::engine) async fn password(
        &self,
        secret: &SecretRef,
    ) -> Result<Option<SecretString>, Failure> {
        match self.inner.aws.secret(&secret.arn, &secret.wanted).await {
            Ok(value) => Ok(Some(value)),
            Err(failure) if matches!(failure.cause, Cause::NotFound | Cause::MarkedForDeletion) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

pub(super) fn lost(evidence: &mut Evidence, which: Which, secret: &SecretRef) -> Effect {
    let login = Login { version: secret.wanted.clone(), verdict: Verdict::Lost };
    evidence.logins.insert(which, login);
    Ok(())
}

/// Someone else has changed the superuser's password: it is set again.
fn refused_superuser(evidence: &mut Evidence, secret: &SecretRef) {
    let login = Login { version: secret.wanted.clone(), verdict: Verdict::Refused };
    evidence.logins.insert(Which::Superuser, login);
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
            user: record.text(ConfigKey::UserName),
            password,
            database: record.text(ConfigKey::DatabaseName),
        },
    }
}
