//! What is logged, and how: one line per request, one per step taken in AWS, never a secret.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::config::{LOG_LEVELS, LogFormat, is_log_level};

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

/// Starts logging to standard output. `level` is a level or a filter in tracing's syntax.
///
/// # Errors
/// Where logging was started already.
pub fn start(format: LogFormat, level: &str) -> anyhow::Result<LogLevel> {
    let (asked, handle) = reload::Layer::new(filter(level));
    let safe = filter_fn(|line| may_be_logged(line.target(), *line.level()));
    let registry = tracing_subscriber::registry().with(asked).with(safe);
    match format {
        LogFormat::Json => {
            let layer = fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
            registry.with(layer).try_init()?;
        }
        LogFormat::Pretty => registry
            .with(fmt::layer().with_target(false).with_ansi(std::io::stdout().is_terminal()))
            .try_init()?,
    }
    Ok(LogLevel { filter: handle })
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
