//! Ids to be looked at by name. Pure.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};

use crate::model::ServiceId;

/// How many ids callers may want looked at: twice what a broker is made for. Who wants more wants it again.
const MOST: usize = 20_000;

/// What is wanted and not looked at yet.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Whatever is known of them.
    pub(super) surely: BTreeSet<ServiceId>,
    /// Unless they were looked at meanwhile.
    if_stale: BTreeSet<ServiceId>,
    /// The last of those that was taken: the next round goes on behind it, so that none waits for ever.
    last: Option<ServiceId>,
}

impl Wanted {
    /// Notes ids that are to be looked at unless that happens meanwhile.
    pub(super) fn want_if_stale(&mut self, ids: impl IntoIterator<Item = ServiceId>) {
        for id in ids {
            if self.if_stale.len() == MOST {
                return;
            }
            self.if_stale.insert(id);
        }
    }

    /// Takes so many of those that are stale; those that are not are forgotten.
    pub(super) fn take(&mut self, most: usize, is_stale: impl Fn(ServiceId) -> bool) -> Vec<ServiceId> {
        self.if_stale.retain(|id| is_stale(*id));
        let behind = self.last.map_or(Unbounded, Excluded);
        let in_turn = self.if_stale.range((behind, Unbounded)).chain(&self.if_stale);
        let taken: Vec<ServiceId> = in_turn.take(most.min(self.if_stale.len())).copied().collect();
        for id in &taken {
            self.if_stale.remove(id);
        }
        self.last = taken.last().copied().or(self.last);
        taken
    }

    pub(super) fn is_empty(&self) -> bool {
        self.surely.is_empty() && self.if_stale.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: impl IntoIterator<Item = u128>) -> Vec<ServiceId> {
        numbers.into_iter().map(|number| uuid::Uuid::from_u128(number).to_string().parse().unwrap()).collect()
    }

    #[test]
    fn all_have_their_turn_however_many_are_wanted_before_them() {
        let mut wanted = Wanted::default();
        wanted.want_if_stale(ids(0..10));
        let take = |wanted: &mut Wanted| wanted.take(4, |_| true);
        assert_eq!(take(&mut wanted), ids(0..4));
        wanted.want_if_stale(ids(0..4));
        assert_eq!(take(&mut wanted), ids(4..8));
        assert_eq!(take(&mut wanted), ids([8, 9, 0, 1]));
        assert_eq!(take(&mut wanted), ids([2, 3]));
        assert!(wanted.is_empty());
    }

    #[test]
    fn what_was_looked_at_meanwhile_is_forgotten() {
        let mut wanted = Wanted::default();
        wanted.want_if_stale(ids(0..10));
        let fresh = ids(2..10);
        assert_eq!(wanted.take(1, |id| !fresh.contains(&id)), ids([0]));
        assert_eq!(wanted.take(9, |_| true), ids([1]));
    }

    #[test]
    fn what_callers_want_is_bounded() {
        let mut wanted = Wanted::default();
        wanted.want_if_stale(ids(0..2 * MOST as u128));
        assert_eq!(wanted.take(usize::MAX, |_| true).len(), MOST);
    }
}
