//! What is known of every service, and how old that is. Pure: it is replaced whole, never changed.
//!
//! A service is never gone because a call failed, nor because of one answer without it: only
//! several answers in a row, spread over time, make an instance absent.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use foldhash::fast::RandomState;
use tokio::time::Instant;

use super::answers::Answers;
use super::kept::Kept;
use crate::contract::status::array;
use crate::model::{Provider, ServiceId};

/// How many answers in a row must lack an instance before it counts as absent.
const ABSENT_AFTER_ANSWERS: u32 = 3;
/// Over how long these answers must be spread, unless the instance was being deleted.
pub(super) const ABSENT_AFTER: Duration = Duration::from_secs(5);
/// How long it is remembered that an id was looked for in vain, and that one was seen to go.
const FORGET_AFTER: Duration = Duration::from_secs(60);
const FORGET_GONE_AFTER: Duration = Duration::from_secs(3600);
/// Of how many ids: whoever makes up more of them is told that nothing is known of them.
const MOST_IN_VAIN: usize = 10_000;

/// One id, as last looked at. There are as many as services, and all are copied with every answer: it is small.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    /// As last described; `None` for an id that was looked for in vain.
    pub(crate) kept: Option<Arc<Kept>>,
    /// When the last answer about it was asked for.
    pub(crate) at: Instant,
    /// How long before that the answer was asked for that described it: what is kept is as old as that.
    described_before: Millis,
    /// Until how long after that answers may have been asked for that say less than what is kept.
    newer_by: Millis,
    /// Since when answers lack it, where they do.
    missing: Option<Box<Missing>>,
    /// Whether it was once there.
    was_here: bool,
    /// What every request asks of what is kept, without going there.
    pub(crate) provider: Option<Provider>,
    pub(crate) is_settled: bool,
}

/// Answers in a row that lacked an id.
#[derive(Clone, Debug)]
struct Missing {
    answers: u32,
    /// When the first of them was asked for.
    since: Instant,
}

/// Milliseconds, rounded up.
#[derive(Clone, Copy, Debug, Default)]
struct Millis(u32);

impl Millis {
    fn between(earlier: Instant, later: Instant) -> Self {
        let whole = later.duration_since(earlier).as_nanos().div_ceil(1_000_000);
        Self(u32::try_from(whole).unwrap_or(u32::MAX))
    }

    fn get(self) -> Duration {
        Duration::from_millis(self.0.into())
    }
}

impl Sighting {
    /// Described by an answer that was asked for at `at`, and is newer than all that were asked for before `newer_than`.
    fn seen(kept: Arc<Kept>, at: Instant, newer_than: Instant) -> Self {
        let (provider, is_settled) = (kept.provider, kept.is_settled);
        let newer_by = Millis::between(at, newer_than);
        let described_before = Millis::default();
        let (missing, was_here) = (None, true);
        Self { kept: Some(kept), at, described_before, newer_by, missing, was_here, provider, is_settled }
    }

    /// With other tags, which were just written. The rest of it is as old as it was. It was written to, so it is there.
    fn written(&self, kept: Arc<Kept>) -> Self {
        let (described_before, newer_by) = (self.described_before, self.newer_by);
        Self { described_before, newer_by, ..Self::seen(kept, self.at, self.at) }
    }

    fn missed(previous: Option<&Self>, at: Instant) -> Self {
        let before = previous.and_then(|sighting| sighting.missing.as_ref());
        let missing = Missing {
            answers: before.map_or(0, |missing| missing.answers) + 1,
            since: before.map_or(at, |missing| missing.since),
        };
        Self {
            kept: previous.and_then(|sighting| sighting.kept.clone()),
            at,
            described_before: Millis::between(previous.map_or(at, Self::described_at), at),
            newer_by: Millis::default(),
            missing: Some(Box::new(missing)),
            was_here: previous.is_some_and(|sighting| sighting.was_here),
            provider: previous.and_then(|sighting| sighting.provider),
            is_settled: previous.is_some_and(|sighting| sighting.is_settled),
        }
    }

    fn described_at(&self) -> Instant {
        // A clock that began less than that ago has seen nothing older than its beginning.
        self.at.checked_sub(self.described_before.get()).unwrap_or(self.at)
    }

    fn newer_than(&self) -> Instant {
        self.at + self.newer_by.get()
    }

    fn is_absent(&self) -> bool {
        let Some(kept) = &self.kept else { return true };
        let Some(missing) = &self.missing else { return false };
        let spread = self.at.duration_since(missing.since);
        missing.answers >= ABSENT_AFTER_ANSWERS && (kept.is_deleting || spread >= ABSENT_AFTER)
    }

    /// Whether all that is known of it is that it was looked for in vain.
    pub(crate) fn was_never_here(&self) -> bool {
        !self.was_here
    }

    /// Whether the last answer lacked it although it was there before.
    pub(crate) fn is_missing(&self) -> bool {
        self.kept.is_some() && self.missing.is_some()
    }
}

/// An instance in an answer, as it will be kept.
pub(crate) type Found = (ServiceId, Arc<Kept>);

/// The ids of a provider as a JSON array.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) body: Bytes,
    /// When that of them was described which was not for longest, if there are any.
    oldest: Option<Instant>,
}

/// Everything known.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    by_id: HashMap<ServiceId, Sighting, RandomState>,
    /// How many of these are not there: looked for in vain, or seen to go.
    in_vain: usize,
    /// When the last answer about the whole account was asked for.
    pub(crate) swept_at: Option<Instant>,
    /// When each page of it was.
    pub(crate) pages_at: Arc<[Instant]>,
    /// When whatever page has not been asked for since was asked for: who is on none is not there since then.
    pub(crate) listed_at: Option<Instant>,
    /// How many calls that took.
    pub(crate) sweep_calls: usize,
    /// How long that took.
    pub(crate) sweep_took: Duration,
    /// The ids of each provider as a JSON array, once they were asked for.
    lists: [OnceLock<List>; Provider::ALL.len()],
    /// Status documents of several ids, once they were asked for.
    pub(super) answers: Answers,
}

impl Snapshot {
    /// The services that are known, in no order.
    pub(crate) fn services(&self) -> impl Iterator<Item = (ServiceId, &Sighting, &Arc<Kept>)> {
        self.by_id.iter().filter_map(|(&id, sighting)| Some((id, sighting, sighting.kept.as_ref()?)))
    }

    /// What is known of one id.
    pub(crate) fn get(&self, id: ServiceId) -> Option<&Sighting> {
        self.by_id.get(&id)
    }

    /// The ids of a provider's services, sorted, and since when that may be another list; `None` before the first sweep.
    pub(crate) fn list(&self, provider: Provider) -> Option<(List, Instant)> {
        let list = || {
            let own = || self.services().filter(|(_, _, kept)| kept.is_of(provider));
            let mut ids: Vec<_> = own().map(|(id, ..)| id).collect();
            ids.sort_unstable();
            List { body: array(&ids), oldest: own().map(|(_, sighting, _)| sighting.described_at()).min() }
        };
        let list = self.lists[provider as usize].get_or_init(list).clone();
        let listed_at = self.listed_at?;
        let since = list.oldest.map_or(listed_at, |oldest| oldest.min(listed_at));
        Some((list, since))
    }

    /// When what is on no page yet of a sweep that has read so many was last asked for. Pages may have moved by a little.
    pub(crate) fn listed_after(&self, pages: usize) -> Option<Instant> {
        self.pages_at.get(pages.saturating_sub(1)).copied().or(self.pages_at.last().copied())
    }

    /// A copy that will differ, so that nothing worked out for this one holds for it.
    pub(crate) fn successor(&self) -> Self {
        Self {
            by_id: self.by_id.clone(),
            in_vain: self.in_vain,
            swept_at: self.swept_at,
            pages_at: Arc::clone(&self.pages_at),
            listed_at: self.listed_at,
            sweep_calls: self.sweep_calls,
            sweep_took: self.sweep_took,
            lists: Default::default(),
            answers: Answers::default(),
        }
    }

    /// When an id was last asked about, by name or with everything.
    pub(crate) fn asked_at(&self, sighting: Option<&Sighting>) -> Option<Instant> {
        sighting.map(|sighting| sighting.at).max(self.swept_at)
    }

    /// When AWS was last asked for anything that is known.
    pub(crate) fn newest(&self) -> Option<Instant> {
        self.by_id.values().map(|sighting| sighting.at).max().max(self.swept_at)
    }

    /// How old what is told of an id is: when it was described, or last looked for in vain.
    pub(crate) fn told_at(&self, sighting: Option<&Sighting>) -> Option<Instant> {
        match sighting {
            Some(sighting) if sighting.kept.is_some() => Some(sighting.described_at()),
            sighting => self.asked_at(sighting),
        }
    }

    /// With an answer worked in that was asked for at `at`: what was found, and who of those `asked` for by name was not.
    /// What this process was answered since is newer and stays.
    pub(crate) fn with_answer(&self, asked: &[ServiceId], found: Vec<Found>, at: Instant) -> Self {
        let mut next = self.successor();
        let found: HashMap<_, _> = found.into_iter().collect();
        for id in asked.iter().filter(|id| !found.contains_key(id)) {
            next.miss(*id, at);
        }
        for (id, kept) in found {
            if next.by_id.get(&id).is_none_or(|sighting| sighting.newer_than() <= at) {
                next.by_id.insert(id, Sighting::seen(kept, at, at));
            }
        }
        next.forget(at);
        next
    }

    /// With the end of a sweep worked in that began at `at`: whoever was not on any of its pages was not there.
    pub(crate) fn with_sweep(
        &self,
        present: &HashSet<ServiceId>,
        at: Instant,
        took: Duration,
        pages_at: Vec<Instant>,
    ) -> Self {
        let mut next = self.successor();
        // Ids that were only ever looked for in vain are left to be forgotten.
        let gone: Vec<_> = self.services().map(|(id, ..)| id).filter(|id| !present.contains(id)).collect();
        for id in gone {
            next.miss(id, at);
        }
        next.forget(at);
        next.swept_at = next.swept_at.max(Some(at));
        next.listed_at = next.listed_at.max(pages_at.first().copied());
        next.sweep_calls = pages_at.len();
        next.pages_at = pages_at.into();
        next.sweep_took = took;
        next
    }

    /// An answer that was asked for at `at` lacked it.
    fn miss(&mut self, id: ServiceId, at: Instant) {
        let before = self.by_id.get(&id);
        if before.is_none() {
            if self.in_vain >= MOST_IN_VAIN {
                return;
            }
            self.in_vain += 1;
        }
        if before.is_none_or(|sighting| sighting.newer_than() < at) {
            let missed = Sighting::missed(before, at);
            self.by_id.insert(id, missed);
        }
    }

    /// Of what is absent for sure nothing is kept but that it was looked for in vain, and not even that for long.
    fn forget(&mut self, at: Instant) {
        self.by_id.retain(|_, sighting| {
            if sighting.is_absent() {
                (sighting.kept, sighting.provider, sighting.is_settled) = (None, None, false);
            }
            let remembered_for = if sighting.was_here { FORGET_GONE_AFTER } else { FORGET_AFTER };
            sighting.kept.is_some() || at.duration_since(sighting.at) < remembered_for
        });
        self.in_vain = self.by_id.values().filter(|sighting| sighting.kept.is_none()).count();
    }

    /// With what a call of our own, sent at `at`, has just answered about one instance.
    pub(crate) fn with_own(&self, id: ServiceId, kept: Kept, at: Instant, now: Instant) -> Self {
        let mut next = self.successor();
        next.by_id.insert(id, Sighting::seen(Arc::new(kept), at, now));
        next
    }

    /// With other tags on an instance that is known.
    pub(crate) fn with_tags(&self, id: ServiceId, kept: Kept) -> Self {
        let mut next = self.successor();
        next.by_id.entry(id).and_modify(|sighting| *sighting = sighting.written(Arc::new(kept)));
        next
    }
}
