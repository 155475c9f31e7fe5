//! Storage that is not encrypted: whether the role may make such instances cannot be tried without making one.

use super::Finding;
use crate::model::Catalog;

const WHAT: &str = "storage encryption";

/// Nothing is told where all storage is encrypted.
pub(super) fn check(catalog: &Catalog) -> Option<Finding> {
    let plain: Vec<_> = catalog
        .providers()
        .filter(|provider| !catalog.provider(*provider).defaults.encrypted)
        .map(|provider| provider.to_string())
        .collect();
    if plain.is_empty() {
        return None;
    }
    let look = "set encrypted = true in the catalogue, or see that policies/broker-unencrypted.json is attached to the broker's role (unencrypted_databases of the Terraform modules): without it AWS refuses every booking";
    Some(Finding::unknown(WHAT, format!("off for {}", plain.join(", ")), look))
}
