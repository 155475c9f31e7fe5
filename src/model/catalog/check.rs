//! What the types of a catalogue cannot say: whether all of it can be offered, registered and asked for.

use std::collections::BTreeSet;

use super::{AllowedParameter, LONGEST_TEXT, LONGEST_VERSION, MOST_AMOUNT, ProviderCatalog, storage_gib};
use crate::model::{Parameter, Provider};

/// The most days RDS keeps automated backups.
const MOST_RETENTION_DAYS: u32 = 35;
/// Up to here every reader of JSON tells whole numbers apart (RFC 8259, section 6).
const LARGEST_ID: u64 = (1 << 53) - 1;

/// Adds every mistake of a provider's part, each with its place.
pub(super) fn check(provider: Provider, catalog: &ProviderCatalog, mistakes: &mut Vec<String>) {
    let mut found = Found { provider, mistakes };
    found.versions(catalog);
    found.names(catalog);
    found.values(catalog);
    if catalog.defaults.backup_retention_days > MOST_RETENTION_DAYS {
        found.wrong("defaults.backup_retention_days", "is over 35");
    }
    found.classes(catalog);
    found.plans(catalog);
    found.amounts(catalog);
}

struct Found<'a> {
    provider: Provider,
    mistakes: &'a mut Vec<String>,
}

impl Found<'_> {
    fn wrong(&mut self, place: impl AsRef<str>, what: &str) {
        self.mistakes.push(format!("{}.{} {what}", self.provider, place.as_ref()));
    }

    fn versions(&mut self, catalog: &ProviderCatalog) {
        if catalog.versions.is_empty() {
            self.wrong("versions", "is empty");
        }
        let mut versions = BTreeSet::new();
        for version in &catalog.versions {
            let place = format!("versions: {version}");
            if !versions.insert(version) {
                self.wrong(&place, "is there twice");
            }
            let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let is_full = version.split('.').count() >= 2 && version.split('.').all(is_number);
            if !is_full || version.len() > LONGEST_VERSION {
                self.wrong(&place, "is not a full version like 17.10");
            }
        }
        if !catalog.versions.contains(&catalog.default_version) {
            self.wrong("default_version", "is not one of versions");
        }
    }

    /// Of server parameters and extensions, as requests may have them.
    fn names(&mut self, catalog: &ProviderCatalog) {
        let traits = self.provider.traits();
        if !catalog.extensions.is_empty() && !traits.has_extensions {
            self.wrong("extensions", &format!("is not for {}, which has none", traits.display_name));
        }
        let is_name = |name: &str| {
            name.len() <= 63
                && name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        };
        for name in catalog.parameters.keys().chain(&catalog.extensions).filter(|name| !is_name(name)) {
            self.wrong(format!("{name:?}"), "is not the name of a parameter or extension");
        }
        let mut extensions = BTreeSet::new();
        for name in catalog.extensions.iter().filter(|name| !extensions.insert(*name)) {
            self.wrong(format!("extensions: {name}"), "is there twice");
        }
    }

    /// Of server parameters.
    fn values(&mut self, catalog: &ProviderCatalog) {
        for (name, allowed) in &catalog.parameters {
            let place = format!("parameters: {name}");
            match allowed {
                AllowedParameter::Integer { minimum, maximum, .. } if minimum > maximum => {
                    self.wrong(&place, "has a minimum over its maximum");
                }
                AllowedParameter::Text { values, .. } => {
                    if values.iter().collect::<BTreeSet<_>>().len() < values.len() {
                        self.wrong(&place, "has a value twice");
                    }
                    if values.iter().any(|value| value.chars().count() > LONGEST_TEXT) {
                        self.wrong(&place, &format!("has a value of over {LONGEST_TEXT} characters"));
                    }
                }
                AllowedParameter::Integer { .. } | AllowedParameter::Boolean { .. } => {}
            }
        }
    }

    fn classes(&mut self, catalog: &ProviderCatalog) {
        if catalog.classes.is_empty() {
            self.wrong("classes", "is empty");
        }
        let mut names = BTreeSet::new();
        for class in &catalog.classes {
            let place = format!("classes: {}", class.name);
            if !class.name.starts_with("db.") {
                self.wrong(&place, "does not start with db.");
            }
            if class.vcpu == 0 || class.memory_mib == 0 {
                self.wrong(&place, "has no vcpu or no memory");
            }
            if !names.insert(&class.name) {
                self.wrong(&place, "is there twice");
            }
        }
    }

    fn plans(&mut self, catalog: &ProviderCatalog) {
        if catalog.plans.is_empty() {
            self.wrong("plans", "is empty");
        }
        let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
        for plan in &catalog.plans {
            let place = format!("plans: {}", plan.id);
            if !names.insert(&plan.name) {
                self.wrong(&place, "has the name of another plan");
            }
            if !ids.insert(plan.id) {
                self.wrong(&place, "is there twice");
            }
            if plan.id.unsigned_abs() > LARGEST_ID {
                self.wrong(&place, &format!("is no id: it is beyond {LARGEST_ID}"));
            }
            for (part, text) in [("name", &plan.name), ("description", &plan.description)] {
                if text.trim().is_empty() {
                    self.wrong(&place, &format!("has no {part}"));
                }
            }
        }
    }

    /// What plans and defaults ask for: whether there is a class and storage for it.
    fn amounts(&mut self, catalog: &ProviderCatalog) {
        let of_plans = catalog.plans.iter().map(|plan| (format!("plans: {}", plan.id), &plan.parameters));
        let of_defaults = std::iter::once(("defaults".to_owned(), &catalog.defaults.parameters));
        for (place, parameters) in of_plans.chain(of_defaults) {
            let value = |key| parameters.get(&key).copied().unwrap_or_default();
            if let Err(sentence) = catalog.class_for(value(Parameter::Cpu), value(Parameter::Memory)) {
                self.wrong(&place, &format!("cannot be served: {sentence}"));
            }
            if let Err(sentence) = storage_gib(value(Parameter::Storage)) {
                self.wrong(&place, &format!("cannot be served: {sentence}"));
            }
            if Parameter::ALL.iter().any(|&key| value(key) == 0) {
                self.wrong(&place, "has a parameter of 0");
            }
            if Parameter::ALL.iter().any(|&key| value(key) > MOST_AMOUNT) {
                self.wrong(&place, &format!("has a parameter over {MOST_AMOUNT}"));
            }
        }
    }
}
