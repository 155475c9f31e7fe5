//! What a command starts with: everything that can be wrong is read before anything begins.

use std::path::{Path, PathBuf};

use super::CatalogFile;
use crate::config::{self, Config, Mistake};
use crate::model::Catalog;
use crate::{http, sql};

/// Settings, catalogue, and whom the databases' certificates are believed.
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) catalog: Catalog,
    pub(super) ca_pem: Vec<u8>,
}

#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn lookup(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn path(name: &str) -> Option<PathBuf> {
    lookup(name).map(|path| PathBuf::from(path.trim())).filter(|path| !path.as_os_str().is_empty())
}

/// The settings alone, without what they name.
pub(super) fn config() -> Result<Config, Vec<String>> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    Config::parse(lookup, names).map_err(|mistakes| mistakes.iter().map(Mistake::to_string).collect())
}

/// Everything, or all that is wrong with it.
pub(super) fn all() -> Result<Settings, Vec<String>> {
    let config = config();
    let catalog = catalog(None);
    let ca_pem = match path("BROKER_DB_CA_FILE") {
        None => Ok(sql::RDS_CA_BUNDLE.to_vec()),
        Some(path) => std::fs::read(path)
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
            let mut mistakes = config.err().unwrap_or_default();
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

/// The catalogue of an argument, else that of the setting, else the one that is compiled in.
pub(super) fn chosen_catalog(chosen: &CatalogFile) -> Result<Catalog, Vec<String>> {
    catalog(chosen.file.as_deref())
}

/// The catalogue of a file, else that of the setting, else the one that is compiled in.
pub(super) fn catalog(file: Option<&Path>) -> Result<Catalog, Vec<String>> {
    let of_setting = path("BROKER_CATALOG");
    let (name, file) = match (file, of_setting.as_deref()) {
        (Some(file), _) => (file.display().to_string(), file),
        (None, Some(file)) => ("BROKER_CATALOG".to_owned(), file),
        (None, None) => return Ok(Catalog::builtin()),
    };
    let text =
        std::fs::read_to_string(file).map_err(|error| vec![format!("{name} cannot be read: {error}")])?;
    Catalog::parse(&text)
        .map_err(|mistakes| mistakes.iter().map(|mistake| format!("{name}: {mistake}")).collect())
}
