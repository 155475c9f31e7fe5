//! Tells in the log of changes that wait long for their turn: the only sign of it where nobody scrapes the metrics.

use std::time::Duration;

use tokio::time::Instant;

use super::pace::Lane;

/// What is told: shorter than any request waits before it is answered with 503, and than twenty calls take at one a second.
const LONG: Duration = Duration::from_secs(10);

/// A caller that waits, until it is dropped: when its turn has come, or when it has gone away.
#[derive(Debug)]
pub(super) struct Wait {
    service: &'static str,
    operation: &'static str,
    lane: Lane,
    since: Instant,
}

impl Wait {
    pub(super) fn begins(service: &'static str, operation: &'static str, lane: Lane) -> Self {
        Self { service, operation, lane, since: Instant::now() }
    }

    /// How long it has been.
    pub(super) fn so_far(&self) -> Duration {
        self.since.elapsed()
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let waited = self.so_far();
        // Observations give way, and how old they are is told elsewhere.
        if self.lane == Lane::Write && waited >= LONG {
            let (service, operation, seconds) = (self.service, self.operation, waited.as_secs());
            tracing::warn!(service, operation, seconds, "A change waited long for its turn to call AWS");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_that_waits_long_is_told_also_where_its_caller_has_gone_away() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let _here = tracing::subscriber::set_default(subscriber);
        let waits = async |lane, seconds| {
            let _wait = Wait::begins("rds", "ModifyDBInstance", lane);
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        };
        waits(Lane::Write, 9).await;
        waits(Lane::Read, 60).await;
        assert!(log.0.lock().unwrap().is_empty());
        let gone = tokio::time::timeout(Duration::from_secs(11), waits(Lane::Write, 60)).await;
        assert!(gone.is_err());
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("A change waited long for its turn to call AWS"), "{text}");
        assert!(text.contains("ModifyDBInstance") && text.contains("seconds=11"), "{text}");
    }
}
