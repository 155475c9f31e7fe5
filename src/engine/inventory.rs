//! What this broker owns in AWS, read once for an operator: takes no step, and needs no running broker.

use std::collections::BTreeMap;
use std::time::Duration;

use super::known::Known;
use super::sweep::{groups, secrets};
use super::{now, status};
use crate::aws::{Aws, Lane, Outcome};
use crate::decide::{Modification, Step, unlike};
use crate::model::desired::{Target, secret_arns};
use crate::model::{BrokerName, Catalog, Desired, Instance, Provider, ServiceId, tag};

/// Everything of one broker.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Its services, in the order of their ids.
    pub services: Vec<Service>,
    /// What no instance refers to.
    pub orphans: Vec<Orphan>,
}

/// One service, without any secret.
#[derive(Debug)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Under whose path it is.
    pub provider: &'static str,
    /// Its phase, as `details.state` tells it.
    pub phase: String,
    /// What it waits for.
    pub waiting_for: Option<String>,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What a broker would do next, in the words of its log.
    pub next_step: String,
    /// What was wished for and is not what RDS has, by name: wanted and actual. Storage that RDS has grown and
    /// a version that it has moved on to are as good as what was wished.
    pub differences: BTreeMap<&'static str, (String, String)>,
    /// What RDS shows, by name.
    pub instance: BTreeMap<&'static str, String>,
    /// ARNs of its secrets.
    pub secrets: Vec<String>,
    /// The tags of its record.
    pub record: BTreeMap<String, String>,
}

/// Something of this broker's that no instance refers to.
#[derive(Debug)]
pub struct Orphan {
    /// `secret` or `parameter group`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The service it was made for.
    pub service: ServiceId,
    /// How old it is; `None` where nothing says so, and then it is not removed by itself.
    pub age: Option<Duration>,
    /// In how long the sweep may remove it; `None` for never.
    pub removed_in: Option<Duration>,
}

/// Reads everything: what is listed first and not referred to by an instance that is seen afterwards is an orphan.
pub async fn inventory(
    aws: &Aws,
    broker: &BrokerName,
    catalog: &Catalog,
    grace: Duration,
) -> Outcome<Inventory> {
    let listed_secrets = secrets::list(aws, broker).await?;
    let listed_groups = groups::list(aws).await?;
    let mut known = BTreeMap::new();
    let mut marker = None;
    loop {
        let page = super::create::retrying(|| aws.describe_page(marker.clone())).await?;
        for instance in page.instances {
            if let Some(id) = broker.service_of(&instance.identifier) {
                let one = Known::new(instance, broker, catalog);
                if let Some(provider) = one.provider() {
                    known.insert(id, (provider, one));
                }
            }
        }
        match page.next {
            Some(next) => marker = Some(next),
            None => break,
        }
    }
    let mut orphans = Vec::new();
    let removed_in = |age: Option<Duration>| age.map(|age| grace.saturating_sub(age));
    for secret in listed_secrets {
        let Some(id) = secret.service else { continue };
        let arns = known.get(&id).map(|(_, one)| secret_arns(&one.instance.tags)).unwrap_or_default();
        let referred = secrets::refers(&arns, &secret);
        if !referred {
            let (name, age) = (secret.name().to_owned(), secret.age);
            orphans.push(Orphan { kind: "secret", name, service: id, age, removed_in: removed_in(age) });
        }
    }
    for group in listed_groups {
        let Some(id) = crate::model::group::service_of(broker, &group.name) else { continue };
        if known.get(&id).is_some_and(|(_, one)| groups::uses(one, &group.name)) {
            continue;
        }
        let tags = super::create::retrying(|| aws.group_tags(Lane::Read, &group.arn)).await?;
        if tags.get(tag::BROKER).is_some_and(|owner| owner == broker.as_str()) {
            let age = groups::age(&tags);
            let removed_in = removed_in(age);
            orphans.push(Orphan { kind: "parameter group", name: group.name, service: id, age, removed_in });
        }
    }
    let services =
        known.into_iter().map(|(id, (provider, one))| service(id, provider, &one, catalog)).collect();
    Ok(Inventory { services, orphans })
}

fn service(id: ServiceId, provider: Provider, known: &Known, catalog: &Catalog) -> Service {
    let seen = &known.instance;
    let told = status::render(known, None, None, catalog.provider(provider), now());
    let step = known.step(now());
    let differences = match &known.desired {
        Some(Desired::Running(target)) => {
            unlike(target, seen).iter().filter_map(|change| difference(change, target, seen)).collect()
        }
        _ => BTreeMap::new(),
    };
    let endpoint = seen.endpoint.as_ref().map(|endpoint| format!("{}:{}", endpoint.host, endpoint.port));
    let instance = BTreeMap::from([
        ("DB instance identifier", seen.identifier.clone()),
        ("ARN", seen.arn.clone()),
        ("DbiResourceId", seen.resource_id.clone()),
        ("status", seen.status.to_string()),
        ("engine", format!("{} {}", seen.engine, seen.engine_version)),
        ("instance class", seen.class.clone()),
        ("allocated storage", format!("{} of {}", gib(seen.allocated_storage), seen.storage_type)),
        ("parameter group", seen.parameter_group.name.clone()),
        ("maintenance window", seen.maintenance_window.clone()),
        ("endpoint", endpoint.unwrap_or_else(|| "none yet".to_owned())),
    ]);
    let ours =
        |(key, value): (&String, &String)| key.starts_with(tag::PREFIX).then(|| (key.clone(), value.clone()));
    Service {
        id,
        provider: provider.name(),
        phase: told.details.state,
        waiting_for: told.details.waiting_for,
        error: told.error,
        next_step: if matches!(step, Step::Done) { "nothing".to_owned() } else { step.to_string() },
        differences,
        instance,
        secrets: secret_arns(&seen.tags),
        record: seen.tags.iter().filter_map(ours).collect(),
    }
}

/// Its name, what is wished and what RDS has.
fn difference(
    change: &Modification,
    target: &Target,
    seen: &Instance,
) -> Option<(&'static str, (String, String))> {
    let (name, wished, actual) = match change {
        Modification::Storage { .. } => {
            ("allocated storage", gib(target.storage_gib), gib(seen.allocated_storage))
        }
        Modification::Version { to, .. } => ("engine version", to.clone(), seen.engine_version.clone()),
        Modification::Class(class) => ("instance class", class.clone(), seen.class.clone()),
        Modification::MultiAz(wished) => ("Multi-AZ", wished.to_string(), seen.multi_az.to_string()),
        Modification::BackupRetention(wished) => {
            ("backup retention", days(*wished), days(seen.backup_retention))
        }
        Modification::DeletionProtection(wished) => {
            ("deletion protection", wished.to_string(), seen.deletion_protection.to_string())
        }
        Modification::BackupWindow { window, .. } => {
            ("backup window", window.clone(), seen.backup_window.clone())
        }
        Modification::MaintenanceWindow(window) => {
            ("maintenance window", window.clone(), seen.maintenance_window.clone())
        }
        Modification::ParameterGroup(actual) => {
            ("parameter group", format!("{}…", target.group_prefix), actual.clone())
        }
        // RDS does not tell it.
        Modification::SuperuserPassword { .. } => return None,
    };
    Some((name, (wished, actual)))
}

fn gib(number: u32) -> String {
    format!("{number} GiB")
}

fn days(number: u32) -> String {
    format!("{number} days")
}
