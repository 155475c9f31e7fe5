//! How many calls AWS takes: a bucket of its own, and others in the account who empty it now and then.

use std::time::{Duration, Instant};

/// A limit of an account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    /// Calls per second on average.
    pub(crate) per_second: f64,
    /// Calls at once.
    pub(crate) burst: f64,
    /// Others who use it up.
    pub(crate) others: Option<Others>,
}

/// Others in the account: for a while nothing is left for anyone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Others {
    /// From the beginning of one burst to that of the next.
    pub(crate) every: Duration,
    /// How long a burst lasts.
    pub(crate) during: Duration,
}

#[derive(Debug)]
pub(super) struct Bucket {
    limit: Limit,
    begun: Instant,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    pub(super) fn new(limit: Limit) -> Self {
        let now = Instant::now();
        Self { limit, begun: now, tokens: limit.burst, filled: now }
    }

    /// Whether one more call is taken.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let gained = now.saturating_duration_since(self.filled).as_secs_f64() * self.limit.per_second;
        self.filled = self.filled.max(now);
        self.tokens = (self.tokens + gained).min(self.limit.burst);
        let since = now.saturating_duration_since(self.begun).as_secs_f64();
        if self
            .limit
            .others
            .is_some_and(|others| since % others.every.as_secs_f64() < others.during.as_secs_f64())
        {
            self.tokens = 0.0;
        }
        let taken = self.tokens >= 1.0;
        if taken {
            self.tokens -= 1.0;
        }
        taken
    }
}
