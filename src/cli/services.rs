//! `services`: what this broker owns in AWS. It reads, and needs no running broker.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

use super::{print, settings, tell, unusable};
use crate::app;
use crate::engine::inventory::{Inventory, Orphan, Service, inventory};
use crate::error::chain;
use crate::model::ServiceId;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// All services: id, provider, phase, what each waits for, what is wrong with it, drift
    List(Format),
    /// All that is known of one service: what RDS has, what was wished for, what comes next. Never a password
    Describe {
        /// Its id
        id: ServiceId,
        #[command(flatten)]
        format: Format,
    },
    /// Secrets and parameter groups of this broker that no instance refers to, and when a broker removes them
    Orphans(Format),
}

#[derive(Debug, clap::Args)]
pub(super) struct Format {
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Command) -> ExitCode {
    let settings = match settings::all() {
        Ok(settings) => settings,
        Err(mistakes) => return unusable(&mistakes),
    };
    let read = match read(&settings) {
        Ok(read) => read,
        Err(problem) => {
            tell(&[problem]);
            return ExitCode::FAILURE;
        }
    };
    match command {
        Command::List(Format { json: true }) => {
            print_json(&read.services.iter().map(service_json).collect::<Vec<_>>().into())
        }
        Command::List(_) => print(&list(&read.services)),
        Command::Orphans(Format { json: true }) => {
            print_json(&read.orphans.iter().map(orphan_json).collect::<Vec<_>>().into())
        }
        Command::Orphans(_) => print(&orphans(&read.orphans)),
        Command::Describe { id, format } => match read.services.iter().find(|service| service.id == *id) {
            Some(service) if format.json => print_json(&service_json(service)),
            Some(service) => print(&described(service)),
            None => {
                tell(&[format!("there is no service {id} of this broker in this account and region")]);
                ExitCode::FAILURE
            }
        },
    }
}

#[tokio::main(flavor = "current_thread")]
async fn read(settings: &settings::Settings) -> Result<Inventory, String> {
    let config = &settings.config;
    let (aws, _) = app::aws(config).await;
    inventory(&aws, &config.broker, &settings.catalog, config.sweep_grace)
        .await
        .map_err(|failure| format!("AWS could not be read: {}", chain(&failure)))
}

/// Rows below their heads, each column as wide as its widest cell.
fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([heads.get(column).map_or(0, |head| head.len())]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let body = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    std::iter::once(line(heads.to_vec())).chain(body).collect()
}

fn list(services: &[Service]) -> String {
    let row = |service: &Service| {
        let drift: Vec<_> = service.differences.keys().copied().collect();
        vec![
            service.id.to_string(),
            service.provider.to_owned(),
            service.phase.clone(),
            service.instance.get("status").cloned().unwrap_or_default(),
            service.waiting_for.clone().unwrap_or_else(|| "-".to_owned()),
            if drift.is_empty() { "-".to_owned() } else { drift.join(", ") },
            service.error.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    };
    let rows: Vec<_> = services.iter().map(row).collect();
    table(&["id", "provider", "phase", "RDS status", "waits for", "differs in", "error"], &rows)
}

fn described(service: &Service) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing into a string never fails.
        writeln!(text, "{name:<24}{value}").unwrap_or_default();
    };
    line("service", &service.id.to_string());
    line("provider", service.provider);
    line("phase", &service.phase);
    line("waits for", service.waiting_for.as_deref().unwrap_or("nothing"));
    line("error", service.error.as_deref().unwrap_or("none"));
    line("next step", &service.next_step);
    for (name, value) in &service.instance {
        line(name, value);
    }
    for (name, (wanted, actual)) in &service.differences {
        line("differs", &format!("{name}: wished {wanted}, has {actual}"));
    }
    for arn in &service.secrets {
        line("secret", arn);
    }
    for (key, value) in &service.record {
        line("tag", &format!("{key}={value}"));
    }
    text
}

fn orphans(orphans: &[Orphan]) -> String {
    let row = |orphan: &Orphan| {
        let removed = match orphan.removed_in {
            None => "never: its age is not known".to_owned(),
            Some(Duration::ZERO) => "with the next sweep".to_owned(),
            Some(rest) => format!("in {} s, with the sweep after that", rest.as_secs()),
        };
        let age = orphan.age.map_or_else(|| "?".to_owned(), |age| format!("{} s", age.as_secs()));
        vec![orphan.kind.to_owned(), orphan.name.clone(), orphan.service.to_string(), age, removed]
    };
    let rows: Vec<_> = orphans.iter().map(row).collect();
    table(&["what", "name", "made for", "age", "is removed"], &rows)
}

fn service_json(service: &Service) -> Value {
    let difference = |(name, (wanted, actual)): (&&str, &(String, String))| {
        ((*name).to_owned(), json!({"wished": wanted, "actual": actual}))
    };
    json!({
        "id": service.id.to_string(),
        "provider": service.provider,
        "phase": service.phase,
        "waitingFor": service.waiting_for,
        "error": service.error,
        "nextStep": service.next_step,
        "differences": service.differences.iter().map(difference).collect::<serde_json::Map<_, _>>(),
        "instance": service.instance,
        "secrets": service.secrets,
        "tags": service.record,
    })
}

fn orphan_json(orphan: &Orphan) -> Value {
    json!({
        "kind": orphan.kind,
        "name": orphan.name,
        "service": orphan.service.to_string(),
        "ageSeconds": orphan.age.map(|age| age.as_secs()),
        "removedInSeconds": orphan.removed_in.map(|rest| rest.as_secs()),
    })
}

fn print_json(value: &Value) -> ExitCode {
    print(&format!("{value:#}\n"))
}
