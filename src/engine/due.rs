//! When what is known of an id is to be looked at again, and how. Pure.

use std::time::Duration;

use tokio::time::Instant;

/// When an id is to be looked at again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    /// When it was last asked about, if it ever was.
    asked: Option<Instant>,
    /// How long after that.
    within: Duration,
    with_all: bool,
}

/// How an id is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// By name.
    Look,
    /// With everything else that is settled.
    Pass,
    /// The same, and until then it cannot be told.
    Overdue,
}

impl Due {
    /// For what is settled: a pass goes through all of that.
    pub(super) fn with_all(asked: Option<Instant>, within: Duration) -> Self {
        Self { asked, within, with_all: true }
    }

    /// For what is not.
    pub(super) fn by_name(asked: Option<Instant>, within: Duration) -> Self {
        Self { asked, within, with_all: false }
    }

    /// The moment; `None` for what was never asked about: that is due at once.
    pub(super) fn at(&self) -> Option<Instant> {
        Some(self.asked? + self.within)
    }

    /// Whether it is due.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.at().is_none_or(|at| at <= now)
    }

    /// How it is to be looked at, if it is due. What is older than `stale_limit` cannot be told.
    pub(super) fn need(&self, now: Instant, stale_limit: Duration) -> Option<Need> {
        if !self.is_over(now) {
            return None;
        }
        if !self.with_all {
            return Some(Need::Look);
        }
        let is_told = self.asked.is_some_and(|asked| now <= asked + stale_limit);
        Some(if is_told { Need::Pass } else { Need::Overdue })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(60);
    const STALE: Duration = Duration::from_secs(600);

    #[tokio::test(start_paused = true)]
    async fn what_is_settled_is_told_past_its_window_until_it_is_too_old() {
        let asked = Instant::now();
        let needed =
            |after: u64| Due::with_all(Some(asked), WINDOW).need(asked + Duration::from_secs(after), STALE);
        let expected =
            [(59, None), (60, Some(Need::Pass)), (600, Some(Need::Pass)), (601, Some(Need::Overdue))];
        for (after, need) in expected {
            assert_eq!(needed(after), need, "after {after} s");
        }
        assert_eq!(Due::with_all(None, WINDOW).need(asked, STALE), Some(Need::Overdue));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_is_looked_at_by_name() {
        let asked = Instant::now();
        let due = Due::by_name(Some(asked), WINDOW);
        assert_eq!(due.need(asked + WINDOW - Duration::from_nanos(1), STALE), None);
        assert_eq!(due.need(asked + WINDOW, STALE), Some(Need::Look));
        assert_eq!(Due::by_name(None, WINDOW).need(asked, STALE), Some(Need::Look));
    }
}
