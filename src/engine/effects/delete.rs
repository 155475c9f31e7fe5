//! Deleting the instance, with what is kept of it.

use super::{Effect, pause};
use crate::aws::Cause;
use crate::decide::{Concern, Evidence, Keep, SnapshotEvidence, Why};
use crate::engine::Engine;
use crate::engine::known::Known;
use crate::error::chain;
use crate::model::Meaning;

impl Engine {
    pub(super) async fn delete_instance(
        &self,
        known: &Known,
        keep: &Keep,
        evidence: &mut Evidence,
    ) -> Effect {
        let failure = match self.inner.aws.delete_instance(&known.instance.identifier, keep).await {
            Ok(Some(instance)) => {
                self.saw(instance);
                return Ok(());
            }
            Ok(None) => {
                self.want(known);
                return Ok(());
            }
            Err(failure) => failure,
        };
        match (failure.cause, keep) {
            (Cause::AlreadyDeleting | Cause::NotFound, _) => {}
            (Cause::AlreadyExists, Keep::Snapshot(name)) => {
                // Its name holds the DbiResourceId, so an earlier attempt of this deletion has taken it.
                let status = self.inner.aws.snapshot_status(name, &known.instance.resource_id).await?;
                if status.as_deref() == Some("available") {
                    evidence.snapshot = SnapshotEvidence::Taken;
                    return Ok(());
                }
                self.later(known, evidence);
            }
            (Cause::Busy, Keep::Snapshot(_)) if known.instance.status.meaning() == Meaning::Stopped => {
                evidence.snapshot = SnapshotEvidence::NeedsStart;
                return Ok(());
            }
            (Cause::Busy | Cause::Rejected | Cause::Quota | Cause::AlreadyExists, _) => {
                tracing::warn!(error = %chain(&failure), "RDS refuses the deletion at the moment");
                self.later(known, evidence);
            }
            _ => return Err(failure.into()),
        }
        self.want(known);
        Ok(())
    }

    fn later(&self, known: &Known, evidence: &mut Evidence) {
        let why = Why::Busy(known.instance.status.to_string());
        pause(evidence, Concern::Deletion, why, self.short_pause());
    }
}
