//! Tags this process has written that RDS may show late: how soon DescribeDBInstances shows a new tag
//! is documented nowhere, and an old wish must not come back to life. Pure.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Instance, ServiceId, Tags};

/// After so long what RDS shows is the truth, whatever was written.
const BELIEVED_FOR: Duration = Duration::from_secs(300);

/// What was written and not seen yet, by service.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    written: HashMap<ServiceId, Written>,
}

#[derive(Debug)]
struct Written {
    /// The life of the instance that it was written to.
    resource_id: String,
    /// By key: the value before, and the value written.
    tags: BTreeMap<String, (Option<String>, String)>,
    at: Instant,
}

impl Overlay {
    /// Notes what was just written over the tags an instance had.
    pub(super) fn wrote(&mut self, id: ServiceId, before: &Instance, tags: &Tags, at: Instant) {
        let written = self.written.entry(id).or_insert_with(|| Written {
            resource_id: before.resource_id.clone(),
            tags: BTreeMap::new(),
            at,
        });
        if written.resource_id != before.resource_id {
            *written = Written { resource_id: before.resource_id.clone(), tags: BTreeMap::new(), at };
        }
        written.at = at;
        for (key, value) in tags {
            // What RDS shows may be older than what was written last.
            let oldest = written.tags.remove(key).map(|(before, _)| before);
            let before = oldest.unwrap_or_else(|| before.tags.get(key).cloned());
            written.tags.insert(key.clone(), (before, value.clone()));
        }
    }

    /// Puts what RDS does not show yet over what it shows. A third value is someone else's, and newer.
    pub(super) fn apply(&mut self, id: ServiceId, seen: &mut Instance, now: Instant) {
        let Some(written) = self.written.get_mut(&id) else { return };
        if written.resource_id != seen.resource_id || now.duration_since(written.at) >= BELIEVED_FOR {
            self.written.remove(&id);
            return;
        }
        written.tags.retain(|key, (before, after)| {
            let shown = seen.tags.get(key);
            shown != Some(after) && shown == before.as_ref()
        });
        if written.tags.is_empty() {
            self.written.remove(&id);
            return;
        }
        for (key, (_, after)) in &written.tags {
            seen.tags.insert(key.clone(), after.clone());
        }
    }
}
