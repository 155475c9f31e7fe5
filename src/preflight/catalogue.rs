//! Whether what the catalogue offers can be had in this region.

use std::collections::BTreeSet;

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

async fn classes(aws: &Aws, provider: Provider, offered: &ProviderCatalog) -> Finding {
    let what = format!("instance classes of {provider}");
    let mut missing = BTreeSet::new();
    for class in &offered.classes {
        match aws.orderable_versions(provider.traits().rds_engine, &class.name).await {
            Ok(there) if there.contains(&offered.default_version) => {}
            Ok(_) => {
                missing.insert(class.name.as_str());
            }
            Err(failure) => return Finding::failed(what, &failure),
        }
    }
    if missing.is_empty() {
        return Finding::fine(
            what,
            format!("all {} can be ordered with {}, on gp3", offered.classes.len(), offered.default_version),
        );
    }
    let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
    let fix = format!(
        "take {missing} out of the catalogue's {provider}.classes, or choose others: they cannot be ordered in this region with {}",
        offered.default_version
    );
    Finding::wrong(what, format!("{missing} cannot be ordered"), fix)
}
