//! `serve`: logging, engine, server, drain.

use std::net::TcpListener;
use std::process::ExitCode;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use super::settings::{self, Settings};
use super::{tell, unusable};
use crate::app::App;
use crate::http;
use crate::telemetry::{self, LogLevel};

pub(super) fn run() -> ExitCode {
    if let Err(error) = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0) {
        tell(&[format!("core files cannot be switched off: {error}")]);
    }
    let settings = match settings::all() {
        Ok(settings) => settings,
        Err(mistakes) => return unusable(&mistakes),
    };
    let telemetry = match telemetry::start(&settings.config) {
        Ok(telemetry) => telemetry,
        Err(error) => return failed(&error),
    };
    let served = serve(settings, telemetry.log_level);
    if let Some(traces) = telemetry.traces {
        traces.stop();
    }
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    tell(&[format!("{error:#}")]);
    ExitCode::FAILURE
}

#[tokio::main]
async fn serve(settings: Settings, log_level: LogLevel) -> anyhow::Result<()> {
    let Settings { config, catalog, ca_pem } = settings;
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
