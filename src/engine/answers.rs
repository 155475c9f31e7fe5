//! Answers that are still true: many callers ask for the same, and share one body in memory for as long as nothing was
//! learned, workers tell the same and nothing in it is due to be looked at again. Large ones are kept when they are asked for again and
//! again: where few share them they would take memory for little.
//!
//! They are a part of the snapshot that they were put together from, go with it, and are read without locks, too.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use foldhash::fast::RandomState;
use tokio::time::Instant;

use crate::model::Provider;

/// How many bytes of answers are kept, with their questions: the answers about ten thousand services, once.
const MOST_BYTES: usize = 7_600_000;
/// From how many bytes an answer is a large one.
const LARGE: usize = 100_000;
/// How often a large one must be asked for.
const OFTEN: u64 = 5;
/// How many answers are kept.
const PLACES: usize = 1024;
/// At how many places an answer may lie.
const TRIES: usize = 2;

/// The answers to the last questions.
#[derive(Debug)]
pub(super) struct Answers {
    hasher: RandomState,
    places: Box<[Place]>,
    bytes: AtomicUsize,
}

#[derive(Debug, Default)]
struct Place {
    /// The hash of the last question whose large answer could lie here, and in the last bits how often it was put.
    asked: AtomicU64,
    answer: ArcSwapOption<Answer>,
}

#[derive(Debug)]
struct Answer {
    provider: Provider,
    question: Box<str>,
    told: Told,
}

/// An answer, and when it was true.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) body: Bytes,
    /// When the least recent observation in it was asked for.
    pub(super) oldest: Instant,
    /// When something in it must be looked at again, or would be put in other words.
    pub(super) until: Instant,
    /// The version of what workers tell, where that went into it.
    pub(super) version: Option<u64>,
}

impl Told {
    fn holds(&self, version: u64) -> bool {
        self.version.is_none_or(|own| own == version) && Instant::now() < self.until
    }
}

impl Default for Answers {
    fn default() -> Self {
        let places = (0..PLACES).map(|_| Place::default()).collect();
        Self { hasher: RandomState::default(), places, bytes: AtomicUsize::default() }
    }
}

impl Answers {
    /// The answer to this question, in these very words, if it was put together already and is true at this version of
    /// what workers tell.
    pub(super) fn get(&self, provider: Provider, question: &str, version: u64) -> Option<Told> {
        let places = self.places_for(self.hasher.hash_one((provider, question)));
        let mut answers = places.map(|place| place.answer.load());
        let answer =
            answers.find_map(|answer| answer.as_ref().filter(|it| it.is_for(provider, question)).cloned())?;
        answer.told.holds(version).then(|| answer.told.clone())
    }

    /// Keeps an answer, if there is room; a large one, if it is asked for often.
    pub(super) fn keep(&self, provider: Provider, question: &str, told: Told, version: u64) {
        let hash = self.hasher.hash_one((provider, question));
        let answer = Answer { provider, question: question.into(), told };
        if answer.size() >= LARGE && !self.is_asked_often(hash) {
            return;
        }
        let is_free = |place: &&Place| {
            let before = place.answer.load();
            before.as_ref().is_none_or(|it| it.is_for(provider, question) || !it.told.holds(version))
        };
        let Some(place) = self.places_for(hash).find(is_free) else { return };
        self.put(place, None);
        if self.bytes.fetch_add(answer.size(), Ordering::Relaxed) + answer.size() <= MOST_BYTES {
            self.put(place, Some(Arc::new(answer)));
        } else {
            self.bytes.fetch_sub(answer.size(), Ordering::Relaxed);
        }
    }

    /// Puts an answer that is counted already, or none, in the place of another one, which no longer counts.
    fn put(&self, place: &Place, answer: Option<Arc<Answer>>) {
        if let Some(before) = place.answer.swap(answer) {
            self.bytes.fetch_sub(before.size(), Ordering::Relaxed);
        }
    }

    /// Counts a question of this hash. Of questions that share a place the last one counts.
    fn is_asked_often(&self, hash: u64) -> bool {
        let asked = &self.places[hash as usize % PLACES].asked;
        let (question, before) = (hash & !0xff, asked.load(Ordering::Relaxed));
        let times = if before & !0xff == question { (before & 0xff) + 1 } else { 1 };
        asked.store(question | times.min(0xff), Ordering::Relaxed);
        times >= OFTEN
    }

    /// Where the answer to a question of this hash may lie.
    fn places_for(&self, hash: u64) -> impl Iterator<Item = &Place> {
        let first = hash as usize % PLACES;
        (first..first + TRIES).map(|at| &self.places[at % PLACES])
    }
}

impl Answer {
    fn is_for(&self, provider: Provider, question: &str) -> bool {
        self.provider == provider && *self.question == *question
    }

    /// In bytes.
    fn size(&self) -> usize {
        self.told.body.len() + self.question.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn told(body: &'static [u8], lasts: Duration) -> Told {
        let now = Instant::now();
        Told { body: Bytes::from_static(body), oldest: now, until: now + lasts, version: None }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_holds_for_its_question_and_its_time() {
        let answers = Answers::default();
        let minute = Duration::from_secs(60);
        answers.keep(Provider::Postgres, "id=1&id=2", told(b"{}", minute), 0);
        let body = |provider, question| answers.get(provider, question, 0).map(|told| told.body);
        assert_eq!(body(Provider::Postgres, "id=1&id=2").unwrap(), "{}");
        assert_eq!(body(Provider::Mysql, "id=1&id=2"), None);
        assert_eq!(body(Provider::Postgres, "id=1"), None);
        tokio::time::advance(minute).await;
        assert_eq!(body(Provider::Postgres, "id=1&id=2"), None, "it is due to be looked at again");
        answers.keep(Provider::Postgres, "id=1&id=2", told(b"{1}", minute), 0);
        assert_eq!(body(Provider::Postgres, "id=1&id=2").unwrap(), "{1}", "the next one takes its place");
    }

    #[tokio::test]
    async fn an_answer_with_what_workers_tell_holds_until_they_tell_something_else() {
        let answers = Answers::default();
        let minute = Duration::from_secs(60);
        let of_version = |version| Told { version: Some(version), ..told(b"{}", minute) };
        answers.keep(Provider::Postgres, "id=1", of_version(7), 7);
        answers.keep(Provider::Postgres, "id=2", told(b"{}", minute), 7);
        let holds = |question, version| answers.get(Provider::Postgres, question, version).is_some();
        assert!(holds("id=1", 7) && holds("id=2", 7));
        assert!(!holds("id=1", 8) && holds("id=2", 8));
        answers.keep(Provider::Postgres, "id=1", of_version(8), 8);
        assert!(holds("id=1", 8), "the next one takes its place");
    }

    #[tokio::test]
    async fn a_large_answer_is_kept_when_it_is_asked_for_often() {
        static LARGER: [u8; LARGE] = [b'x'; LARGE];
        let answers = Answers::default();
        let keep = || answers.keep(Provider::Postgres, "id=1", told(&LARGER, Duration::from_secs(60)), 0);
        for times in 1..=OFTEN {
            assert!(
                answers.get(Provider::Postgres, "id=1", 0).is_none(),
                "before it was asked for {times} times"
            );
            keep();
        }
        assert!(answers.get(Provider::Postgres, "id=1", 0).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_is_bounded_in_bytes_and_number() {
        static LARGE: [u8; 3_000_000] = [b'x'; 3_000_000];
        let lasts = Duration::from_secs(60);
        let question = |number: usize| format!("id={number:04}");
        let keep_many = |answers: &Answers, count: usize, body: &'static [u8]| {
            for at in (0..count).flat_map(|at| [at; OFTEN as usize]) {
                answers.keep(Provider::Postgres, &question(at), told(body, lasts), 0);
            }
            let is_kept = |at: &usize| answers.get(Provider::Postgres, &question(*at), 0).is_some();
            let kept = (0..count).filter(is_kept).count();
            assert_eq!(answers.bytes.load(Ordering::Relaxed), kept * (body.len() + question(0).len()));
            kept
        };
        let answers = Answers::default();
        assert_eq!(keep_many(&answers, 3, &LARGE), 2);
        tokio::time::advance(lasts).await;
        assert_eq!(keep_many(&answers, 2, &LARGE), 2, "what no longer holds leaves its room to the next");
        let kept = keep_many(&Answers::default(), 5000, b"{}");
        assert!((PLACES / 2..=PLACES).contains(&kept), "{kept}");
    }
}
