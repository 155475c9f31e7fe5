//! `openapi`: the document a running broker answers with.

use std::process::ExitCode;

use super::{CatalogFile, print, settings, unusable};
use crate::contract::openapi;

pub(super) fn run(catalog: &CatalogFile) -> ExitCode {
    match settings::chosen_catalog(catalog) {
        Ok(catalog) => print(&format!("{:#}\n", openapi::document(&catalog))),
        Err(mistakes) => unusable(&mistakes),
    }
}
