//! DB parameter groups of services.

use super::{Effect, Problem, pause, refuse};
use crate::aws::{Cause, Lane, Outcome};
use crate::decide::{Concern, Evidence, GroupStep, Why};
use crate::engine::{Engine, now};
use crate::error::chain;
use crate::model::desired::Target;
use crate::model::{ServiceId, Tags, tag};

/// What is wanted of a group, all of it idempotent.
const CONCERN: Concern = Concern::Parameters;

impl Engine {
    pub(super) async fn change_group(
        &self,
        id: ServiceId,
        name: &str,
        what: &GroupStep,
        target: &Target,
        evidence: &mut Evidence,
    ) -> Effect {
        let aws = &self.inner.aws;
        let outcome = match what {
            GroupStep::Inspect => {
                let parameters = aws.group_parameters(Lane::Write, name).await?;
                evidence.groups.insert(name.to_owned(), parameters);
                return Ok(());
            }
            GroupStep::Create { family } => {
                let tags = self.group_tags(id, target);
                match aws.create_group(name, family, &format!("Of service {id}"), &tags).await {
                    // Another replica was quicker, or a reply was lost: what is in it is looked up.
                    Err(failure) if failure.cause == Cause::AlreadyExists => Ok(()),
                    ended => ended,
                }
            }
            GroupStep::Set(parameters) => match aws.set_parameters(name, parameters, false).await {
                Err(failure) if failure.cause == Cause::StaticParameter => {
                    aws.set_parameters(name, parameters, true).await
                }
                ended => ended,
            },
            GroupStep::Reset(parameters) => match aws.reset_parameters(name, parameters, false).await {
                Err(failure) if failure.cause == Cause::StaticParameter => {
                    aws.reset_parameters(name, parameters, true).await
                }
                ended => ended,
            },
        };
        // What it holds now is what RDS says it holds.
        evidence.groups.remove(name);
        evidence.at_rest = 0;
        self.after_group_call(outcome, evidence)
    }

    fn after_group_call(&self, outcome: Outcome<()>, evidence: &mut Evidence) -> Effect {
        match outcome {
            Ok(()) => Ok(()),
            Err(failure) if failure.cause == Cause::Busy => {
                pause(evidence, CONCERN, Why::Applying(CONCERN), self.short_pause());
                Ok(())
            }
            // It was deleted meanwhile: it is looked up, and made, again.
            Err(failure) if failure.is_code("DBParameterGroupNotFound") => Ok(()),
            Err(failure) => refuse(evidence, CONCERN, failure),
        }
    }

    fn group_tags(&self, id: ServiceId, target: &Target) -> Tags {
        Tags::from([
            (tag::BROKER.to_owned(), self.inner.settings.broker.to_string()),
            (tag::PROVIDER.to_owned(), target.provider.name().to_owned()),
            (tag::SERVICE.to_owned(), id.to_string()),
            (tag::MADE_AT.to_owned(), now().to_string()),
        ])
    }

    /// RDS deletes a group only once it has forgotten the instance that used it.
    pub(super) async fn delete_groups(&self, names: &[String], evidence: &mut Evidence) -> Effect {
        for name in names {
            match self.inner.aws.delete_group(name).await {
                Ok(()) => tracing::info!(group.name = %name, "Deleted a parameter group"),
                Err(failure) if failure.cause == Cause::Busy => {
                    return Err(Problem { why: Why::Deleting, text: chain(&failure) });
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        evidence.groups_deleted = true;
        Ok(())
    }
}
