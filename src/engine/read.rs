//! The read path: from the snapshot to answers, without a lock and without a call of its own.
//!
//! A caller waits for one refresh at most, and only where what is known is older than it may be: what is wanted then is
//! noted under a lock, since such a caller waits anyway.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::answers::Told;
use super::due::{Due, Need};
use super::kept::{Kept, Passing};
use super::snapshot::{Sighting, Snapshot};
use super::sweep::found::Findings;
use super::{Engine, now, status};
use crate::aws::{Service, until_next_second};
use crate::contract::status::object;
use crate::error::{Error, Result};
use crate::model::{Provider, ServiceId};

/// How long a caller waits for a fresher observation before it is given what is known.
const LOOK_WITHIN: Duration = Duration::from_secs(8);
/// So many settled services of one request are looked at by name where what is known of them is too old to be told.
const FEW: usize = 10;

impl Engine {
    /// The ids of a provider's services, as a JSON array, with the age of the oldest answer that went into it.
    ///
    /// # Errors
    /// [`crate::error::Kind::Unavailable`] before the first observation of AWS has ended, and while
    /// what is known is too old.
    pub async fn list(&self, provider: Provider) -> Result<(Bytes, Duration)> {
        let refresher = &self.inner.refresher;
        refresher.asked(true);
        let settings = &self.inner.settings;
        // A sweep that takes longer than anyone waits is waited for only where what is known cannot be told any more.
        let is_quick = refresher.sweep_takes(self.inner.aws.rate(Service::Rds)) < LOOK_WITHIN;
        let oldest = if is_quick { settings.refresh_settled } else { settings.stale_limit };
        self.observed_at()?;
        let is_young =
            |snapshot: &Snapshot| snapshot.list(provider).is_some_and(|(_, since)| since.elapsed() < oldest);
        if !is_young(&refresher.snapshot()) {
            refresher.kick_pass();
            let is_enough = |snapshot: &Snapshot| refresher.is_failing() || is_young(snapshot);
            refresher.until(Instant::now() + LOOK_WITHIN, is_enough).await;
        }
        let listed = refresher.snapshot().list(provider);
        let age = listed.as_ref().map_or(Duration::ZERO, |(_, since)| since.elapsed());
        self.not_too_old(age)?;
        Ok((listed.map(|(list, _)| list.body).unwrap_or_default(), age))
    }

    /// The answer to a question about statuses that was put in the same words before, for as long as it is true.
    #[must_use]
    pub fn told_before(&self, provider: Provider, question: &str) -> Option<(Bytes, Duration)> {
        let snapshot = self.inner.refresher.snapshot();
        let told = snapshot.answers.get(provider, question, self.words())?;
        self.inner.refresher.asked(false);
        Some((told.body, told.oldest.elapsed()))
    }

    /// A version of all that workers tell.
    fn words(&self) -> u64 {
        self.inner.notes.version().wrapping_add(self.inner.rests.version())
    }

    /// The status documents of those ids that are services of this provider, as a JSON object by id, with the age of the
    /// oldest. `question` is how the caller put it, for [`Self::told_before`].
    ///
    /// # Errors
    /// As [`Self::list`], and while AWS has not answered about one of them that is not known.
    pub async fn statuses(
        &self,
        provider: Provider,
        mut ids: Vec<ServiceId>,
        question: &str,
    ) -> Result<(Bytes, Duration)> {
        let begun = Instant::now();
        self.inner.refresher.asked(false);
        self.observed_at()?;
        ids.sort_unstable();
        ids.dedup();
        let needs = {
            let snapshot = self.inner.refresher.snapshot();
            let words = self.words();
            let known = self.look_up(&snapshot, provider, &ids, begun);
            if known.needs.is_empty() {
                let (body, age) = self.told(&known)?;
                let version = (!known.lasts).then_some(words);
                let told = Told { body: body.clone(), oldest: known.oldest, until: known.until, version };
                snapshot.answers.keep(provider, question, told, words);
                return Ok((body, age));
            }
            known.needs
        };
        self.freshen(needs).await;
        self.told(&self.look_up(&self.inner.refresher.snapshot(), provider, &ids, begun))
    }

    /// What is known of these ids. It is read in steps, each for all of them: what is kept of ten thousand services lies
    /// all over the memory, and the processor can wait for many places at once only in a short loop.
    fn look_up<'a>(
        &self,
        snapshot: &'a Snapshot,
        provider: Provider,
        ids: &[ServiceId],
        begun: Instant,
    ) -> Looked<'a> {
        let at = Instant::now();
        let refresh_active = self.inner.settings.refresh_active;
        // Another replica may have made meanwhile what was looked for in vain.
        let is_unknown = |sighting: Option<&Sighting>| {
            sighting.is_none_or(|it| it.was_never_here() && it.at + refresh_active <= begun)
        };
        let sightings: Vec<Option<&Sighting>> = ids.iter().map(|&id| snapshot.get(id)).collect();
        let (mut needs, mut oldest, mut known) = (Vec::new(), at, Vec::with_capacity(ids.len()));
        let stale_limit = self.inner.settings.stale_limit;
        let (mut unknown, mut until) = (None, at + stale_limit);
        for (&id, &sighting) in ids.iter().zip(&sightings) {
            unknown = unknown.or(is_unknown(sighting).then_some(id));
            oldest = snapshot.told_at(sighting).map_or(oldest, |told| oldest.min(told));
            let due = self.due(snapshot, id, sighting);
            needs.extend(due.need(at, stale_limit).map(|need| (id, need)));
            until = until.min(due.at().unwrap_or(at));
            let is_told = sighting.is_some_and(|sighting| sighting.provider == Some(provider));
            let kept = sighting.and_then(|sighting| sighting.kept.as_ref());
            match kept {
                Some(kept) if is_told => known.push((id, kept)),
                // It is looked at as often as the others.
                Some(kept) => self.inner.refresher.asked_for(kept, at),
                None => {}
            }
        }
        let found = self.inner.found.load_full();
        let document = |(id, kept): (ServiceId, &'a Arc<Kept>)| {
            self.inner.refresher.asked_for(kept, at);
            (id, self.document(id, kept, provider, &found))
        };
        let documents: Vec<_> = known.into_iter().map(document).collect();
        let lasts = documents.iter().all(|(_, document)| matches!(document, Cow::Borrowed(_)));
        // What is tried again, and when, is told to the second.
        let until = if lasts { until } else { until.min(at + until_next_second()) };
        let until = until.min(oldest + stale_limit);
        Looked { documents, unknown, oldest, needs, until, lasts }
    }

    /// The answer, unless what is known is too old. Who is left out of it is gone, to the platform: an id that nobody has
    /// looked for, now or a moment ago, is not, so that there is no answer without it.
    fn told(&self, known: &Looked<'_>) -> Result<(Bytes, Duration)> {
        if let Some(id) = known.unknown {
            return Err(Error::unavailable(
                format!("AWS has not said yet whether there is a service {id}; try again."),
                Duration::from_secs(5),
            ));
        }
        let age = known.oldest.elapsed();
        self.not_too_old(age)?;
        Ok((object(&known.documents), age))
    }

    /// One service's document: rendered once for as long as nothing changes.
    fn document<'a>(
        &self,
        id: ServiceId,
        kept: &'a Arc<Kept>,
        provider: Provider,
        found: &Arc<Findings>,
    ) -> Cow<'a, [u8]> {
        if !found.contains_key(&id)
            && let Some(document) = kept.document.get()
        {
            return Cow::Borrowed(document);
        }
        self.render(id, kept, provider, found)
    }

    /// A document that was not rendered yet, or does not last.
    fn render<'a>(
        &self,
        id: ServiceId,
        kept: &'a Arc<Kept>,
        provider: Provider,
        found: &Arc<Findings>,
    ) -> Cow<'a, [u8]> {
        let (note, at) = (self.inner.notes.get(id).or_else(|| self.rest_of(id, kept)), now());
        let passing = kept.passing.load();
        if let Some(passing) = passing.as_ref().filter(|passing| passing.holds(note.as_ref(), found, at)) {
            return Cow::Owned(passing.document.to_vec());
        }
        let catalog = self.inner.catalog.provider(provider);
        let found_here = found.get(&id);
        let lasts = note.is_none() && found_here.is_none() && kept.resting.is_some();
        let why = note.as_deref().cloned();
        let rendered = status::render(&self.open(kept), why, found_here, catalog, at);
        let document = serde_json::to_vec(&rendered).unwrap_or_default();
        self.inner.metrics.rendered();
        if lasts {
            // Another thread may have been quicker: it has rendered the same.
            return Cow::Borrowed(kept.document.get_or_init(|| document.into()));
        }
        let passing = Passing { note, found: Arc::clone(found), at, document: document.as_slice().into() };
        kept.passing.store(Some(Arc::new(passing)));
        Cow::Owned(document)
    }

    /// When AWS was last swept, or the answer for as long as it never was.
    fn observed_at(&self) -> Result<Instant> {
        self.inner.refresher.snapshot().swept_at.ok_or_else(|| {
            Error::unavailable(
                "AWS is still being asked for the first time; try again.",
                Duration::from_secs(2),
            )
        })
    }

    /// While AWS throttles or fails, what is known is told, but not for ever. Nor is what is known from before a long
    /// silence, in which nobody asked.
    fn not_too_old(&self, age: Duration) -> Result<()> {
        if age <= self.inner.settings.stale_limit {
            return Ok(());
        }
        if !self.inner.refresher.is_failing() {
            return Err(Error::unavailable(
                "What is known is too old to be told. AWS is being looked at again; try again.",
                Duration::from_secs(5),
            ));
        }
        Err(Error::unavailable(
            "AWS has not answered for so long that what is known may no longer be true; try again.",
            Duration::from_secs(10),
        ))
    }

    /// Sees to it that what is known of these ids is as fresh as it should be, and waits for that, but not for long.
    async fn freshen(&self, needs: Vec<(ServiceId, Need)>) {
        let refresher = &self.inner.refresher;
        let those = |wanted: Need| needs.iter().filter(move |(_, need)| *need == wanted).map(|(id, _)| *id);
        let mut by_name: Vec<_> = those(Need::Look).collect();
        let needs_pass = by_name.len() < needs.len();
        if needs_pass {
            refresher.kick_pass();
        }
        let rate = self.inner.aws.rate(Service::Rds);
        let is_quick = !needs_pass || refresher.next_pass_takes(rate) < LOOK_WITHIN;
        let overdue: Vec<_> = if is_quick { Vec::new() } else { those(Need::Overdue).collect() };
        // The pass that is under way reaches them, but late for those who ask for little.
        if overdue.len() <= FEW {
            by_name.extend(&overdue);
        }
        if !by_name.is_empty() {
            refresher.want_if_stale(by_name.iter().copied());
        }
        if refresher.is_failing() {
            return;
        }
        // A pass that takes longer than anyone waits is under way: what it has not reached yet is told with its age, or
        // waited for where that is too high.
        let awaited = if is_quick {
            needs.into_iter().map(|(id, _)| id).collect()
        } else {
            [by_name, overdue].concat()
        };
        let is_enough = |snapshot: &Snapshot| {
            let at = Instant::now();
            let is_fresh = |&id: &ServiceId| !self.due(snapshot, id, snapshot.get(id)).is_over(at);
            refresher.is_failing() || awaited.iter().all(is_fresh)
        };
        refresher.until(Instant::now() + LOOK_WITHIN, is_enough).await;
    }

    /// When an id is to be looked at again.
    fn due(&self, snapshot: &Snapshot, id: ServiceId, sighting: Option<&Sighting>) -> Due {
        let settings = &self.inner.settings;
        if sighting.is_some_and(|sighting| sighting.is_settled || self.waits_long(id, sighting)) {
            return Due::with_all(snapshot.asked_at(sighting), settings.refresh_settled);
        }
        // Another replica may have made it since the last sweep.
        Due::by_name(sighting.map(|sighting| sighting.at), settings.refresh_active)
    }
}

/// What is known of some ids.
struct Looked<'a> {
    /// Documents, in the order of the ids.
    documents: Vec<(ServiceId, Cow<'a, [u8]>)>,
    /// One that is not known, and that nobody has looked for now or a moment ago.
    unknown: Option<ServiceId>,
    /// When the least recent of them was asked about.
    oldest: Instant,
    /// What should be looked at again.
    needs: Vec<(ServiceId, Need)>,
    /// When the next of them must be looked at, or is put in other words.
    until: Instant,
    /// Whether the documents stay true until something is learned, whatever workers tell.
    lasts: bool,
}
