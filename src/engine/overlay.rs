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
    tags: BTreeMap<String, Value>,
    at: Instant,
}

/// One tag.
#[derive(Debug)]
struct Value {
    /// What it was before, and what was written since: RDS may show any of it.
    older: Vec<Option<String>>,
    /// What was written last.
    newest: String,
}

impl Overlay {
    /// Notes what was just written over the tags an instance had.
    pub(super) fn wrote(&mut self, id: ServiceId, before: &Instance, tags: &Tags, at: Instant) {
        // Of what is gone no answer will come.
        self.written.retain(|_, written| at.duration_since(written.at) < BELIEVED_FOR);
        let written = self.written.entry(id).or_insert_with(|| Written {
            resource_id: before.resource_id.clone(),
            tags: BTreeMap::new(),
            at,
        });
        if written.resource_id != before.resource_id {
            *written = Written { resource_id: before.resource_id.clone(), tags: BTreeMap::new(), at };
        }
        written.at = at;
        for (key, newest) in tags {
            let last = written.tags.remove(key).map(|last| (last.older, Some(last.newest)));
            let (mut older, last) = last.unwrap_or_else(|| (Vec::new(), before.tags.get(key).cloned()));
            older.push(last);
            written.tags.insert(key.clone(), Value { older, newest: newest.clone() });
        }
    }

    /// Puts what RDS does not show yet over what it shows in an answer that was asked for at `asked`. A value that was never
    /// written here is someone else's, and newer, unless the answer was asked for before.
    pub(super) fn apply(&mut self, id: ServiceId, seen: &mut Instance, asked: Instant) {
        let Some(written) = self.written.get_mut(&id) else { return };
        if written.resource_id != seen.resource_id || asked.duration_since(written.at) >= BELIEVED_FOR {
            self.written.remove(&id);
            return;
        }
        if asked < written.at {
            written.put_over(seen);
            return;
        }
        written.tags.retain(|key, value| {
            let shown = seen.tags.get(key);
            shown == Some(&value.newest) || value.older.iter().any(|older| older.as_ref() == shown)
        });
        // A value that was taken back is the same as before it was changed: only where all that was written shows is it
        // certain that nothing older is to come.
        if written.tags.iter().all(|(key, value)| seen.tags.get(key) == Some(&value.newest)) {
            self.written.remove(&id);
            return;
        }
        written.put_over(seen);
    }
}

impl Written {
    fn put_over(&self, seen: &mut Instance) {
        for (key, value) in &self.tags {
            seen.tags.insert(key.clone(), value.newest.clone());
        }
    }
}
