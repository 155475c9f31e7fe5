//! What is logged, and how: one line per request, one per step taken in AWS, never a secret. And traces, where someone
//! collects them.

mod traces;

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::config::{Config, LOG_LEVELS, LogFormat, is_log_level};
use crate::spans;
pub use traces::Traces;

/// Crates whose finer lines show requests to AWS or databases with what is in them: kept to warnings,
/// whatever is asked for, also where it names one of their modules.
const QUIET: [&str; 8] = [
    "aws_smithy_runtime",
    "aws_smithy_runtime_api",
    "aws_smithy_http_client",
    "aws_config",
    "aws_runtime",
    "aws_sigv4",
    "hyper",
    "tokio_postgres",
];

/// Changes what is logged, for as long as the process runs.
#[derive(Clone)]
pub struct LogLevel {
    filter: reload::Handle<EnvFilter, Registry>,
}

impl std::fmt::Debug for LogLevel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("LogLevel")
    }
}

impl LogLevel {
    /// Logs at a level, or by a filter in tracing's syntax, from now on. What could hold a secret stays hidden.
    ///
    /// # Errors
    /// Where `level` is neither.
    pub fn set(&self, level: &str) -> Result<(), &'static str> {
        if !is_log_level(level) {
            return Err(LOG_LEVELS);
        }
        self.filter.reload(filter(level)).map_err(|_| "the log has ended")
    }
}

fn filter(level: &str) -> EnvFilter {
    EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse_lossy(level)
}

/// What was started, for as long as the process runs.
#[derive(Debug)]
pub struct Telemetry {
    /// Changes what is logged.
    pub log_level: LogLevel,
    /// Sends traces, where the settings say so.
    pub traces: Option<Traces>,
}

/// Starts logging to standard output, and sending traces where the settings name a collector. Outside of any runtime: the
/// traces are sent by a thread of their own.
///
/// # Errors
/// Where logging was started already, or the settings of the collector cannot be used.
pub fn start(config: &Config) -> anyhow::Result<Telemetry> {
    let (asked, handle) = reload::Layer::new(filter(&config.log_level));
    let safe =
        filter_fn(|line| line.target() != spans::TARGET && may_be_logged(line.target(), *line.level()));
    let log = match config.log_format {
        LogFormat::Json => {
            fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
        }
        LogFormat::Pretty => {
            fmt::layer().with_target(false).with_ansi(std::io::stdout().is_terminal()).boxed()
        }
    };
    // The hint keeps lines that nobody asked for from being looked at again and again.
    let log = log.with_filter(asked.and(safe.with_max_level_hint(LevelFilter::TRACE)));
    let traces = config.traces.as_ref().map(Traces::start).transpose()?;
    tracing_subscriber::registry().with(log).with(traces.as_ref().map(Traces::layer)).try_init()?;
    Ok(Telemetry { log_level: LogLevel { filter: handle }, traces })
}

/// Whether a line of `target` cannot hold a secret. A level is the greater the more it tells.
fn may_be_logged(target: &str, level: Level) -> bool {
    let krate = target.split("::").next().unwrap_or(target);
    level <= Level::WARN || !QUIET.contains(&krate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_tells_no_more_than_warnings_whichever_module_is_asked_for() {
        for target in ["aws_smithy_runtime", "aws_smithy_runtime::client::orchestrator", "hyper::proto"] {
            assert!(may_be_logged(target, Level::WARN), "{target}");
            assert!(!may_be_logged(target, Level::INFO), "{target}");
            assert!(!may_be_logged(target, Level::TRACE), "{target}");
        }
        assert!(may_be_logged("rds_broker::engine", Level::TRACE));
        assert!(may_be_logged("aws_smithy_runtime_of_ours", Level::TRACE));
    }
}
