//! `provider`: what the platform's operator enters into `config.yaml`.

use std::process::ExitCode;

use serde_json::json;

use super::{CatalogFile, print, settings, unusable};
use crate::contract::registration;

/// What stands above the entries.
const COMMENT: &str = "\
# Entries for the platform's config.yaml. They belong into the list codesphere.managedServices; managedServiceBackends
# configures only what the platform brings itself. The endpoint must be reachable from the control plane, and the token
# that the platform sends must be one of the broker's (BROKER_TOKENS and the like).
";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where the control plane reaches the broker, without a provider's path
    #[arg(long, value_name = "URL", value_parser = endpoint)]
    endpoint: String,
    /// Who offers the service, as users see it
    #[arg(long, value_name = "NAME", default_value = "Platform team", value_parser = author)]
    author: String,
    #[command(flatten)]
    catalog: CatalogFile,
}

fn endpoint(text: &str) -> Result<String, String> {
    let uri: ::http::Uri = text.parse().map_err(|_| "it is no URL".to_owned())?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    // A fragment is no part of what is parsed.
    if !known
        || uri.host().is_none_or(str::is_empty)
        || uri.query().is_some()
        || has_user
        || text.contains('#')
    {
        return Err("it must be http(s)://host[:port][/path]".to_owned());
    }
    Ok(text.to_owned())
}

fn author(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("it must not be empty") } else { Ok(text.to_owned()) }
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let catalog = match settings::chosen_catalog(&arguments.catalog) {
        Ok(catalog) => catalog,
        Err(mistakes) => return unusable(&mistakes),
    };
    let entries = registration::entries(&catalog, &arguments.endpoint, &arguments.author);
    match serde_norway::to_string(&json!({"codesphere": {"managedServices": entries}})) {
        Ok(yaml) => print(&format!("{COMMENT}{yaml}")),
        Err(error) => unusable(&[format!("the entries cannot be written as YAML: {error}")]),
    }
}
