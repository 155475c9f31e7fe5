//! A broker as a process of its own, and what its operating system says of it.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::standin::{StandIn, TOKEN, fleet::BROKER};

/// Within what a broker must listen.
const LISTENS_WITHIN: Duration = Duration::from_secs(30);

/// What may be sent to it: nothing of what is measured here is about its inbound limits.
const NO_LIMITS: [(&str, &str); 3] = [
    ("BROKER_REQUESTS_PER_SECOND", "1000000"),
    ("BROKER_REQUESTS_BURST", "1000000"),
    ("BROKER_MAX_CONCURRENT_REQUESTS", "100000"),
];

/// A running broker. Ends with this value.
#[derive(Debug)]
pub(crate) struct Broker {
    process: Child,
    /// Where it answers.
    pub(crate) url: String,
    /// When it was started.
    pub(crate) started: Instant,
    _folder: tempfile::TempDir,
}

impl Broker {
    /// Starts it with its default settings, but for the inbound limits and `settings`, and waits until it listens.
    pub(crate) async fn start(
        binary: &Path,
        aws: &StandIn,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("log");
        let started = Instant::now();
        let process = Command::new(binary)
            .env_clear()
            .envs(NO_LIMITS)
            .envs([("BROKER_LISTEN", "127.0.0.1:0"), ("BROKER_TOKENS", TOKEN), ("BROKER_NAME", BROKER)])
            .envs([("AWS_REGION", "eu-central-1"), ("AWS_ENDPOINT_URL", aws.url())])
            .envs([("AWS_ACCESS_KEY_ID", "bench"), ("AWS_SECRET_ACCESS_KEY", "bench")])
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(&log)?)
            .spawn()
            .with_context(|| format!("{} does not start", binary.display()))?;
        let mut broker = Self { process, url: String::new(), started, _folder: folder };
        while started.elapsed() < LISTENS_WITHIN {
            if let Some(address) = address(&std::fs::read_to_string(&log)?) {
                broker.url = format!("http://{address}");
                return Ok(broker);
            }
            if let Some(status) = broker.process.try_wait()? {
                bail!("the broker ended with {status}");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        bail!("the broker did not listen within {LISTENS_WITHIN:?}")
    }

    /// Resident memory in MB (10^6 bytes): now, and at most so far.
    pub(crate) fn resident(&self) -> anyhow::Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let megabytes = |name: &str| -> anyhow::Result<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kibibytes: f64 =
                line.and_then(|line| line.split_whitespace().next()).context("no such line")?.parse()?;
            Ok(kibibytes * 1024.0 / 1e6)
        };
        Ok((megabytes("VmRSS:")?, megabytes("VmHWM:")?))
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Where it says that it listens. The last line may not be whole yet.
fn address(log: &str) -> Option<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines.into_iter().find(|line| line["message"] == "Listening")?;
    line["address"].as_str().map(str::to_owned)
}
