//! What is logged, and how: one line per request, one per step taken in AWS, never a secret.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::LogFormat;

/// Crates whose finer lines show requests to AWS or databases with what is in them: kept to warnings,
/// whatever level is asked for.
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

/// Starts logging to standard output. `level` is a level or a filter in tracing's syntax.
///
/// # Errors
/// Where logging was started already.
pub fn start(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let mut filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse_lossy(level);
    for name in QUIET {
        filter = filter.add_directive(format!("{name}=warn").parse()?);
    }
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        LogFormat::Json => {
            let layer = fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
            registry.with(layer).try_init()?;
        }
        LogFormat::Pretty => registry
            .with(fmt::layer().with_target(false).with_ansi(std::io::stdout().is_terminal()))
            .try_init()?,
    }
    Ok(())
}
