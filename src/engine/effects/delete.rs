//! Deleting the instance, with what is kept of it.

use super::{Effect, pause};
use crate::aws::{Cause, Failure};
use crate::decide::{Concern, Evidence, Keep, SnapshotEvidence, Why};
use crate::engine::Engine;
use crate::engine::known::Known;
use crate::error::chain;
use crate::model::Meaning;

/// Seconds between two tries of a deletion that RDS refuses, at most.
const LONGEST_PAUSE: u64 = 15 * 60;

impl Engine {
    pub(super) async fn delete_instance(
        &self,
        known: &Known,
        keep: &Keep,
        evidence: &mut Evidence,
    ) -> Effect {
        let is_saved = evidence.snapshot == SnapshotEvidence::Taken;
        if *keep == Keep::Backups && !is_saved && known.instance.backup_retention == 0 {
            tracing::warn!(db.id = %known.instance.identifier, "Nothing is kept of a database that is deleted: RDS takes no snapshot of it as it is, and it has no automated backups");
        }
        let failure = match self.inner.aws.delete_instance(&known.instance.identifier, keep).await {
            Ok(Some(seen)) => {
                self.saw(seen);
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
                match status.as_deref() {
                    Some("available") => {
                        evidence.snapshot = SnapshotEvidence::Taken;
                        return Ok(());
                    }
                    // It will not become a good one, and its name is taken for as long as it is there.
                    Some(bad @ ("failed" | "incompatible-restore" | "incompatible-parameters")) => {
                        let reason =
                            format!("the final snapshot {name} is {bad}, and has to be deleted in AWS");
                        tracing::warn!(error = %reason, "The deletion cannot go on");
                        self.deletion_waits(Concern::Deletion, reason, evidence);
                    }
                    _ => self.later(known, evidence),
                }
            }
            (Cause::Busy, Keep::Snapshot(_)) if known.instance.status.meaning() == Meaning::Stopped => {
                evidence.snapshot = SnapshotEvidence::NeedsStart;
                return Ok(());
            }
            (Cause::Busy | Cause::AlreadyExists, _) => {
                tracing::warn!(error = %chain(&failure), "RDS refuses the deletion at the moment");
                self.later(known, evidence);
            }
            (Cause::Rejected | Cause::Quota, _) => {
                self.deletion_refused(Concern::Deletion, &failure, evidence)
            }
            _ => return Err(failure.into()),
        }
        self.want(known);
        Ok(())
    }

    /// RDS refuses, and not for a moment: said, and tried again at growing distances.
    pub(super) fn deletion_refused(&self, concern: Concern, failure: &Failure, evidence: &mut Evidence) {
        tracing::warn!(error = %chain(failure), hint = "look at quotas of snapshots and retained backups, and at the instance's status", "RDS refuses the deletion");
        self.deletion_waits(concern, failure.reason(), evidence);
    }

    fn deletion_waits(&self, concern: Concern, reason: String, evidence: &mut Evidence) {
        let seconds = self.short_pause().max(1) << evidence.deletion_refusals.min(16);
        evidence.deletion_refusals = evidence.deletion_refusals.saturating_add(1);
        pause(evidence, concern, Why::DeletionRefused(reason), seconds.min(LONGEST_PAUSE));
    }

    fn later(&self, known: &Known, evidence: &mut Evidence) {
        let why = Why::Busy(known.instance.status.to_string());
        pause(evidence, Concern::Deletion, why, self.short_pause());
    }
}
