//! What this broker owns in AWS, read once for an operator: takes no step, and needs no running broker.

use std::collections::BTreeMap;
use std::time::Duration;

use super::known::Known;
use super::sweep::{groups, secrets};
use super::{now, status};
use crate::aws::{Aws, Lane, Outcome};
use crate::decide::Step;
use crate::model::desired::secret_arns;
use crate::model::{BrokerName, Catalog, Desired, ServiceId, tag};

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
    /// Under whose path it is; `None` where the tags do not say.
    pub provider: Option<&'static str>,
    /// Its phase, as `details.state` tells it.
    pub phase: String,
    /// What it waits for.
    pub waiting_for: Option<String>,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What a broker would do next, in the words of its log.
    pub next_step: String,
    /// What was wished for and is not what RDS has, by name: wanted and actual.
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
        let (page, next) = super::create::retrying(|| aws.describe_page(marker.clone())).await?;
        for instance in page {
            if let Some(id) = broker.service_of(&instance.identifier) {
                let one = Known::new(instance, broker, catalog);
                if one.provider().is_some() {
                    known.insert(id, one);
                }
            }
        }
        match next {
            Some(next) => marker = Some(next),
            None => break,
        }
    }
    let mut orphans = Vec::new();
    let removed_in = |age: Option<Duration>| age.map(|age| grace.saturating_sub(age));
    for secret in listed_secrets {
        let Some(id) = secret.service else { continue };
        let arns = known.get(&id).map(|one| secret_arns(&one.instance.tags)).unwrap_or_default();
        let referred = secrets::refers(&arns, &secret);
        if !referred {
            let (name, age) = (secret.name().to_owned(), secret.age);
            orphans.push(Orphan { kind: "secret", name, service: id, age, removed_in: removed_in(age) });
        }
    }
    for group in listed_groups {
        let Some(id) = crate::model::group::service_of(broker, &group.name) else { continue };
        if known.get(&id).is_some_and(|one| groups::uses(one, &group.name)) {
            continue;
        }
        let tags = super::create::retrying(|| aws.group_tags(Lane::Read, &group.arn)).await?;
        if tags.get(tag::BROKER).is_some_and(|owner| owner == broker.as_str()) {
            let age = groups::age(&tags);
            let removed_in = removed_in(age);
            orphans.push(Orphan { kind: "parameter group", name: group.name, service: id, age, removed_in });
        }
    }
    let services = known.into_iter().map(|(id, one)| service(id, &one, catalog)).collect();
    Ok(Inventory { services, orphans })
}

fn service(id: ServiceId, known: &Known, catalog: &Catalog) -> Service {
    let seen = &known.instance;
    let provider = known.provider();
    let offered = catalog.provider(provider.unwrap_or(crate::model::Provider::ALL[0]));
    let told = status::render(known, None, None, offered, now());
    let step = known.step(now());
    let mut differences = BTreeMap::new();
    if let Some(Desired::Running(target)) = &known.desired {
        let mut differ = |name, wanted: String, actual: String| {
            if wanted != actual {
                differences.insert(name, (wanted, actual));
            }
        };
        differ("instance class", target.class.clone(), seen.class.clone());
        differ("engine version", target.version.clone(), seen.engine_version.clone());
        differ("allocated storage", gib(target.storage_gib), gib(seen.allocated_storage));
        differ("Multi-AZ", target.multi_az.to_string(), seen.multi_az.to_string());
        differ("backup retention", days(target.backup_retention), days(seen.backup_retention));
        differ(
            "deletion protection",
            target.deletion_protection.to_string(),
            seen.deletion_protection.to_string(),
        );
    }
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
        provider: provider.map(|provider| provider.name()),
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

fn gib(number: u32) -> String {
    format!("{number} GiB")
}

fn days(number: u32) -> String {
    format!("{number} days")
}
