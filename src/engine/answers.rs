//! Answers that are still true: many callers ask for the same, and share one body in memory for as long as nothing was
//! learned and nothing in it is due to be looked at again. Large ones are kept when they are asked for a second time:
//! where nobody shares them they would take memory for nothing.
//!
//! They are a part of the snapshot that they were put together from, go with it, and are read without locks, too.

use std::hash::BuildHasher;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use foldhash::fast::RandomState;
use tokio::time::Instant;

use crate::model::Provider;

/// How many bytes of answers are kept: the answers about ten thousand services, once.
const MOST_BYTES: usize = 7_000_000;
/// From how many bytes an answer is a large one.
const LARGE: usize = 100_000;
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
    /// The hash of the last question whose answer could lie here.
    asked: AtomicU64,
    answer: OnceLock<Box<Answer>>,
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
    /// When something in it must be looked at again.
    pub(super) until: Instant,
}

impl Default for Answers {
    fn default() -> Self {
        let places = (0..PLACES).map(|_| Place::default()).collect();
        Self { hasher: RandomState::default(), places, bytes: AtomicUsize::default() }
    }
}

impl Answers {
    /// The answer to this question, in these very words, if it was put together already.
    pub(super) fn get(&self, provider: Provider, question: &str) -> Option<&Told> {
        let places = self.places_for(self.hasher.hash_one((provider, question)));
        let mut answers = places.filter_map(|place| place.answer.get());
        let answer = answers.find(|answer| answer.is_for(provider, question))?;
        (Instant::now() < answer.told.until).then_some(&answer.told)
    }

    /// Keeps an answer, if there is room; a large one, if it was asked for before.
    pub(super) fn keep(&self, provider: Provider, question: &str, told: Told) {
        let hash = self.hasher.hash_one((provider, question));
        let size = told.body.len() + question.len();
        let mut asked = self.places_for(hash).map(|place| &place.asked);
        if size >= LARGE && !asked.any(|asked| asked.swap(hash, Ordering::Relaxed) == hash) {
            return;
        }
        if self.bytes.fetch_add(size, Ordering::Relaxed) + size <= MOST_BYTES {
            let mut answer = Box::new(Answer { provider, question: question.into(), told });
            for place in self.places_for(hash) {
                match place.answer.set(answer) {
                    Ok(()) => return,
                    Err(refused) => answer = refused,
                }
                // Another thread was quicker.
                if place.answer.get().is_some_and(|other| other.is_for(provider, question)) {
                    break;
                }
            }
        }
        self.bytes.fetch_sub(size, Ordering::Relaxed);
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn told(body: &'static [u8], lasts: Duration) -> Told {
        let now = Instant::now();
        Told { body: Bytes::from_static(body), oldest: now, until: now + lasts }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_holds_for_its_question_and_its_time() {
        let answers = Answers::default();
        let minute = Duration::from_secs(60);
        answers.keep(Provider::Postgres, "id=1&id=2", told(b"{}", minute));
        let body = |provider, question| answers.get(provider, question).map(|told| told.body.clone());
        assert_eq!(body(Provider::Postgres, "id=1&id=2").unwrap(), "{}");
        assert_eq!(body(Provider::Mysql, "id=1&id=2"), None);
        assert_eq!(body(Provider::Postgres, "id=1"), None);
        tokio::time::advance(minute).await;
        assert_eq!(body(Provider::Postgres, "id=1&id=2"), None, "it is due to be looked at again");
    }

    #[tokio::test]
    async fn a_large_answer_is_kept_when_it_is_asked_for_again() {
        static LARGER: [u8; LARGE] = [b'x'; LARGE];
        let answers = Answers::default();
        let keep = || answers.keep(Provider::Postgres, "id=1", told(&LARGER, Duration::from_secs(60)));
        keep();
        assert!(answers.get(Provider::Postgres, "id=1").is_none());
        keep();
        assert!(answers.get(Provider::Postgres, "id=1").is_some());
    }

    #[tokio::test]
    async fn what_is_kept_is_bounded_in_bytes_and_number() {
        static LARGE: [u8; 3_000_000] = [b'x'; 3_000_000];
        let lasts = Duration::from_secs(60);
        let of_many = |count: usize, body: &'static [u8]| {
            let answers = Answers::default();
            let question = |number: usize| format!("id={number:04}");
            for at in (0..count).flat_map(|at| [at, at]) {
                answers.keep(Provider::Postgres, &question(at), told(body, lasts));
            }
            let kept =
                (0..count).filter(|&at| answers.get(Provider::Postgres, &question(at)).is_some()).count();
            assert_eq!(answers.bytes.load(Ordering::Relaxed), kept * (body.len() + question(0).len()));
            kept
        };
        assert_eq!(of_many(3, &LARGE), 2);
        let kept = of_many(5000, b"{}");
        assert!((PLACES / 2..=PLACES).contains(&kept), "{kept}");
    }
}
