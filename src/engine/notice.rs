//! What a status says to operators, said once: what to look at where an instance needs help, and that a
//! status nobody here knows counts as "in progress".

use std::collections::{BTreeSet, HashMap};

use super::Engine;
use super::refresh::lock;
use crate::model::{Instance, Status};

/// What was said already.
#[derive(Debug, Default)]
pub(super) struct Noticed {
    /// By DbiResourceId: the status that was last worth a word.
    now: HashMap<String, Status>,
    /// Unknown statuses, as words.
    unknown: BTreeSet<String>,
}

impl Engine {
    /// Speaks of those instances, all that are worth a word now, whose status is new.
    pub(super) fn notice(&self, noteworthy: &[Instance]) {
        let mut noticed = lock(&self.inner.noticed);
        let now = noteworthy.iter().map(|seen| (seen.resource_id.clone(), seen.status.clone())).collect();
        let before = std::mem::replace(&mut noticed.now, now);
        for instance in noteworthy {
            let status = &instance.status;
            if before.get(&instance.resource_id) == Some(status) {
                continue;
            }
            if status.needs_help() {
                tracing::warn!(db.id = %instance.identifier, db.status = %status, hint = status.hint(), "A DB instance needs help");
                continue;
            }
            self.inner.metrics.unknown_status();
            if noticed.unknown.insert(status.to_string()) {
                tracing::warn!(db.id = %instance.identifier, db.status = %status, "RDS reports a status this broker does not know; it counts as in progress");
            }
        }
    }
}
