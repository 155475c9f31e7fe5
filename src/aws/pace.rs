//! The budget in front of every AWS call: two lanes, and a rate that adapts.
//!
//! RDS's quota is per account and region, unpublished, and shared with everyone in the account;
//! about one call per second is safe. Writes go first: while one waits, no read takes a token. Throttling
//! halves the rate, and calm lets it recover slowly, with jitter, so that replicas do not move in step. It recovers by
//! time: whoever waits for a turn at a low rate need not first have had it.
//! The SDK's own retries are off, so nothing escapes it.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

/// The rate never falls below this part of the configured one: who shares AWS's quota with others must get through ten
/// thousand services before what is known of them is too old.
const SLOWEST: f64 = 1.0 / 8.0;
/// How long it must be calm before the rate recovers by a step, give or take a quarter.
const CALM: Duration = Duration::from_secs(5);
/// By how much it recovers.
const RECOVERY: f64 = 1.25;
/// After so many steps it has recovered, wherever it fell.
const MOST_STEPS: f64 = 100.0;
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

/// The clock of everything else here, so that the budget goes by it too where a test pauses it; or so many nanoseconds
/// ahead of it.
#[derive(Clone, Debug, Default)]
struct Time(Arc<AtomicU64>);

impl Clock for Time {
    type Instant = std::time::Instant;

    fn now(&self) -> Self::Instant {
        Instant::now().into_std() + Duration::from_nanos(self.0.load(Ordering::SeqCst))
    }
}

/// A token bucket of a given rate.
#[derive(Debug)]
struct Bucket {
    limiter: RateLimiter<NotKeyed, InMemoryState, Time, NoOpMiddleware<std::time::Instant>>,
    time: Time,
}

impl Bucket {
    /// One that holds up to `burst` tokens, and so many of them now. Every governor's is full at first.
    fn new(per_second: f64, burst: NonZeroU32, left: f64) -> Self {
        let period = Duration::try_from_secs_f64(1.0 / per_second).unwrap_or(Duration::from_secs(1));
        let period = period.max(Duration::from_nanos(1));
        let quota = Quota::with_period(period).unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
        let time = Time::default();
        let limiter = RateLimiter::direct_with_clock(quota.allow_burst(burst), time.clone());
        // All that it can hold can be taken from a full one.
        drop(limiter.check_n(burst));
        let ahead = period.mul_f64(left.max(0.0)).as_nanos();
        time.0.store(u64::try_from(ahead).unwrap_or(u64::MAX), Ordering::SeqCst);
        Self { limiter, time }
    }

    /// Takes a token, or says how long to wait for the next.
    fn take(&self) -> Result<(), Duration> {
        self.limiter.check().map_err(|until| until.wait_time_from(self.time.now()))
    }
}

/// A token bucket that callers wait at.
#[derive(Debug)]
pub(super) struct Pace {
    configured: f64,
    burst: NonZeroU32,
    bucket: ArcSwap<Bucket>,
    level: Mutex<Level>,
    fall: ArcSwapOption<Fall>,
    waiting: [AtomicU32; 2],
}

/// How full the bucket is, which it does not say itself.
#[derive(Debug)]
struct Level {
    /// Calls per second that it lets through.
    rate: f64,
    /// Calls that could be made at once when the last turn was given, and when that was.
    left: f64,
    left_at: Instant,
}

/// What the last throttling has left of the rate. How much has come back since follows from the time alone: were it
/// given back at the end of calls, the fewer were made, the later would it be.
#[derive(Debug)]
struct Fall {
    /// Calls per second.
    to: f64,
    at: Instant,
    /// From one step to the next.
    calm: Duration,
}

impl Fall {
    fn to(rate: f64) -> Self {
        // From three to five quarters.
        let random = f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 255.0;
        Self { to: rate, at: Instant::now(), calm: CALM.mul_f64(0.75 + random / 2.0) }
    }

    fn steps(&self) -> f64 {
        self.at.elapsed().div_duration_f64(self.calm).floor().min(MOST_STEPS)
    }

    fn rate(&self) -> f64 {
        self.to * RECOVERY.powf(self.steps())
    }

    fn until_next_step(&self) -> Duration {
        self.calm.mul_f64(self.steps() + 1.0).saturating_sub(self.at.elapsed())
    }
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
            bucket: ArcSwap::from_pointee(Bucket::new(configured, burst, f64::from(burst.get()))),
            level: Mutex::new(Level {
                rate: configured,
                left: f64::from(burst.get()),
                left_at: Instant::now(),
            }),
            fall: ArcSwapOption::empty(),
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
            let Err(wait) = self.take() else { return };
            tokio::time::sleep(wait).await;
        }
    }

    /// A call was throttled: half the rate.
    pub(super) fn throttled(&self) {
        let mut level = self.level();
        let now = self.per_second();
        let is_counted = self.fall.load().as_ref().is_some_and(|fall| fall.at.elapsed() < ONE_HALVING);
        if now < self.configured && is_counted {
            return;
        }
        let next = (now / 2.0).max(self.configured * SLOWEST);
        self.fall.store(Some(Arc::new(Fall::to(next))));
        // Whatever was left, AWS takes no more: were there a turn in it, every throttled call would be followed by one at once.
        self.change(&mut level, next, 0.0);
    }

    /// Calls per second at the moment. Takes no lock.
    pub(super) fn per_second(&self) -> f64 {
        let fall = self.fall.load();
        fall.as_ref().map_or(self.configured, |fall| fall.rate().min(self.configured))
    }

    /// Whether that is less than configured.
    pub(super) fn is_held_back(&self) -> bool {
        self.per_second() < self.configured
    }

    /// Calls that could be made at once now.
    pub(super) fn left(&self) -> u32 {
        let mut level = self.level();
        self.recover(&mut level);
        // A whole call that came together out of fractions is one.
        (self.left_now(&level) + 1e-6).floor() as u32
    }

    /// Takes a turn, or says after what time there may be one.
    fn take(&self) -> Result<(), Duration> {
        let mut level = self.level();
        let recovers_in = self.recover(&mut level);
        self.bucket.load().take().map_err(|wait| wait.min(recovers_in))?;
        level.left = (self.left_now(&level) - 1.0).max(0.0);
        level.left_at = Instant::now();
        Ok(())
    }

    fn left_now(&self, level: &Level) -> f64 {
        let refilled = level.left + level.left_at.elapsed().as_secs_f64() * level.rate;
        refilled.min(f64::from(self.burst_at(level.rate).get()))
    }

    /// Below the full rate it holds one.
    fn burst_at(&self, per_second: f64) -> NonZeroU32 {
        if per_second < self.configured { NonZeroU32::MIN } else { self.burst }
    }

    /// Callers that wait in a lane.
    pub(super) fn waiting(&self, lane: Lane) -> u32 {
        self.waiting[lane as usize].load(Ordering::SeqCst)
    }

    /// Lets through what the calm since the last throttling has given back. Returns until when there is no more.
    fn recover(&self, level: &mut Level) -> Duration {
        let now = self.per_second();
        if (now - level.rate).abs() > f64::EPSILON {
            let left = self.left_now(level);
            self.change(level, now, left);
        }
        let falling = (now < self.configured).then(|| self.fall.load_full()).flatten();
        falling.map_or(Duration::MAX, |fall| fall.until_next_step())
    }

    fn change(&self, level: &mut Level, next: f64, left: f64) {
        let burst = self.burst_at(next);
        let left = left.min(f64::from(burst.get()));
        *level = Level { rate: next, left, left_at: Instant::now() };
        self.bucket.store(Bucket::new(next, burst, left).into());
    }

    fn level(&self) -> std::sync::MutexGuard<'_, Level> {
        self.level.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

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
        assert_eq!((pace.left(), calls_at_once()), (0, 0), "throttling gives nobody a turn");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!((pace.left(), calls_at_once()), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn while_all_is_throttled_no_more_is_called_than_the_lowest_rate_allows() {
        let pace = Arc::new(pace(8.0));
        let calls = Arc::new(AtomicU32::new(0));
        for _ in 0..20 {
            let (pace, calls) = (Arc::clone(&pace), Arc::clone(&calls));
            tokio::spawn(async move {
                loop {
                    pace.turn(Lane::Write).await;
                    calls.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    pace.throttled();
                }
            });
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
        let before = calls.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(60)).await;
        let within = calls.load(Ordering::SeqCst) - before;
        assert!((50..=63).contains(&within), "{within} calls in a minute at an eighth of 8 per second");
    }

    #[tokio::test(start_paused = true)]
    async fn replicas_that_were_throttled_together_do_not_recover_together() {
        let mut recovered_after = std::collections::BTreeSet::new();
        for _ in 0..20 {
            let pace = pace(8.0);
            pace.throttled();
            let begun = Instant::now();
            while pace.is_held_back() {
                tokio::time::advance(Duration::from_millis(100)).await;
            }
            let steps = begun.elapsed().as_secs_f64() / CALM.as_secs_f64();
            assert!((4.0 * 0.75..4.0 * 1.25 + 0.1).contains(&steps), "{steps} times the calm of one step");
            recovered_after.insert(begun.elapsed());
        }
        assert!(recovered_after.len() > 5, "{recovered_after:?}");
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
        tokio::time::advance(Duration::from_millis(3700)).await;
        assert!((pace.per_second() - 2.0).abs() < 1e-9, "not before it has been calm for a while");
        tokio::time::advance(Duration::from_millis(2600)).await;
        assert!((pace.per_second() - 2.5).abs() < 1e-9, "and then by a quarter");
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!((pace.per_second() - 8.0).abs() < 1e-9, "never more than configured");
        for _ in 0..20 {
            tokio::time::advance(Duration::from_secs(2)).await;
            pace.throttled();
        }
        assert!((pace.per_second() - 8.0 / 8.0).abs() < 1e-9, "and never next to nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_at_a_low_rate_waits_less_as_calm_gives_back_and_loses_nothing_by_it() {
        let pace = pace(0.4);
        for _ in 0..10 {
            tokio::time::advance(Duration::from_secs(1)).await;
            pace.throttled();
        }
        // At this rate the next turn would come after twenty seconds.
        let begun = Instant::now();
        pace.turn(Lane::Read).await;
        let waited = begun.elapsed().as_secs_f64();
        assert!((11.0..19.0).contains(&waited), "{waited} s");
        assert!(pace.is_held_back());
    }
}
