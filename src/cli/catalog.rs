//! `catalog`: what can be booked, and whether a file of it can be used.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{CatalogFile, print, settings, unusable};
use crate::model::catalog::storage_gib;
use crate::model::{Catalog, Parameter, Provider};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Print what can be booked: plans with the instance class and storage each becomes, versions, parameters
    Show(CatalogFile),
    /// Say whether a file can be used as BROKER_CATALOG, and all that is wrong with it. Exit code 64 if anything is
    Validate {
        /// The file; without it that of BROKER_CATALOG, or the one that is compiled in
        file: Option<PathBuf>,
    },
}

pub(super) fn run(command: Command) -> ExitCode {
    let read = match &command {
        Command::Show(chosen) => settings::chosen_catalog(chosen),
        Command::Validate { file } => settings::catalog(file.as_deref()),
    };
    match (read, command) {
        (Err(mistakes), _) => unusable(&mistakes),
        (Ok(catalog), Command::Show(_)) => print(&shown(&catalog)),
        (Ok(catalog), Command::Validate { .. }) => {
            let providers: Vec<_> = catalog.providers().map(Provider::name).collect();
            print(&format!("The catalogue can be used. It offers {}.\n", providers.join(", ")))
        }
    }
}

fn shown(catalog: &Catalog) -> String {
    let mut text = String::new();
    for provider in catalog.providers() {
        // Writing into a string never fails.
        one(&mut text, catalog, provider).unwrap_or_default();
    }
    text
}

fn one(text: &mut String, catalog: &Catalog, provider: Provider) -> std::fmt::Result {
    let offered = catalog.provider(provider);
    writeln!(text, "{} (/{provider})", provider.traits().display_name)?;
    writeln!(
        text,
        "  {:>3} {:<20} {:>6} {:>9} {:>10}   in RDS",
        "id", "plan", "cpu/10", "memory MB", "storage MB"
    )?;
    for plan in &offered.plans {
        let value = |parameter| plan.parameters.get(&parameter).copied().unwrap_or_default();
        let (cpu, memory, storage) =
            (value(Parameter::Cpu), value(Parameter::Memory), value(Parameter::Storage));
        let class = offered.class_for(cpu, memory).map_or("no class is large enough", |class| &class.name);
        let gib = storage_gib(storage).map_or_else(|_| "too much".to_owned(), |gib| format!("{gib} GiB"));
        writeln!(
            text,
            "  {:>3} {:<20} {cpu:>6} {memory:>9} {storage:>10}   {class}, {gib} gp3",
            plan.id, plan.name
        )?;
    }
    let classes: Vec<_> = offered.classes.iter().map(|class| class.name.as_str()).collect();
    writeln!(text, "  classes, cheapest first: {}", classes.join(", "))?;
    writeln!(text, "  versions: {} (default {})", offered.versions.join(", "), offered.default_version)?;
    let parameters: Vec<_> = offered.parameters.keys().map(String::as_str).collect();
    writeln!(text, "  server parameters: {}", parameters.join(", "))?;
    if provider.traits().has_extensions {
        writeln!(text, "  extensions: {}", offered.extensions.join(", "))?;
    }
    writeln!(text)
}
