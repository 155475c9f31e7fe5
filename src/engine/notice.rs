//! What instances say to operators, said once: what to look at where one needs help, that its record cannot be
//! read, and that a status nobody here knows counts as "in progress".

use std::collections::{BTreeSet, HashMap};

use super::Engine;
use super::known::Known;
use super::refresh::lock;
use crate::model::{Instance, Status};

/// What was said already.
#[derive(Debug, Default)]
pub(super) struct Noticed {
    /// By DbiResourceId: the status, and what is wrong with the record, of which one was worth a word.
    now: HashMap<String, (Status, Option<String>)>,
    /// Unknown statuses, as words.
    unknown: BTreeSet<String>,
}

impl Engine {
    /// Speaks of those instances, all that are worth a word now, where that is new.
    pub(super) fn notice(&self, noteworthy: &[Known]) {
        let mut noticed = lock(&self.inner.noticed);
        let now = noteworthy.iter().map(|known| {
            let seen = &known.instance;
            (seen.resource_id.clone(), (seen.status.clone(), known.damage().map(str::to_owned)))
        });
        let before = std::mem::replace(&mut noticed.now, now.collect());
        for known in noteworthy {
            let instance = &known.instance;
            let (status, damage) = before.get(&instance.resource_id).map(|(s, d)| (s, d.as_deref())).unzip();
            if let Some(problem) = known.damage().filter(|problem| damage.flatten() != Some(problem)) {
                tracing::warn!(db.id = %instance.identifier, problem, "The record of a service cannot be read");
            }
            if status != Some(&instance.status) {
                self.notice_status(&mut noticed, instance);
            }
        }
    }

    fn notice_status(&self, noticed: &mut Noticed, instance: &Instance) {
        let status = &instance.status;
        if status.needs_help() {
            tracing::warn!(db.id = %instance.identifier, db.status = %status, hint = status.hint(), "A DB instance needs help");
        } else if !status.is_known() {
            self.inner.metrics.unknown_status();
            if noticed.unknown.insert(status.to_string()) {
                tracing::warn!(db.id = %instance.identifier, db.status = %status, "RDS reports a status this broker does not know; it counts as in progress");
            }
        }
    }
}
