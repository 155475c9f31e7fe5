//! Since when something belongs to nothing: the grace period begins then, however old it is.
//!
//! That is kept in memory alone. A restart begins the period anew, which removes later, never sooner.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

/// What was found to belong to nothing, by the name that AWS has for it.
#[derive(Debug)]
pub(super) struct Orphans {
    grace: Duration,
    before: HashMap<String, Instant>,
    now: HashMap<String, Instant>,
}

impl Orphans {
    pub(super) fn new(grace: Duration) -> Self {
        Self { grace, before: HashMap::new(), now: HashMap::new() }
    }

    /// A sweep begins: what it does not find any more is forgotten.
    pub(super) fn begin(&mut self) {
        self.before = std::mem::take(&mut self.now);
    }

    /// This sweep has found one. Returns whether it has been one for the grace period.
    pub(super) fn found(&mut self, name: &str) -> bool {
        let since = self.before.get(name).copied().unwrap_or_else(Instant::now);
        self.now.insert(name.to_owned(), since);
        since.elapsed() >= self.grace
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_period_begins_when_it_is_found_and_anew_when_it_was_not() {
        let mut orphans = Orphans::new(Duration::from_secs(60));
        let mut sweep = |found: bool| {
            orphans.begin();
            found && orphans.found("secret")
        };
        let minute = Duration::from_secs(60);
        assert!(!sweep(true));
        tokio::time::advance(minute / 2).await;
        assert!(!sweep(true));
        tokio::time::advance(minute / 2).await;
        assert!(sweep(true));
        assert!(!sweep(false));
        assert!(!sweep(true), "it belonged to something meanwhile");
    }
}
