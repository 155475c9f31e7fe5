//! `check`: whether everything is there that a deployment needs, before anything is booked.

use std::process::ExitCode;

use serde_json::json;

use super::{print, settings, tell, unusable};
use crate::app;
use crate::preflight::{self, Finding};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// JSON instead of a table; `ok` is null where it cannot be seen
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let settings = match settings::all() {
        Ok(settings) => settings,
        Err(mistakes) => return unusable(&mistakes),
    };
    let findings = match look(&settings) {
        Ok(findings) => findings,
        Err(error) => {
            tell(&[format!("it cannot be checked: {error}")]);
            return ExitCode::FAILURE;
        }
    };
    let shown = if arguments.json { as_json(&findings) } else { as_table(&findings) };
    let printed = print(&shown);
    if findings.iter().any(Finding::is_wrong) { ExitCode::FAILURE } else { printed }
}

fn look(settings: &settings::Settings) -> std::io::Result<Vec<Finding>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(async {
        let (aws, _) = app::aws(&settings.config).await;
        preflight::check(&aws, &settings.config, &settings.catalog).await
    }))
}

fn as_table(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.what.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for finding in findings {
        let mark = match ok(finding) {
            Some(true) => '✓',
            Some(false) => '✗',
            None => '?',
        };
        text += &format!("{mark} {:<width$}  {}\n", finding.what, finding.seen);
        if let Some(fix) = &finding.fix {
            text += &format!("  {:<width$}  → {fix}\n", "");
        }
    }
    text
}

fn as_json(findings: &[Finding]) -> String {
    let one = |finding: &Finding| json!({"what": finding.what, "ok": ok(finding), "seen": finding.seen, "fix": finding.fix});
    format!("{:#}\n", serde_json::Value::from(findings.iter().map(one).collect::<Vec<_>>()))
}

/// `None` where it could not be looked at.
fn ok(finding: &Finding) -> Option<bool> {
    finding.known.then_some(finding.fix.is_none())
}
