//! The catalogue: what can be booked, and what it is in RDS.
//!
//! A data file with a good default compiled in; operators can give one of their own.

mod check;
mod class;
#[cfg(test)]
pub(crate) mod generate;
mod parameter;
mod parse;
mod storage;

use std::collections::BTreeMap;

pub use parameter::{AllowedParameter, LONGEST_TEXT};
pub use storage::{storage_gib, storage_mb};

use super::{Parameter, Provider};

/// The longest version, in characters: of a catalogue, and of a request.
pub const LONGEST_VERSION: usize = 32;
/// The most of a parameter of plans, in the contract's units: of a catalogue, and of a request.
pub const MOST_AMOUNT: u64 = 1_000_000_000_000;

/// The data file that is compiled in.
const BUILTIN: &str = include_str!("default.toml");

/// Every provider's part of the catalogue.
#[derive(Clone, Debug)]
pub struct Catalog {
    providers: BTreeMap<Provider, ProviderCatalog>,
    /// Serves what is left of a provider that is no longer offered.
    fallback: ProviderCatalog,
}

/// What one provider offers.
#[derive(Clone, Debug, Default)]
pub struct ProviderCatalog {
    /// The plans users choose from.
    pub plans: Vec<Plan>,
    /// Instance classes, cheapest first.
    pub classes: Vec<InstanceClass>,
    /// Full engine versions that may be booked or upgraded to.
    pub versions: Vec<String>,
    /// The version of a service that asks for none.
    pub default_version: String,
    /// Server parameters that users may set, by name.
    pub parameters: BTreeMap<String, AllowedParameter>,
    /// Extensions that users may have created.
    pub extensions: Vec<String>,
    /// What no request can set, and what a request without a plan gets.
    pub defaults: Defaults,
}

/// A plan users choose by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Number in the platform.
    pub id: i64,
    /// For users.
    pub name: String,
    /// For users.
    pub description: String,
    /// All parameters, in the contract's units.
    pub parameters: BTreeMap<Parameter, u64>,
}

/// An instance class of RDS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceClass {
    /// As RDS names it, `db.t4g.micro`.
    pub name: String,
    /// vCPUs.
    pub vcpu: u32,
    /// Memory in MiB (2^20 bytes).
    pub memory_mib: u64,
}

/// What a new instance gets.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// All parameters, in the contract's units, for a request without a plan.
    pub parameters: BTreeMap<Parameter, u64>,
    /// Whether storage is encrypted.
    pub encrypted: bool,
    /// Days that automated backups are kept, 0 to 35.
    pub backup_retention_days: u32,
    /// Whether it has a standby in another zone.
    pub multi_az: bool,
    /// Whether it is protected against deletion by others.
    pub deletion_protection: bool,
    /// Whether a last snapshot is kept of a deleted database.
    pub final_snapshot: bool,
    /// Whether RDS may apply minor upgrades by itself.
    pub auto_minor_version_upgrade: bool,
    /// Whether snapshots get the instance's tags.
    pub copy_tags_to_snapshot: bool,
    /// Whether it is enrolled in RDS Extended Support, which is paid, where the engine has it.
    pub extended_support: bool,
    /// Certificate authority of the server's certificate; RDS's default where `None`.
    pub ca_certificate: Option<String>,
}

impl Catalog {
    /// The catalogue that is compiled in. It is checked by a test, so that it is never empty.
    #[must_use]
    pub fn builtin() -> Self {
        Self::parse(BUILTIN)
            .unwrap_or_else(|_| Self { providers: BTreeMap::new(), fallback: ProviderCatalog::default() })
    }

    /// The providers that are offered.
    pub fn providers(&self) -> impl Iterator<Item = Provider> {
        self.providers.keys().copied()
    }

    /// What a provider offers.
    #[must_use]
    pub fn provider(&self, provider: Provider) -> &ProviderCatalog {
        self.providers.get(&provider).unwrap_or(&self.fallback)
    }
}

impl ProviderCatalog {
    /// The plan of that id.
    #[must_use]
    pub fn plan(&self, id: i64) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }

    /// The class of that name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&InstanceClass> {
        self.classes.iter().find(|class| class.name == name)
    }
}
