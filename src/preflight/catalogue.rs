//! Whether what the catalogue offers can be had in this region.

use std::collections::BTreeMap;

use super::Finding;
use crate::aws::Aws;
use crate::model::{Catalog, Provider, ProviderCatalog};

pub(super) async fn check(aws: &Aws, catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for provider in catalog.providers() {
        let offered = catalog.provider(provider);
        findings.push(versions(aws, provider, offered).await);
        findings.push(classes(aws, provider, offered).await);
    }
    findings
}

async fn versions(aws: &Aws, provider: Provider, offered: &ProviderCatalog) -> Finding {
    let what = format!("versions of {provider}");
    let there = match aws.offered_versions(provider.traits().rds_engine).await {
        Ok(there) => there,
        Err(failure) => return Finding::failed(what, &failure),
    };
    let missing: Vec<_> = offered
        .versions
        .iter()
        .filter(|version| there.get(*version) != Some(&false))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        return Finding::fine(what, format!("all {} are offered", offered.versions.len()));
    }
    let fix = format!(
        "take {} out of the catalogue's {provider}.versions: RDS offers them here no longer, or not yet",
        missing.join(", ")
    );
    Finding::wrong(what, format!("{} are not offered", missing.join(", ")), fix)
}

/// Each class with each version: every pair can be booked.
async fn classes(aws: &Aws, provider: Provider, offered: &ProviderCatalog) -> Finding {
    let what = format!("instance classes of {provider}");
    let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for version in &offered.versions {
        let there = match aws.orderable_classes(provider.traits().rds_engine, version).await {
            Ok(there) => there,
            Err(failure) => return Finding::failed(what, &failure),
        };
        // One that is not offered at all is told as a version.
        for class in offered.classes.iter().filter(|class| !there.is_empty() && !there.contains(&class.name))
        {
            missing.entry(&class.name).or_default().push(version);
        }
    }
    if missing.is_empty() {
        let (classes, versions) = (offered.classes.len(), offered.versions.len());
        return Finding::fine(
            what,
            format!("all {classes} can be ordered with all {versions} versions, on gp3"),
        );
    }
    let pairs: Vec<_> = missing
        .iter()
        .map(|(class, versions)| match versions.len() {
            all if all == offered.versions.len() => format!("{class} with any version"),
            _ => format!("{class} with {}", versions.join(", ")),
        })
        .collect();
    let names = missing.keys().copied().collect::<Vec<_>>().join(", ");
    let fix = format!(
        "take {names} out of the catalogue's {provider}.classes, or the versions out of its versions: this region does not offer them together"
    );
    Finding::wrong(what, format!("not to be ordered: {}", pairs.join("; ")), fix)
}
