//! Answers that are still true: many callers ask for the same, and share one body in memory for as long as nothing was
//! learned and nothing in it is due to be looked at again.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Mutex;

use bytes::Bytes;
use foldhash::fast::RandomState;
use tokio::time::Instant;

use super::refresh::lock;
use crate::model::{Provider, ServiceId};

/// How many bytes of answers are kept.
const MOST_BYTES: usize = 8_000_000;

/// The answers to the last questions, all put together from the same snapshot.
#[derive(Debug, Default)]
pub(super) struct Answers {
    hasher: RandomState,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The number of the snapshot.
    version: u64,
    bytes: usize,
    by_question: HashMap<u64, Answer, RandomState>,
}

#[derive(Clone, Debug)]
struct Answer {
    provider: Provider,
    ids: Box<[ServiceId]>,
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

impl Answers {
    /// The answer to this question out of the snapshot of this number, if it was put together already.
    pub(super) fn get(&self, version: u64, provider: Provider, ids: &[ServiceId]) -> Option<Told> {
        let question = self.hasher.hash_one((provider, ids));
        let kept = lock(&self.kept);
        let answer = kept.by_question.get(&question).filter(|_| kept.version == version)?;
        let same = answer.provider == provider && *answer.ids == *ids && Instant::now() < answer.told.until;
        same.then(|| answer.told.clone())
    }

    /// Keeps an answer. Those out of an older snapshot are dropped, and all of them where there are too many.
    pub(super) fn keep(&self, version: u64, provider: Provider, ids: &[ServiceId], told: Told) {
        let question = self.hasher.hash_one((provider, ids));
        let answer = Answer { provider, ids: ids.into(), told };
        let mut kept = lock(&self.kept);
        if kept.version > version || answer.size() > MOST_BYTES {
            return;
        }
        let before = kept.by_question.remove(&question);
        kept.bytes -= before.map_or(0, |before| before.size());
        if kept.version < version || kept.bytes + answer.size() > MOST_BYTES {
            *kept = Kept { version, ..Kept::default() };
        }
        kept.bytes += answer.size();
        kept.by_question.insert(question, answer);
    }
}

impl Answer {
    /// Bytes that it takes.
    fn size(&self) -> usize {
        self.told.body.len() + size_of_val(&*self.ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn id(number: u128) -> ServiceId {
        uuid::Uuid::from_u128(number).to_string().parse().unwrap()
    }

    fn told(body: &'static [u8], lasts: Duration) -> Told {
        let now = Instant::now();
        Told { body: Bytes::from_static(body), oldest: now, until: now + lasts }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_holds_for_its_question_its_snapshot_and_its_time() {
        let answers = Answers::default();
        let minute = Duration::from_secs(60);
        answers.keep(1, Provider::Postgres, &[id(1), id(2)], told(b"{}", minute));
        let body =
            |version, provider, ids: &[ServiceId]| answers.get(version, provider, ids).map(|told| told.body);
        assert_eq!(body(1, Provider::Postgres, &[id(1), id(2)]).unwrap(), "{}");
        assert_eq!(body(1, Provider::Mysql, &[id(1), id(2)]), None);
        assert_eq!(body(1, Provider::Postgres, &[id(1)]), None);
        assert_eq!(body(2, Provider::Postgres, &[id(1), id(2)]), None);
        tokio::time::advance(minute).await;
        assert_eq!(body(1, Provider::Postgres, &[id(1), id(2)]), None, "it is due to be looked at again");
    }

    #[tokio::test]
    async fn what_is_kept_is_bounded_and_of_one_snapshot() {
        static LARGE: [u8; 3_000_000] = [b'x'; 3_000_000];
        let answers = Answers::default();
        let keep = |version, number| {
            answers.keep(version, Provider::Postgres, &[id(number)], told(&LARGE, Duration::from_secs(60)));
        };
        let count = || lock(&answers.kept).by_question.len();
        (1..=2).for_each(|number| keep(1, number));
        assert_eq!(count(), 2);
        keep(1, 2);
        assert_eq!((count(), lock(&answers.kept).bytes), (2, 6_000_032), "the same again takes no more");
        keep(1, 3);
        assert_eq!(count(), 1);
        keep(2, 4);
        keep(1, 5);
        assert!(answers.get(2, Provider::Postgres, &[id(4)]).is_some() && count() == 1);
    }
}
