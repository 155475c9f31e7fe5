//! Changing, rebooting and starting the instance.

use super::login::lost;
use super::{Effect, pause, refuse};
use crate::aws::{Cause, Failure, Outcome, Seen};
use crate::decide::{Asked, Concern, Evidence, Modification, Why};
use crate::engine::known::Known;
use crate::engine::{Engine, now};
use crate::model::desired::Target;
use crate::model::{Meaning, Which};

impl Engine {
    pub(super) async fn modify(
        &self,
        change: &Modification,
        known: &Known,
        target: Option<&Target>,
        evidence: &mut Evidence,
    ) -> Effect {
        let password = match (change, target.and_then(|target| target.secrets.get(&Which::Superuser))) {
            (Modification::SuperuserPassword { .. }, Some(secret)) => match self.password(secret).await? {
                Some(password) => Some(password),
                None => return lost(evidence, Which::Superuser, secret),
            },
            _ => None,
        };
        let concern = change.concern();
        let asked_at = now();
        match self.inner.aws.modify_instance(&known.instance.identifier, change, password.as_ref()).await {
            Ok(seen) => {
                evidence.at_rest = 0;
                if concern == Concern::Password {
                    evidence.logins.remove(&Which::Superuser);
                }
                let visible_by = asked_at + self.long_pause();
                let asked = Asked { what: change.clone(), at: asked_at, visible_by, begun: false };
                evidence.asked.insert(concern, asked);
                self.saw(seen);
                Ok(())
            }
            Err(failure) if target.is_none() && holds_up_deletion(&failure, known) => {
                self.deletion_refused(concern, &failure, evidence);
                Ok(())
            }
            Err(failure) => self.not_modified(concern, known, evidence, failure),
        }
    }

    fn not_modified(
        &self,
        concern: Concern,
        known: &Known,
        evidence: &mut Evidence,
        failure: Failure,
    ) -> Effect {
        let (why, seconds) = match failure.cause {
            Cause::Busy | Cause::AlreadyDeleting => {
                (Why::Busy(known.instance.status.to_string()), self.short_pause())
            }
            Cause::StorageLocked => (Why::StorageOptimizing, self.long_pause()),
            Cause::NothingToChange | Cause::NotFound => {
                self.want(known);
                (Why::Applying(concern), self.short_pause())
            }
            _ if failure.is_code("DBParameterGroupNotFound") => {
                // Someone deleted it: it is made again.
                evidence.groups.clear();
                (Why::Applying(concern), self.short_pause())
            }
            _ => return refuse(evidence, concern, failure),
        };
        pause(evidence, concern, why, seconds);
        Ok(())
    }

    pub(super) async fn reboot(&self, known: &Known, evidence: &mut Evidence) -> Effect {
        let answer = self.inner.aws.reboot_instance(&known.instance.identifier).await;
        if answer.is_ok() {
            evidence.reboots += 1;
        }
        self.woken(Concern::Parameters, answer, known, evidence)
    }

    pub(super) async fn start_instance(&self, known: &Known, evidence: &mut Evidence) -> Effect {
        let answer = self.inner.aws.start_instance(&known.instance.identifier).await;
        match answer {
            Err(failure) if holds_up_deletion(&failure, known) => {
                self.deletion_refused(Concern::Deletion, &failure, evidence);
                Ok(())
            }
            answer => self.woken(Concern::Deletion, answer, known, evidence),
        }
    }

    fn woken(
        &self,
        concern: Concern,
        answer: Outcome<Seen>,
        known: &Known,
        evidence: &mut Evidence,
    ) -> Effect {
        match answer {
            Ok(seen) => {
                evidence.at_rest = 0;
                // The status turns only a moment later.
                pause(evidence, concern, Why::Applying(concern), self.long_pause());
                self.saw(seen);
                Ok(())
            }
            Err(failure)
                if matches!(failure.cause, Cause::Busy | Cause::AlreadyDeleting | Cause::NotFound) =>
            {
                self.want(known);
                pause(evidence, concern, Why::Busy(known.instance.status.to_string()), self.short_pause());
                Ok(())
            }
            Err(failure) => refuse(evidence, concern, failure),
        }
    }
}

/// On the way to a deletion nothing is given up: whether RDS refuses what has to come before it, and not just for a
/// moment. What it gave up on is in no state to be changed, and stays so.
fn holds_up_deletion(failure: &Failure, known: &Known) -> bool {
    match failure.cause {
        Cause::Rejected | Cause::Quota | Cause::Capacity | Cause::Misconfigured => true,
        Cause::Busy => known.instance.status.meaning() == Meaning::Broken,
        _ => false,
    }
}
