//! Requests about one service are worked on one after the other, within this process.
//!
//! A caller repeats what was not answered in time, and then waits here behind its own first request. The passwords that one
//! has stored or read are kept for as long as anyone waits, so that the repetition need not ask AWS for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{OwnedMutexGuard, Semaphore};
use tokio::time::Instant;
use tracing::Instrument;

use super::Engine;
use super::refresh::lock;
use crate::error::{Error, Kind, Result};
use crate::model::ServiceId;

/// Whose turn it is, by service.
#[derive(Debug)]
pub(super) struct Turns {
    queues: Mutex<HashMap<ServiceId, Queue>>,
    /// One for each request that is worked on, also when nobody waits for its answer any more: it holds passwords.
    places: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Queue {
    /// Alive while a request is under way or waits.
    turn: Weak<tokio::sync::Mutex<()>>,
    /// Passwords that were met meanwhile, by their VersionId: what a version holds never changes.
    passwords: Vec<(String, SecretString)>,
}

impl Turns {
    /// For so many services at once.
    pub(super) fn new(most: usize) -> Self {
        Self { queues: Mutex::default(), places: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))) }
    }

    /// Waits for a turn.
    async fn of(&self, id: ServiceId) -> OwnedMutexGuard<()> {
        let mutex = {
            let mut queues = lock(&self.queues);
            let queue = queues.entry(id).or_default();
            queue.turn.upgrade().unwrap_or_else(|| {
                let mutex = Arc::default();
                *queue = Queue { turn: Arc::downgrade(&mutex), passwords: Vec::new() };
                mutex
            })
        };
        mutex.lock_owned().await
    }

    /// Ends a turn.
    fn end(&self, turn: OwnedMutexGuard<()>) {
        drop(turn);
        self.forget();
    }

    /// Forgets services that no request is about any more.
    pub(super) fn forget(&self) {
        lock(&self.queues).retain(|_, queue| queue.turn.strong_count() > 0);
    }

    /// Notes a password that the request under way has stored or read.
    pub(super) fn note(&self, id: ServiceId, version: &str, value: &SecretString) {
        if let Some(queue) = lock(&self.queues).get_mut(&id) {
            queue.passwords.push((version.to_owned(), value.clone()));
        }
    }

    /// The password of a version, where a request that this one has waited for has noted it.
    pub(super) fn noted(&self, id: ServiceId, version: &str) -> Option<SecretString> {
        let queues = lock(&self.queues);
        let passwords = &queues.get(&id)?.passwords;
        passwords.iter().find(|(own, _)| own == version).map(|(_, value)| value.clone())
    }
}

impl Engine {
    /// Runs a request's work about a service in a task that outlives the request. It begins when no other is under way
    /// about the same service in this process; a request that does not get its turn in time has done nothing.
    ///
    /// # Errors
    /// The work's own; [`Kind::Unavailable`] where it did not end within this time; [`Kind::TooManyRequests`] at once
    /// where as many are worked on as may be.
    pub async fn outliving<F>(&self, id: ServiceId, work: F, within: Duration) -> Result<()>
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let deadline = Instant::now() + within;
        let turn = tokio::time::timeout_at(deadline, self.inner.turns.of(id)).await;
        let turn = turn.map_err(|_elapsed| still_working())?;
        let engine = self.clone();
        let Ok(place) = Arc::clone(&self.inner.turns.places).try_acquire_owned() else {
            self.inner.turns.end(turn);
            return Err(Error::new(
                Kind::TooManyRequests,
                "Too many requests are still being worked on, since AWS takes no more of them; try again.",
            )
            .retry_after_of(Duration::from_secs(2)));
        };
        let work = async move {
            let result = work.await;
            drop(place);
            engine.inner.turns.end(turn);
            result
        };
        let task = self.inner.tasks.spawn(work.in_current_span());
        match tokio::time::timeout_at(deadline, task).await {
            Ok(Ok(result)) => result,
            Ok(Err(stopped)) => Err(still_working().caused_by(stopped)),
            Err(_elapsed) => Err(still_working()),
        }
    }
}

fn still_working() -> Error {
    Error::unavailable("The request is still being worked on; send it again.", Duration::from_secs(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[tokio::test]
    async fn what_was_noted_is_kept_for_those_who_wait_and_for_nobody_else() {
        let turns = Arc::new(Turns::new(1));
        let id: ServiceId = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11".parse().unwrap();
        let first = turns.of(id).await;
        turns.note(id, "version-1", &SecretString::from("pw-1"));
        let waits = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move { turns.of(id).await }
        });
        while lock(&turns.queues)[&id].turn.strong_count() < 2 {
            tokio::task::yield_now().await;
        }
        turns.end(first);
        let second = waits.await.unwrap();
        assert_eq!(turns.noted(id, "version-1").unwrap().expose_secret(), "pw-1");
        assert!(turns.noted(id, "version-2").is_none());
        turns.end(second);
        assert!(lock(&turns.queues).is_empty(), "nobody waits any more");
        let _third = turns.of(id).await;
        assert!(turns.noted(id, "version-1").is_none());
    }
}
