//! The process: settings, logging, engine, server, drain.

use std::io::Write;
use std::net::TcpListener;
use std::process::ExitCode;

use anyhow::Context;
use rds_broker::app::App;
use rds_broker::config::{Config, Mistake};
use rds_broker::model::Catalog;
use rds_broker::{config, http, sql, telemetry};
use tokio::signal::unix::{SignalKind, signal};

/// Exit code for settings that cannot be used (EX_USAGE of sysexits.h).
const BAD_SETTINGS: u8 = 64;

/// The answer to `--help`; all else is in the environment.
const HELP: &str = "rds-broker: provisions AWS RDS databases for Codesphere's managed services.\n\
    It takes no arguments but --help and --version; its settings are environment variables: see .env.example.";

fn main() -> ExitCode {
    if let Some(argument) = std::env::args_os().nth(1) {
        return answer(&argument.to_string_lossy());
    }
    if let Err(error) = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0) {
        tell(&[format!("core files cannot be switched off: {error}")]);
    }
    let settings = match settings() {
        Ok(settings) => settings,
        Err(mistakes) => {
            tell(&mistakes);
            return ExitCode::from(BAD_SETTINGS);
        }
    };
    match run(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&[format!("{error:#}")]);
            ExitCode::FAILURE
        }
    }
}

fn answer(argument: &str) -> ExitCode {
    let text = match argument {
        "--help" | "-h" => HELP.to_owned(),
        "--version" | "-V" => format!("rds-broker {}", env!("CARGO_PKG_VERSION")),
        _ => {
            tell(&["takes no arguments; see --help".to_owned()]);
            return ExitCode::from(BAD_SETTINGS);
        }
    };
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_closed) => ExitCode::FAILURE,
    }
}

/// What the process starts with: everything that can be wrong is read before anything begins.
struct Settings {
    config: Config,
    catalog: Catalog,
    ca_pem: Vec<u8>,
}

fn settings() -> Result<Settings, Vec<String>> {
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    let lookup = |name: &str| std::env::var(name).ok();
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let config = Config::parse(lookup, names);
    let path = |name| lookup(name).filter(|path| !path.trim().is_empty());
    let catalog = match path("BROKER_CATALOG") {
        None => Ok(Catalog::builtin()),
        Some(path) => match std::fs::read_to_string(path.trim()) {
            Ok(text) => Catalog::parse(&text).map_err(|mistakes| {
                mistakes.iter().map(|mistake| format!("BROKER_CATALOG: {mistake}")).collect()
            }),
            Err(error) => Err(vec![format!("BROKER_CATALOG cannot be read: {error}")]),
        },
    };
    let ca_pem = match path("BROKER_DB_CA_FILE") {
        None => Ok(sql::RDS_CA_BUNDLE.to_vec()),
        Some(path) => std::fs::read(path.trim())
            .map_err(|error| vec![format!("BROKER_DB_CA_FILE cannot be read: {error}")])
            .and_then(|pem| match sql::Databases::new(&pem) {
                Ok(_) => Ok(pem),
                Err(error) => Err(vec![format!("BROKER_DB_CA_FILE: {error}")]),
            }),
    };
    let files = config.as_ref().map_or_else(|_| Vec::new(), unusable_files);
    match (config, catalog, ca_pem) {
        (Ok(config), Ok(catalog), Ok(ca_pem)) if files.is_empty() => Ok(Settings { config, catalog, ca_pem }),
        (config, catalog, ca_pem) => {
            let mut mistakes: Vec<String> =
                config.err().unwrap_or_default().iter().map(Mistake::to_string).collect();
            mistakes.extend(files);
            mistakes.extend(catalog.err().unwrap_or_default());
            mistakes.extend(ca_pem.err().unwrap_or_default());
            Err(mistakes)
        }
    }
}

/// What is wrong with files that are read again later, too.
fn unusable_files(config: &Config) -> Vec<String> {
    let tokens = config.tokens_file.as_deref().map(config::tokens::read_file);
    let tokens = tokens.and_then(Result::err).map(|problem| format!("BROKER_TOKENS_FILE {problem}"));
    let tls = config.tls.as_ref().map(http::tls::check).and_then(Result::err);
    tokens.into_iter().chain(tls).collect()
}

fn tell(mistakes: &[String]) {
    for mistake in mistakes {
        // Nobody is left to tell if standard error is closed.
        drop(writeln!(std::io::stderr(), "rds-broker: {mistake}"));
    }
}

#[tokio::main]
async fn run(settings: Settings) -> anyhow::Result<()> {
    let Settings { config, catalog, ca_pem } = settings;
    let log_level = telemetry::start(config.log_format, &config.log_level)?;
    let deadline = config.shutdown_deadline;
    let listener =
        TcpListener::bind(&config.listen).with_context(|| format!("cannot listen at {}", config.listen))?;
    let app = App::start(config, catalog, ca_pem).await?.with_log_level(log_level);
    tracing::info!(address = %listener.local_addr()?, tls = app.config().tls.is_some(), version = env!("CARGO_PKG_VERSION"), "Listening");

    let (drain, drained) = tokio::sync::oneshot::channel::<()>();
    let mut server = tokio::spawn(http::serve(listener, app.clone(), drained));
    tokio::select! {
        asked = asked_to_stop() => asked?,
        // A process that serves nobody must end, so that it is started again.
        ended = &mut server => {
            ended??;
            anyhow::bail!("the server ended without being asked to");
        }
    }
    tracing::info!(deadline_s = deadline.as_secs_f64(), "Stopping");
    drop(drain);
    let finish = async {
        app.stop().await;
        server.await
    };
    match tokio::time::timeout(deadline, finish).await {
        Ok(ended) => {
            ended??;
            tracing::info!("Stopped");
        }
        Err(_elapsed) => tracing::warn!("Stopped with work under way; the next start goes on with it"),
    }
    Ok(())
}

async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
