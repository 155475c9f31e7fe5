//! A step to its one effect. No choices here: what a failure means for the next decision is
//! noted as evidence, and the decision is made again.

mod change;
mod delete;
mod group;
mod login;
mod look_up;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::create::retrying;
use super::known::Known;
use super::{Engine, now};
use crate::aws::{Cause, Failure};
use crate::decide::{Concern, Evidence, Refusal, Step, Why};
use crate::error::{Error, Kind, chain};
use crate::model::desired::Target;
use crate::model::{Desired, ServiceId, Tags, tag};

/// A step that failed in a way that only time or an operator can help.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) why: Why,
    /// The chain, for the log.
    pub(super) text: String,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let why = match failure.cause {
            Cause::Denied | Cause::Misconfigured => Why::Denied,
            Cause::TagsUnknown => Why::TagsUnknown,
            _ => Why::Aws,
        };
        Self { why, text: chain(&failure) }
    }
}

/// How a step ended.
type Effect = Result<(), Problem>;

impl Engine {
    /// Takes one step.
    ///
    /// Each effect on the heap: one future with room for whichever it is would be as large as all of them on the stack.
    pub(super) fn execute<'a>(
        &'a self,
        id: ServiceId,
        step: &'a Step,
        known: &'a Known,
        desired: &'a Desired,
        evidence: &'a mut Evidence,
    ) -> BoxFuture<'a, Effect> {
        let target = match desired {
            Desired::Running(target) => Some(target.as_ref()),
            Desired::Gone { .. } | Desired::Unreadable(_) => None,
        };
        match (step, target) {
            (Step::TryLogin(which), Some(target)) => self.try_login(*which, known, target, evidence).boxed(),
            (Step::SetUpUser, Some(target)) => self.set_up_user(id, known, target, evidence).boxed(),
            (Step::CreateExtensions, Some(target)) => self.create_extensions(known, target, evidence).boxed(),
            (Step::LookUpUpgrades, Some(target)) => self.look_up_upgrades(target, evidence).boxed(),
            (Step::ReadEvents { concern, since }, _) => {
                self.read_events(*concern, *since, known, evidence).boxed()
            }
            (Step::Group { name, what }, Some(target)) => {
                self.change_group(id, name, what, target, evidence).boxed()
            }
            (Step::Modify(change), _) => self.modify(change, known, target, evidence).boxed(),
            (Step::Reboot, _) => self.reboot(known, evidence).boxed(),
            (Step::Start, _) => self.start_instance(known, evidence).boxed(),
            (Step::Record(tags), _) => self.record(known, tags, evidence).boxed(),
            (Step::Delete(keep), _) => self.delete_instance(known, keep, evidence).boxed(),
            (Step::DeleteSecrets(arns), _) => self.delete_secrets(arns, evidence).boxed(),
            (Step::DeleteGroups(names), _) => self.delete_groups(names, evidence).boxed(),
            (
                Step::TryLogin(_)
                | Step::SetUpUser
                | Step::CreateExtensions
                | Step::LookUpUpgrades
                | Step::Group { .. },
                None,
            )
            | (Step::Wait(_) | Step::Done, _) => ready(Ok(())).boxed(),
        }
    }

    async fn look_up_upgrades(&self, target: &Target, evidence: &mut Evidence) -> Effect {
        evidence.upgrades = Some(self.upgrades(target.provider).await?);
        Ok(())
    }

    async fn delete_secrets(&self, arns: &[String], evidence: &mut Evidence) -> Effect {
        for arn in arns {
            retrying(|| self.inner.aws.delete_secret(arn)).await?;
        }
        evidence.secrets_deleted = true;
        Ok(())
    }

    async fn record(&self, known: &Known, tags: &Tags, evidence: &mut Evidence) -> Effect {
        self.inner.aws.write_tags(&known.instance.arn, tags).await?;
        self.saw_tags(known, tags);
        if tags.contains_key(tag::GAVE_UP) {
            evidence.recorded_refusals();
        }
        Ok(())
    }

    /// What was just written to an instance's tags, as part of what is known of it: RDS may show it late.
    pub(super) fn saw_tags(&self, known: &Known, tags: &Tags) {
        let Some(id) = self.inner.settings.broker.service_of(&known.instance.identifier) else { return };
        let (broker, catalog) = (&self.inner.settings.broker, &self.inner.catalog);
        self.inner.refresher.wrote(id, &known.instance, tags, broker, catalog);
    }

    /// Asks for a fresh look at the service of an instance.
    fn want(&self, known: &Known) {
        self.inner.refresher.want(known.record().map(|record| record.service));
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
}

/// Notes that a concern must not be touched for so many seconds.
fn pause(evidence: &mut Evidence, concern: Concern, why: Why, seconds: u64) {
    evidence.paused.insert(concern, (why, now() + seconds));
}

/// Notes that AWS refused a change, unless it was AWS's own state of the moment or the broker's set-up.
fn refuse(evidence: &mut Evidence, concern: Concern, failure: Failure) -> Effect {
    if matches!(failure.cause, Cause::Throttled | Cause::Unavailable | Cause::Denied | Cause::TagsUnknown) {
        return Err(failure.into());
    }
    tracing::warn!(error = %chain(&failure), "AWS refuses to change {concern}");
    // What an upgrade depends on may be in order later, but not within seconds.
    let passing = matches!(failure.cause, Cause::Capacity | Cause::Quota | Cause::Misconfigured)
        || failure.is_code("DBUpgradeDependencyFailure");
    let refusal = Refusal { reason: refusal_sentence(concern, failure), passing };
    evidence.refused.insert(concern, refusal);
    Ok(())
}

/// Why a wish was given up, for its user.
fn refusal_sentence(concern: Concern, failure: Failure) -> String {
    let rejected = failure.cause == Cause::Rejected;
    let reason = failure.reason();
    let sentence = Error::from(failure);
    match sentence.kind() {
        Kind::Unsatisfiable if rejected => format!("AWS did not change {concern}: {reason}"),
        Kind::Unsatisfiable => format!("AWS did not change {concern}. {}", sentence.message()),
        _ => sentence.message().to_owned(),
    }
}

/// Rounded up, at least one: decisions know whole seconds.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0 || duration.is_zero())
}
