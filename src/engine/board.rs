//! What workers tell those who answer, by service: read without locks. Writers replace a small part of it whole.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use foldhash::fast::RandomState;

use crate::model::ServiceId;

/// In how many parts it is kept: of ten thousand entries a writer copies a few dozen.
const PARTS: usize = 256;

type Part<V> = HashMap<ServiceId, Arc<V>, RandomState>;

/// One entry a service.
#[derive(Debug)]
pub(super) struct Board<V> {
    hasher: RandomState,
    parts: Box<[ArcSwap<Part<V>>]>,
    /// How often something was replaced.
    changes: AtomicU64,
}

impl<V> Default for Board<V> {
    fn default() -> Self {
        let parts = (0..PARTS).map(|_| ArcSwap::from_pointee(Part::default())).collect();
        Self { hasher: RandomState::default(), parts, changes: AtomicU64::new(0) }
    }
}

impl<V> Board<V> {
    /// The entry of a service.
    pub(super) fn get(&self, id: ServiceId) -> Option<Arc<V>> {
        self.part_of(id).load().get(&id).cloned()
    }

    /// Replaces the entry of a service, or takes it away.
    pub(super) fn set(&self, id: ServiceId, entry: Option<Arc<V>>) {
        let part = self.part_of(id);
        if entry.is_none() && !part.load().contains_key(&id) {
            return;
        }
        part.rcu(|before| {
            let mut next = Part::clone(before);
            match &entry {
                Some(entry) => next.insert(id, Arc::clone(entry)),
                None => next.remove(&id),
            };
            next
        });
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// A number that is another one after every change.
    pub(super) fn version(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Takes away what is not to be kept.
    pub(super) fn retain(&self, keep: impl Fn(ServiceId, &V) -> bool) {
        for (id, entry) in self.entries() {
            if !keep(id, &entry) {
                self.set(id, None);
            }
        }
    }

    /// All entries, in no order.
    pub(super) fn entries(&self) -> Vec<(ServiceId, Arc<V>)> {
        let mut all = Vec::new();
        for part in &self.parts {
            all.extend(part.load().iter().map(|(&id, entry)| (id, Arc::clone(entry))));
        }
        all
    }

    fn part_of(&self, id: ServiceId) -> &ArcSwap<Part<V>> {
        &self.parts[self.hasher.hash_one(id) as usize % PARTS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> ServiceId {
        uuid::Uuid::from_u128(number).to_string().parse().unwrap()
    }

    #[test]
    fn every_service_has_its_own_entry_until_it_is_taken_away() {
        let board = Board::default();
        for number in 0..1000 {
            board.set(id(number), Some(Arc::new(number)));
        }
        board.set(id(7), None);
        board.set(id(8), Some(Arc::new(80)));
        board.retain(|_, number| number % 2 == 0);
        assert_eq!((board.get(id(7)), board.get(id(8)), board.get(id(9))), (None, Some(Arc::new(80)), None));
        assert_eq!(board.entries().len(), 500);
    }

    #[test]
    fn its_version_tells_whether_it_has_changed() {
        let board = Board::default();
        let before = board.version();
        board.set(id(7), None);
        assert_eq!((board.get(id(7)), board.version()), (None, before), "nothing was there");
        board.set(id(7), Some(Arc::new(7)));
        let set = board.version();
        board.set(id(7), None);
        assert!(before != set && set != board.version());
    }

    #[test]
    fn writers_of_the_same_part_lose_nothing_of_each_other() {
        let board = Board::default();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let board = &board;
                scope.spawn(move || {
                    for number in (0..4000).filter(|number| number % 4 == writer) {
                        board.set(id(number), Some(Arc::new(number)));
                    }
                });
            }
        });
        assert_eq!(board.entries().len(), 4000);
    }
}
