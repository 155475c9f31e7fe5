//! The calls to Secrets Manager. Values are read by VersionId, never as the current one, and
//! secrets are deleted by ARN, never by name.

use std::time::{Duration, SystemTime};

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, Tag};
use secrecy::{ExposeSecret, SecretString};

use super::failure::{Cause, Failure, Outcome};
use super::{Aws, Lane, Service, now};
use crate::model::{Tags, tag};

/// Where a value was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// ARN of the secret: unique to this life of its name.
    pub arn: String,
    /// VersionId of the value.
    pub version: String,
}

/// A secret as a listing shows it.
#[derive(Clone, Debug)]
pub struct StoredSecret {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// How long ago it was made; `None` where AWS does not say.
    pub age: Option<Duration>,
    /// Its tags.
    pub tags: Tags,
}

impl Aws {
    /// CreateSecret. `version` is the client token, and becomes the VersionId.
    pub async fn create_secret(
        &self,
        name: &str,
        version: &str,
        value: &SecretString,
        kms_key_id: Option<&str>,
        tags: &Tags,
    ) -> Outcome<Stored> {
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let answer = self
            .call(
                Service::Secrets,
                Lane::Write,
                "CreateSecret",
                self.secrets
                    .create_secret()
                    .name(name)
                    .client_request_token(version)
                    .secret_string(value.expose_secret())
                    .set_kms_key_id(kms_key_id.map(str::to_owned))
                    .set_tags(Some(tags))
                    .send(),
            )
            .await?;
        let arn = answer.arn().ok_or_else(|| Failure::incomplete("CreateSecret", "ARN"))?;
        Ok(Stored { arn: arn.to_owned(), version: version.to_owned() })
    }

    /// PutSecretValue. `version` is the client token, and becomes the VersionId.
    pub async fn put_secret(&self, arn: &str, version: &str, value: &SecretString) -> Outcome<()> {
        let call = self
            .secrets
            .put_secret_value()
            .secret_id(arn)
            .client_request_token(version)
            .secret_string(value.expose_secret())
            .send();
        match self.call(Service::Secrets, Lane::Write, "PutSecretValue", call).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.why_secret_denied(arn, failure).await),
        }
    }

    /// GetSecretValue of one version.
    pub async fn secret(&self, arn: &str, version: &str) -> Outcome<SecretString> {
        let call = self.secrets.get_secret_value().secret_id(arn).version_id(version).send();
        match self.call(Service::Secrets, Lane::Write, "GetSecretValue", call).await {
            Ok(answer) => value_of(answer),
            Err(failure) => Err(self.why_secret_denied(arn, failure).await),
        }
    }

    /// GetSecretValue of the current version: only of what is not this broker's to write.
    pub async fn current_secret(&self, id: &str) -> Outcome<SecretString> {
        let call = self.secrets.get_secret_value().secret_id(id).send();
        value_of(self.call(Service::Secrets, Lane::Read, "GetSecretValue", call).await?)
    }

    /// DeleteSecret, at once and for good. A secret that is gone already is no failure.
    pub async fn delete_secret(&self, arn: &str) -> Outcome<()> {
        let call = self.secrets.delete_secret().secret_id(arn).force_delete_without_recovery(true).send();
        let Err(failure) = self.call(Service::Secrets, Lane::Write, "DeleteSecret", call).await else {
            return Ok(());
        };
        match self.why_secret_denied(arn, failure).await {
            gone if gone.cause == Cause::NotFound => Ok(()),
            failure => Err(failure),
        }
    }

    /// What a refusal means. Policies that go by a secret's tags also refuse one that does not exist, since it has none, and
    /// one whose tags AWS does not know yet: whether it does, and since when, may be asked of any.
    async fn why_secret_denied(&self, arn: &str, failure: Failure) -> Failure {
        if failure.cause != Cause::Denied {
            return failure;
        }
        match self.secret_made_at(Lane::Write, arn).await {
            Ok(None) => failure.meaning(Cause::NotFound),
            Ok(Some(made_at)) => failure.about_young(tag::may_be_unknown(made_at, now())),
            Err(_) => failure,
        }
    }

    /// Whether a secret exists and is not on its way out.
    pub async fn has_secret(&self, arn: &str) -> Outcome<bool> {
        Ok(self.secret_made_at(Lane::Read, arn).await?.is_some())
    }

    /// DescribeSecret: when a secret was made, in seconds since 1970; `None` for one that does not exist, or is on its way
    /// out.
    async fn secret_made_at(&self, lane: Lane, arn: &str) -> Outcome<Option<u64>> {
        let call = self.secrets.describe_secret().secret_id(arn).send();
        match self.call(Service::Secrets, lane, "DescribeSecret", call).await {
            Ok(answer) if answer.deleted_date().is_some() => Ok(None),
            // Where AWS does not say, it is not taken for new.
            Ok(answer) => {
                let made_at = answer.created_date().and_then(|date| u64::try_from(date.secs()).ok());
                Ok(Some(made_at.unwrap_or_default()))
            }
            Err(failure) if failure.cause == Cause::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// One page of ListSecrets of names that start with `prefix`, and the token of the next.
    pub async fn list_secrets(
        &self,
        prefix: &str,
        token: Option<String>,
    ) -> Outcome<(Vec<StoredSecret>, Option<String>)> {
        let filter = Filter::builder().key(FilterNameStringType::Name).values(prefix).build();
        let answer = self
            .call(
                Service::Secrets,
                Lane::Read,
                "ListSecrets",
                self.secrets.list_secrets().filters(filter).max_results(100).set_next_token(token).send(),
            )
            .await?;
        let secrets = answer.secret_list().iter().filter_map(stored_secret).collect();
        Ok((secrets, answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned)))
    }
}

fn value_of(answer: GetSecretValueOutput) -> Outcome<SecretString> {
    let value = answer.secret_string.ok_or_else(|| Failure::incomplete("GetSecretValue", "SecretString"))?;
    Ok(SecretString::from(value))
}

fn stored_secret(entry: &aws_sdk_secretsmanager::types::SecretListEntry) -> Option<StoredSecret> {
    let made = entry.created_date().and_then(|date| SystemTime::try_from(*date).ok());
    Some(StoredSecret {
        arn: entry.arn()?.to_owned(),
        name: entry.name()?.to_owned(),
        age: made.and_then(|made| made.elapsed().ok()),
        tags: entry
            .tags()
            .iter()
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
            .collect(),
    })
}
