//! The load generator: wrk, with a script that names the paths and the percentiles.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::standin::TOKEN;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/table/load.lua");
/// One thread can ask for more than two cores can answer.
const THREADS: &str = "1";
const CONNECTIONS: &str = "16";

/// How it went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) per_second: f64,
    /// Milliseconds at 50, 99 and 99.9 %.
    pub(crate) latency: [f64; 3],
}

/// Asks for the paths of a file, one per line, for so long.
pub(crate) async fn run(url: &str, paths: &Path, seconds: u32) -> anyhow::Result<Load> {
    let mut command = Command::new("wrk");
    command
        .args(["--threads", THREADS, "--connections", CONNECTIONS, "--duration", &format!("{seconds}s")])
        .args(["--header", &format!("Authorization: Bearer {TOKEN}"), "--script", SCRIPT, url, "--"])
        .arg(paths);
    let output = tokio::task::spawn_blocking(move || command.output()).await?.context("wrk does not run")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("RESULT "));
    let numbers = line.with_context(|| format!("wrk said nothing of use: {text}"))?;
    let numbers: Vec<f64> = numbers.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [requests, microseconds, p50, p99, p999] = numbers[..] else {
        anyhow::bail!("wrk said too little: {text}");
    };
    let failed = text.lines().find_map(|line| line.strip_prefix("FAILED "));
    ensure!(failed.is_none(), "{} at {url}", failed.unwrap_or_default());
    Ok(Load { per_second: requests / microseconds * 1e6, latency: [p50, p99, p999].map(|time| time / 1e3) })
}
