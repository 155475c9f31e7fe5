//! What is known of a service to its status document. Pure.
//!
//! `plan` and `config` echo the wish, exactly and only what was sent, so that the platform sees
//! nothing to push; they tell RDS's truth only where someone else changed what a PATCH can put back.

use std::collections::BTreeMap;

use super::known::Known;
use super::sweep::found::{ChangedGroup, Found};
use crate::contract::status::{Details, Plan, Status};
use crate::decide::{Modification, Step, Why, drift, only_storage_pending};
use crate::model::desired::{Target, parameter};
use crate::model::record::reasons;
use crate::model::{
    ConfigKey, Desired, Instance, Meaning, Parameter, ProviderCatalog, Record, Scalar, Setting, Which,
};

/// Where RDS's certificate authorities are published.
const CA_BUNDLE_URL: &str = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem";

/// The status of one service. `note` is what its worker on this replica waits for, `found`
/// what the sweep has found out about it.
pub(super) fn render(
    known: &Known,
    note: Option<Why>,
    found: Option<&Found>,
    catalog: &ProviderCatalog,
    now: u64,
) -> Status {
    // A worker knows more than the description says: why nothing is done about it.
    let step = match &note {
        Some(why) if why.is_idle() => Step::Wait(why.clone()),
        _ => known.step(now),
    };
    let why = match (&step, note) {
        (Step::Wait(why), None) => Some(why.clone()),
        (Step::Done, _) => known.target().and_then(|target| rds_is_busy(target, &known.instance)),
        (_, note) => note,
    };
    let target = known.target();
    // Part of the wish may be given up while the rest goes on.
    let gave_up = target.and_then(|target| reasons(target.gave_up.values()));
    let problem = match (known.instance.status.meaning(), target) {
        (Meaning::StorageFull, Some(_)) => Some(storage_full(why.as_ref(), gave_up.as_deref())),
        _ => why.as_ref().and_then(Why::problem),
    };
    // Only what stays is repaired by a PATCH: what goes takes its secrets with it, and is changed no more.
    let staying = target.filter(|_| known.instance.status.meaning() != Meaning::Deleting);
    let lost = found.filter(|_| staying.is_some()).and_then(|found| found.lost).map(Why::SecretLost);
    let damage = staying.and_then(|target| target.damage.clone()).map(Why::PastUnreadable);
    // What someone made of the group counts for the wish that it was compared with.
    let group = found.and_then(|found| found.group.as_ref());
    let group = group.filter(|group| target.is_some_and(|target| target.wish == group.wish));
    let drift = target.map(|target| drift(target, &known.instance)).unwrap_or_default();
    Status {
        plan: known.record().map_or_else(Plan::default, |record| plan(record, target, known, catalog)),
        config: known
            .record()
            .map(|record| config(record, &drift, group, &known.instance))
            .unwrap_or_default(),
        details: details(known, target, &step, why.as_ref()),
        error: problem
            .or(gave_up)
            .or_else(|| lost.or(damage)?.problem())
            .or_else(|| drift_sentence(&drift, group.is_some(), &known.instance)),
    }
}

/// Nobody is served, whatever is done about it.
fn storage_full(why: Option<&Why>, gave_up: Option<&str>) -> String {
    let then = match (why, gave_up) {
        (_, Some(reason)) => return format!("The database is out of storage. {reason}"),
        (Some(Why::StorageOptimizing), _) => "it grows as soon as RDS permits the next change of storage",
        (Some(Why::StorageFull) | None, _) => "send a PATCH with more plan.parameters.storage",
        _ => "it is being grown",
    };
    format!("The database is out of storage; {then}.")
}

/// Its phase, in one word.
pub(super) fn phase(known: &Known, now: u64) -> &'static str {
    state(known, known.target(), &known.step(now))
}

/// Nobody is served, and not because of a wish: RDS is at maintenance, or at what someone asked of it in the console.
fn rds_is_busy(target: &Target, seen: &Instance) -> Option<Why> {
    let is_busy = seen.status.meaning() == Meaning::InProgress && !is_ready(target, seen);
    is_busy.then(|| Why::Busy(seen.status.to_string()))
}

fn plan(record: &Record, target: Option<&Target>, known: &Known, catalog: &ProviderCatalog) -> Plan {
    let mut parameters: BTreeMap<String, u64> =
        record.parameters.iter().map(|(parameter, &value)| (parameter.to_string(), value)).collect();
    if record.plan_id.is_some() && parameters.is_empty() {
        // A plan by its id alone stands for its parameters.
        let all = Parameter::ALL.iter();
        parameters = all.map(|&key| (key.to_string(), parameter(record, key, catalog))).collect();
    }
    if target.is_some_and(|target| target.done && target.class != known.instance.class) {
        let actual = catalog.class(&known.instance.class);
        let both = [
            (Parameter::Cpu, actual.map(|class| class.cpu_tenths())),
            (Parameter::Memory, actual.map(|class| class.memory_mb())),
        ];
        for (parameter, value) in both {
            // What a class has that the catalogue does not know is not guessed; that it is another one shows all the same.
            match value {
                Some(value) => drop(parameters.insert(parameter.to_string(), value)),
                None => drop(parameters.remove(&parameter.to_string())),
            }
        }
    }
    Plan { id: record.plan_id, parameters }
}

/// What was sent; where someone else changed what a PATCH can put back, what RDS has.
fn config(
    record: &Record,
    drift: &[Modification],
    group: Option<&ChangedGroup>,
    seen: &Instance,
) -> BTreeMap<String, Setting> {
    let mut config: BTreeMap<ConfigKey, Setting> = record.config.clone();
    if let Some(group) = group {
        let wanted = record.server_parameters();
        let scalar = |(name, value): (&String, &String)| {
            // As it was sent, where it is still that.
            let same = wanted.get(name).filter(|wanted| wanted.to_string() == *value).cloned();
            (name.clone(), same.unwrap_or_else(|| Scalar::of_rds(value)))
        };
        let parameters = group.parameters.iter().map(scalar).collect();
        config.insert(ConfigKey::Parameters, Setting::Parameters(parameters));
    }
    for difference in drift {
        let (key, actual) = match difference {
            Modification::MultiAz(wanted) => (ConfigKey::MultiAz, Setting::Flag(!wanted)),
            Modification::DeletionProtection(wanted) => {
                (ConfigKey::DeletionProtection, Setting::Flag(!wanted))
            }
            Modification::BackupRetention(_) => {
                (ConfigKey::BackupRetentionDays, Setting::Number(seen.backup_retention))
            }
            Modification::BackupWindow { .. } => {
                (ConfigKey::BackupWindow, Setting::Text(seen.backup_window.clone()))
            }
            Modification::MaintenanceWindow(_) => {
                (ConfigKey::MaintenanceWindow, Setting::Text(seen.maintenance_window.clone()))
            }
            // The server does not run with any of them.
            Modification::ParameterGroup(_) => (ConfigKey::Parameters, Setting::Parameters(BTreeMap::new())),
            _ => continue,
        };
        config.insert(key, actual);
    }
    config.into_iter().map(|(key, setting)| (key.to_string(), setting)).collect()
}

/// What someone changed in AWS, in a sentence.
fn drift_sentence(drift: &[Modification], group: bool, seen: &Instance) -> Option<String> {
    let on = |value: bool| if value { "on" } else { "off" };
    let changed: Vec<String> = drift
        .iter()
        .filter_map(|difference| match difference {
            Modification::MultiAz(wanted) => Some(format!("Multi-AZ is {}", on(!wanted))),
            Modification::BackupRetention(days) => {
                Some(format!("backups are kept {} days instead of {days}", seen.backup_retention))
            }
            Modification::DeletionProtection(wanted) => {
                Some(format!("deletion protection is {}", on(!wanted)))
            }
            Modification::Class(class) => {
                Some(format!("the instance class is {} instead of {class}", seen.class))
            }
            Modification::BackupWindow { window, .. } => {
                Some(format!("the backup window is {} instead of {window}", seen.backup_window))
            }
            Modification::MaintenanceWindow(window) => {
                Some(format!("the maintenance window is {} instead of {window}", seen.maintenance_window))
            }
            Modification::ParameterGroup(name) => Some(format!("the parameter group is {name}")),
            _ => None,
        })
        .chain(group.then(|| "its parameter group has other values".to_owned()))
        .collect();
    (!changed.is_empty()).then(|| {
        format!(
            "The database was changed in AWS: {}; a PATCH of the service puts it back.",
            changed.join(", ")
        )
    })
}

fn details(known: &Known, target: Option<&Target>, step: &Step, why: Option<&Why>) -> Details {
    let seen = &known.instance;
    let record = known.record();
    let dsn = record.zip(seen.endpoint.as_ref()).map(|(record, endpoint)| {
        // Names hold letters, digits and underscores only, so nothing needs escaping.
        format!(
            "{}://{}@{}:{}/{}?{}",
            record.provider.traits().dsn_scheme,
            record.text(ConfigKey::UserName),
            endpoint.host,
            endpoint.port,
            record.text(ConfigKey::DatabaseName),
            record.provider.traits().dsn_tls,
        )
    });
    Details {
        hostname: seen.endpoint.as_ref().map(|endpoint| endpoint.host.clone()),
        port: seen.endpoint.as_ref().map(|endpoint| endpoint.port),
        dsn,
        ready: target.is_some_and(|target| is_ready(target, seen)),
        superuser_name: record.map(|record| record.provider.traits().superuser.to_owned()),
        state: state(known, target, step).to_owned(),
        waiting_for: why.map(Why::to_string),
        instance_class: seen.class.clone(),
        allocated_storage: seen.allocated_storage,
        engine_version: seen.engine_version.clone(),
        ca_bundle_url: CA_BUNDLE_URL.to_owned(),
    }
}

/// The user's own password was seen to work, and the instance serves clients.
fn is_ready(target: &Target, seen: &Instance) -> bool {
    let works = target.secrets.get(&Which::User).is_some_and(|secret| secret.is_applied(&seen.resource_id));
    works && seen.endpoint.is_some() && seen.status.serves_clients(only_storage_pending(seen))
}

/// Our phase, in one word.
fn state(known: &Known, target: Option<&Target>, step: &Step) -> &'static str {
    let Some(target) = target else {
        let deleting = matches!(known.desired, Some(Desired::Gone { .. }));
        return if deleting { "deleting" } else { "failed" };
    };
    match known.instance.status.meaning() {
        Meaning::Deleting => "deleting",
        Meaning::Broken => "failed",
        Meaning::Stopped => "stopped",
        _ if matches!(step, Step::Done) && rds_is_busy(target, &known.instance).is_some() => "updating",
        _ if matches!(step, Step::Done) => "available",
        _ if matches!(step, Step::Wait(Why::GaveUp(_) | Why::PastUnreadable(_))) => "failed",
        _ if known.record().is_some_and(|record| record.done.is_none()) => "creating",
        _ if target.done => "available",
        _ => "updating",
    }
}
