//! The budget in front of every AWS call.
//!
//! RDS's quota is per account and region, unpublished, and shared with everyone in the account;
//! about one call per second is safe. The SDK's own retries are off, so nothing escapes it.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// A token bucket that callers wait at.
#[derive(Debug)]
pub(super) struct Pace {
    bucket: DefaultDirectRateLimiter,
}

impl Pace {
    /// Lets `per_second` calls through on average and up to `burst` at once. A rate that is not
    /// positive counts as one per second.
    #[must_use]
    pub(super) fn new(per_second: f64, burst: NonZeroU32) -> Self {
        let period = Duration::try_from_secs_f64(1.0 / per_second).unwrap_or(Duration::from_secs(1));
        let quota = Quota::with_period(period.max(Duration::from_nanos(1)))
            .unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN))
            .allow_burst(burst);
        Self { bucket: RateLimiter::direct(quota) }
    }

    /// Waits until one more call may be made.
    pub(super) async fn turn(&self) {
        self.bucket.until_ready().await;
    }
}
