//! The command line: one binary, `serve` where nothing is said.

mod catalog;
mod check;
mod health;
mod openapi;
mod provider;
mod serve;
mod services;
mod settings;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit code for arguments and settings that cannot be used (EX_USAGE of sysexits.h).
const UNUSABLE: u8 = 64;

/// Provisions AWS RDS databases for Codesphere's managed services.
///
/// Settings of `serve`, `health`, `check` and `services` are environment variables: see .env.example. `catalog`, `provider` and `openapi` need
/// neither a token nor AWS.
#[derive(Debug, Parser)]
#[command(name = "rds-broker", version, max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer the platform and see to its databases, until SIGTERM. What is done where no command is given
    Serve,
    /// Whether the broker of these settings answers on this machine: the health check of a container
    ///
    /// Asks for /health at BROKER_LISTEN. Exit code 0 if it is answered with 200 within two seconds, else 1.
    Health,
    /// Whether everything is there that a deployment needs: asks AWS with the settings and the role of `serve`, changes nothing
    ///
    /// A line for each thing: ✓, ✗ with the fix, or ? with how to look where it cannot be seen from here. Exit code 0 if
    /// nothing is wrong, 1 if anything is, 64 if the settings cannot be used. It makes about sixty calls, at the pace of BROKER_RDS_CALLS_PER_SECOND.
    Check(check::Arguments),
    /// What this broker owns in AWS: reads only, with the settings and the role of `serve`
    #[command(subcommand)]
    Services(services::Command),
    /// The plans, classes, versions and parameters that can be booked
    #[command(subcommand)]
    Catalog(catalog::Command),
    /// The entries for the platform's config.yaml, made from the catalogue, as YAML
    Provider(provider::Arguments),
    /// The OpenAPI document, 3.1, as JSON; a running broker answers with it at /openapi.json
    Openapi(CatalogFile),
}

/// Which catalogue.
#[derive(Debug, clap::Args)]
struct CatalogFile {
    /// The catalogue's file; without it that of BROKER_CATALOG, or the one that is compiled in
    #[arg(long = "catalog", value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Does what the arguments of the process say.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => {
            // Help and version are no mistakes. Nobody is left to tell if the output is closed.
            drop(told.print());
            return if told.use_stderr() { ExitCode::from(UNUSABLE) } else { ExitCode::SUCCESS };
        }
    };
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(),
        Command::Health => health::run(),
        Command::Check(arguments) => check::run(&arguments),
        Command::Services(command) => services::run(&command),
        Command::Catalog(command) => catalog::run(command),
        Command::Provider(arguments) => provider::run(&arguments),
        Command::Openapi(catalog) => openapi::run(&catalog),
    }
}

/// Prints the result of a command.
fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_closed) => ExitCode::FAILURE,
    }
}

/// Tells what cannot be used, a line each.
fn unusable(mistakes: &[String]) -> ExitCode {
    tell(mistakes);
    ExitCode::from(UNUSABLE)
}

fn tell(problems: &[String]) {
    for problem in problems {
        // Nobody is left to tell if standard error is closed.
        drop(writeln!(std::io::stderr(), "rds-broker: {problem}"));
    }
}
