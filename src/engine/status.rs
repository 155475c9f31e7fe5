//! What is known of a service to its status document. Pure.
//!
//! `plan` and `config` echo the wish, exactly and only what was sent, so that the platform sees
//! nothing to push; they tell RDS's truth only where someone else changed what a PATCH can put back.

use std::collections::BTreeMap;

use super::snapshot::Known;
use crate::contract::status::{Details, Plan, Status};
use crate::decide::{Evidence, Step, Why, decide, differences, only_storage_pending};
use crate::model::desired::{Target, parameter};
use crate::model::{
    ConfigKey, Desired, Instance, Meaning, Observed, Parameter, ProviderCatalog, Record, Which,
};

/// Where RDS's certificate authorities are published.
const CA_BUNDLE_URL: &str = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem";

/// The status of one service. `note` is what its worker on this replica waits for, `lost` a
/// password that the sweep did not find in Secrets Manager.
pub(super) fn render(
    known: &Known,
    note: Option<Why>,
    lost: Option<Which>,
    catalog: &ProviderCatalog,
    now: u64,
) -> Status {
    let observed = Observed::Present(Box::new(known.instance.clone()));
    let step = known
        .desired
        .as_ref()
        .map_or(Step::Done, |desired| decide(desired, &observed, &Evidence::default(), now));
    let why = match (&step, note) {
        (Step::Wait(why), None) => Some(why.clone()),
        (Step::Done, _) => None,
        (_, note) => note,
    };
    let target = match &known.desired {
        Some(Desired::Running(target)) => Some(target.as_ref()),
        _ => None,
    };
    let problem = why.as_ref().and_then(Why::problem);
    let lost = lost.and_then(|which| Why::SecretLost(which).problem());
    let drift = target.and_then(|target| drift(target, &known.instance));
    Status {
        plan: known.record().map_or_else(Plan::default, |record| plan(record, target, known, catalog)),
        config: known.record().map(config).unwrap_or_default(),
        details: details(known, target, &step, why.as_ref()),
        error: problem.or(lost).or(drift),
    }
}

fn plan(record: &Record, target: Option<&Target>, known: &Known, catalog: &ProviderCatalog) -> Plan {
    let mut parameters: BTreeMap<String, u64> =
        record.parameters.iter().map(|(parameter, &value)| (parameter.to_string(), value)).collect();
    if record.plan_id.is_some() && parameters.is_empty() {
        // A plan by its id alone stands for its parameters.
        let all = Parameter::ALL.iter();
        parameters = all.map(|&key| (key.to_string(), parameter(record, key, catalog))).collect();
    }
    let drifted = target.is_some_and(|target| target.done && target.class != known.instance.class);
    if let Some(actual) = catalog.class(&known.instance.class).filter(|_| drifted) {
        parameters.insert(Parameter::Cpu.to_string(), actual.cpu_tenths());
        parameters.insert(Parameter::Memory.to_string(), actual.memory_mb());
    }
    Plan { id: record.plan_id, parameters }
}

fn config(record: &Record) -> BTreeMap<String, String> {
    record.config.iter().map(|(key, value)| (key.to_string(), value.clone())).collect()
}

/// What someone changed that neither plan nor config can show.
fn drift(target: &Target, seen: &Instance) -> Option<String> {
    use crate::decide::Modification as M;
    if !target.done {
        return None;
    }
    let on = |value: bool| if value { "on" } else { "off" };
    let changed: Vec<String> = differences(target, seen)
        .iter()
        .filter_map(|difference| match difference {
            M::MultiAz(wanted) => Some(format!("Multi-AZ is {}", on(!wanted))),
            M::BackupRetention(days) => {
                Some(format!("backups are kept {} days instead of {days}", seen.backup_retention))
            }
            M::DeletionProtection(wanted) => Some(format!("deletion protection is {}", on(!wanted))),
            M::Class(class) => Some(format!("the instance class is {} instead of {class}", seen.class)),
            _ => None,
        })
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
            "{}://{}@{}:{}/{}?sslmode=require",
            record.provider.traits().dsn_scheme,
            record.config(ConfigKey::UserName),
            endpoint.host,
            endpoint.port,
            record.config(ConfigKey::DatabaseName),
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
        _ if matches!(step, Step::Done) => "available",
        _ if matches!(step, Step::Wait(Why::GaveUp(_))) => "failed",
        _ if known.record().is_some_and(|record| record.done.is_none()) => "creating",
        _ if target.done => "available",
        _ => "updating",
    }
}
