//! The last moment of something that every request notes, so that there must be no lock around it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// To the second. Counted from when observing began, which whoever asks knows: there are as many as services.
#[derive(Debug, Default)]
pub(crate) struct Moment(
    /// Seconds, and one more: none stands for never.
    AtomicU32,
);

impl Moment {
    /// Notes that it was now, so long after the beginning.
    pub(super) fn note(&self, since_begun: Duration) {
        let noted = u32::try_from(since_begun.as_secs()).unwrap_or(u32::MAX - 1) + 1;
        // What is only read is shared among processors.
        if self.0.load(Ordering::Relaxed) != noted {
            self.0.store(noted, Ordering::Relaxed);
        }
    }

    /// How long after the beginning it last was.
    pub(super) fn last(&self) -> Option<Duration> {
        let noted = self.0.load(Ordering::Relaxed);
        Some(Duration::from_secs(noted.checked_sub(1)?.into()))
    }

    /// The same moment as of what this takes the place of.
    pub(super) fn copy_of(&self, other: Option<&Self>) {
        let noted = other.map_or(0, |other| other.0.load(Ordering::Relaxed));
        self.0.store(noted, Ordering::Relaxed);
    }
}
