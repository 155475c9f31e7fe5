//! The budget in front of every AWS call: two lanes, and a rate that adapts.
//!
//! RDS's quota is per account and region, unpublished, and shared with everyone in the account;
//! about one call per second is safe. Writes go first: while one waits, no read takes a token. Throttling
//! halves the rate, and calm lets it recover slowly, with jitter, so that replicas do not move in step.
//! The SDK's own retries are off, so nothing escapes it.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

/// The rate never falls below this part of the configured one.
const SLOWEST: f64 = 1.0 / 32.0;
/// How long it must be calm before the rate recovers by a step, give or take a quarter.
const CALM: Duration = Duration::from_secs(10);
/// By how much it recovers.
const RECOVERY: f64 = 1.25;
/// How often throttling counts: what was on its way when the rate was halved says nothing new.
const ONE_HALVING: Duration = Duration::from_secs(1);
/// How often a read looks whether the writes are through.
const READS_LOOK_EVERY: Duration = Duration::from_millis(20);

/// Who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// A change, or a look that a change waits for.
    Write,
    /// An observation.
    Read,
}

impl Lane {
    /// Its name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
        }
    }
}

/// The clock of everything else here, so that the budget goes by it too where a test pauses it.
#[derive(Clone, Debug)]
struct Time;

impl Clock for Time {
    type Instant = std::time::Instant;

    fn now(&self) -> Self::Instant {
        Instant::now().into_std()
    }
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, Time, NoOpMiddleware<std::time::Instant>>;

/// A token bucket that callers wait at.
#[derive(Debug)]
pub(super) struct Pace {
    configured: f64,
    burst: NonZeroU32,
    bucket: ArcSwap<Bucket>,
    rate: Mutex<Rate>,
    waiting: [AtomicU32; 2],
}

#[derive(Debug)]
struct Rate {
    /// Calls per second.
    now: f64,
    /// When it was last changed, or throttled.
    since: Instant,
    /// How long it must be calm from then on.
    calm: Duration,
    /// Calls that could be made at once when the last turn was given, and when that was. The bucket itself does not say.
    left: f64,
    left_at: Instant,
}

/// Counts a caller that waits, until it is dropped.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn at(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Pace {
    /// Lets `per_second` calls through on average and up to `burst` at once. A rate that is not
    /// positive counts as one per second.
    #[must_use]
    pub(super) fn new(per_second: f64, burst: NonZeroU32) -> Self {
        let configured = if per_second > 0.0 { per_second } else { 1.0 };
        Self {
            configured,
            burst,
            bucket: ArcSwap::from_pointee(bucket(configured, burst)),
            rate: Mutex::new(Rate {
                now: configured,
                since: Instant::now(),
                calm: CALM,
                left: f64::from(burst.get()),
                left_at: Instant::now(),
            }),
            waiting: [AtomicU32::new(0), AtomicU32::new(0)],
        }
    }

    /// Waits until one more call may be made.
    pub(super) async fn turn(&self, lane: Lane) {
        let _waiting = Waiting::at(&self.waiting[lane as usize]);
        loop {
            let writes_wait = self.waiting[Lane::Write as usize].load(Ordering::SeqCst) > 0;
            if lane == Lane::Read && writes_wait {
                tokio::time::sleep(READS_LOOK_EVERY).await;
                continue;
            }
            let bucket = self.bucket.load_full();
            let Err(until) = bucket.check() else { return self.take() };
            tokio::time::sleep(until.wait_time_from(Time.now())).await;
        }
    }

    /// A call was throttled: half the rate.
    pub(super) fn throttled(&self) {
        let mut rate = self.rate();
        let at_full_rate = (rate.now - self.configured).abs() < f64::EPSILON;
        if !at_full_rate && rate.since.elapsed() < ONE_HALVING {
            return;
        }
        let next = (rate.now / 2.0).max(self.configured * SLOWEST);
        self.change(&mut rate, next);
    }

    /// A call was not throttled: a little more, once it has been calm for a while.
    pub(super) fn calm(&self) {
        let mut rate = self.rate();
        if rate.now < self.configured && rate.since.elapsed() >= rate.calm {
            let next = (rate.now * RECOVERY).min(self.configured);
            self.change(&mut rate, next);
        }
    }

    /// Calls per second at the moment.
    pub(super) fn per_second(&self) -> f64 {
        self.rate().now
    }

    /// Calls that could be made at once now.
    pub(super) fn left(&self) -> u32 {
        // A whole call that came together out of fractions is one.
        (self.level(&self.rate()) + 1e-6).floor() as u32
    }

    /// A turn was given.
    fn take(&self) {
        let mut rate = self.rate();
        rate.left = (self.level(&rate) - 1.0).max(0.0);
        rate.left_at = Instant::now();
    }

    fn level(&self, rate: &Rate) -> f64 {
        let refilled = rate.left + rate.left_at.elapsed().as_secs_f64() * rate.now;
        refilled.min(f64::from(self.burst_at(rate.now).get()))
    }

    /// A new bucket is full: below the full rate it holds one.
    fn burst_at(&self, per_second: f64) -> NonZeroU32 {
        if per_second < self.configured { NonZeroU32::MIN } else { self.burst }
    }

    /// Callers that wait in a lane.
    pub(super) fn waiting(&self, lane: Lane) -> u32 {
        self.waiting[lane as usize].load(Ordering::SeqCst)
    }

    fn change(&self, rate: &mut Rate, next: f64) {
        rate.now = next;
        rate.since = Instant::now();
        // From three to five quarters.
        let random = f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 255.0;
        rate.calm = CALM.mul_f64(0.75 + random / 2.0);
        let burst = self.burst_at(next);
        (rate.left, rate.left_at) = (f64::from(burst.get()), rate.since);
        self.bucket.store(bucket(next, burst).into());
    }

    fn rate(&self) -> std::sync::MutexGuard<'_, Rate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bucket(per_second: f64, burst: NonZeroU32) -> Bucket {
    let period = Duration::try_from_secs_f64(1.0 / per_second).unwrap_or(Duration::from_secs(1));
    let quota = Quota::with_period(period.max(Duration::from_nanos(1)))
        .unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN))
        .allow_burst(burst);
    RateLimiter::direct_with_clock(quota, Time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::sync::Arc;

    fn pace(per_second: f64) -> Pace {
        Pace::new(per_second, NonZeroU32::MIN)
    }

    #[tokio::test]
    async fn a_write_that_comes_later_goes_before_all_reads() {
        let pace = Arc::new(pace(20.0));
        pace.turn(Lane::Write).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let go = |lane: Lane| {
            let (pace, order) = (Arc::clone(&pace), Arc::clone(&order));
            tokio::spawn(async move {
                pace.turn(lane).await;
                order.lock().unwrap().push(lane);
            })
        };
        let reads = [go(Lane::Read), go(Lane::Read)];
        while pace.waiting(Lane::Read) < 2 {
            tokio::task::yield_now().await;
        }
        let writes = [go(Lane::Write), go(Lane::Write)];
        for task in reads.into_iter().chain(writes) {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [Lane::Write, Lane::Write, Lane::Read, Lane::Read]);
        assert_eq!((pace.waiting(Lane::Read), pace.waiting(Lane::Write)), (0, 0));
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_holds_up_nobody() {
        let pace = pace(0.001);
        pace.turn(Lane::Write).await;
        let gave_up = tokio::time::timeout(Duration::from_millis(5), pace.turn(Lane::Write)).await;
        assert!(gave_up.is_err());
        assert_eq!(pace.waiting(Lane::Write), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_is_what_can_be_called_at_once() {
        let pace = Pace::new(2.0, NonZeroU32::new(5).unwrap());
        let calls_at_once = || {
            let mut calls = 0;
            while pace.turn(Lane::Write).now_or_never().is_some() {
                calls += 1;
            }
            calls
        };
        for (advanced, left) in [(0, 5), (1000, 2), (499, 0), (1, 1), (1600, 3), (60_000, 5)] {
            tokio::time::advance(Duration::from_millis(advanced)).await;
            assert_eq!(pace.left(), left, "after {advanced} ms more");
            assert_eq!(calls_at_once(), left);
        }
        pace.throttled();
        assert_eq!(pace.left(), 1);
        assert_eq!(calls_at_once(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_halves_the_rate_once_and_calm_restores_it_slowly() {
        let pace = pace(8.0);
        pace.throttled();
        pace.throttled();
        assert!((pace.per_second() - 4.0).abs() < 1e-9, "what was on its way counts once");
        tokio::time::advance(Duration::from_secs(2)).await;
        pace.throttled();
        assert!((pace.per_second() - 2.0).abs() < 1e-9);
        pace.calm();
        assert!((pace.per_second() - 2.0).abs() < 1e-9, "not before it has been calm for a while");
        tokio::time::advance(Duration::from_secs(13)).await;
        pace.calm();
        assert!((pace.per_second() - 2.5).abs() < 1e-9);
        for _ in 0..20 {
            tokio::time::advance(Duration::from_secs(13)).await;
            pace.calm();
        }
        assert!((pace.per_second() - 8.0).abs() < 1e-9, "never more than configured");
        for _ in 0..20 {
            tokio::time::advance(Duration::from_secs(2)).await;
            pace.throttled();
        }
        assert!((pace.per_second() - 8.0 / 32.0).abs() < 1e-9, "and never nothing");
    }
}
