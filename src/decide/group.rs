//! The DB parameter group: one of the service's own, only where it wants what differs from the default.
//!
//! Prepared first (made, then filled), then used by the instance, then a reboot where the server
//! takes a value only when it starts.

use std::collections::BTreeMap;

use super::change::Task;
use super::evidence::{Evidence, Refusal};
use super::step::{Concern, GroupStep, Modification, Step};
use super::{REST, Why, give_up, paused};
use crate::model::desired::{ServerParameter, Target};
use crate::model::{ApplyStatus, Instance, group};

/// The most parameters that one call takes (RDS API reference, ModifyDBParameterGroup).
const MOST_PER_CALL: usize = 20;
/// Reboots for one wish at most, where the server does not start.
const MOST_REBOOTS: u32 = 2;

/// What is left to do about parameters, for the version that runs.
pub(super) fn task(target: &Target, seen: &Instance, evidence: &Evidence) -> Option<Task> {
    let used = &seen.parameter_group;
    if target.parameters.is_empty() {
        // A group that someone else chose is theirs.
        if used.name.starts_with(&target.group_prefix) {
            let default = group::default(&target.provider.traits().family(&seen.engine_version));
            return Some(Task::Modify(Modification::ParameterGroup(default)));
        }
        let reboots = group::is_default(&used.name) && used.status == ApplyStatus::PendingReboot;
        return reboots.then(|| reboot(evidence));
    }
    let (name, family) = own(target, &seen.engine_version);
    if let Some(step) = prepare(&name, &family, target, evidence) {
        return Some(Task::Call(Concern::Parameters, step));
    }
    if used.name != name {
        return Some(Task::Modify(Modification::ParameterGroup(name)));
    }
    match used.status {
        ApplyStatus::InSync => None,
        ApplyStatus::Applying => Some(Task::Wait(Concern::Parameters, Why::Applying(Concern::Parameters))),
        ApplyStatus::PendingReboot => Some(reboot(evidence)),
        // It may still be about the values before these.
        ApplyStatus::Failed if evidence.at_rest < REST => {
            Some(Task::Wait(Concern::Parameters, Why::Applying(Concern::Parameters)))
        }
        ApplyStatus::Failed => {
            let reason = "RDS could not apply the server parameters; change config.parameters.".to_owned();
            Some(Task::Refuse(Concern::Parameters, Refusal { reason, passing: false }))
        }
    }
}

fn reboot(evidence: &Evidence) -> Task {
    if evidence.reboots < MOST_REBOOTS {
        return Task::Reboot;
    }
    // The last one may still be under way.
    if evidence.at_rest < REST {
        return Task::Wait(Concern::Parameters, Why::Applying(Concern::Parameters));
    }
    let reason =
        "Reboots did not bring the server parameters into force; change config.parameters.".to_owned();
    Task::Refuse(Concern::Parameters, Refusal { reason, passing: false })
}

/// The group that has to be named along with an upgrade, or what has to be done before.
pub(super) fn for_upgrade(
    target: &Target,
    to: &str,
    major: bool,
    seen: &Instance,
    evidence: &Evidence,
) -> Result<Option<String>, Step> {
    // RDS takes care of its own groups, and minor versions are of one family.
    if !major || group::is_default(&seen.parameter_group.name) {
        return Ok(None);
    }
    if target.parameters.is_empty() {
        return Ok(Some(group::default(&target.provider.traits().family(to))));
    }
    let (name, family) = own(target, to);
    match prepare(&name, &family, target, evidence) {
        Some(step) => Err(step),
        None => Ok(Some(name)),
    }
}

/// An instance whose server does not start with its parameters: better ones, then a reboot.
pub(super) fn repair(target: &Target, seen: &Instance, evidence: &Evidence, now: u64) -> Option<Step> {
    if let Some(why) = paused(evidence, Concern::Parameters, now) {
        return Some(Step::Wait(why));
    }
    // On record, so that no other worker begins anew.
    if !evidence.refused.is_empty() {
        return Some(give_up::record(target, &evidence.refused, evidence.first_pause, seen, now));
    }
    if give_up::blocks(target, evidence, Concern::Parameters, now) {
        return None;
    }
    Some(match task(target, seen, evidence) {
        Some(Task::Modify(modification)) => Step::Modify(modification),
        Some(Task::Call(_, step)) => step,
        Some(Task::Refuse(concern, refusal)) => {
            give_up::record(target, &BTreeMap::from([(concern, refusal)]), evidence.first_pause, seen, now)
        }
        _ if evidence.reboots < MOST_REBOOTS => Step::Reboot,
        _ => {
            let reason =
                "The server does not start with its parameters; change config.parameters.".to_owned();
            let refused = BTreeMap::from([(Concern::Parameters, Refusal { reason, passing: false })]);
            give_up::record(target, &refused, evidence.first_pause, seen, now)
        }
    })
}

/// Parameters that leave the group of an instance as it is.
pub(super) fn as_they_are(target: &Target, seen: &Instance) -> BTreeMap<String, ServerParameter> {
    if seen.parameter_group.name.starts_with(&target.group_prefix) {
        target.parameters.clone()
    } else {
        BTreeMap::new()
    }
}

fn own(target: &Target, version: &str) -> (String, String) {
    let family = target.provider.traits().family(version);
    (group::own(&target.group_prefix, &family), family)
}

/// The next step until the group holds exactly the wanted parameters.
fn prepare(name: &str, family: &str, target: &Target, evidence: &Evidence) -> Option<Step> {
    let step = |what| Some(Step::Group { name: name.to_owned(), what });
    let has = match evidence.groups.get(name) {
        None => return step(GroupStep::Inspect),
        Some(None) => return step(GroupStep::Create { family: family.to_owned() }),
        Some(Some(has)) => has,
    };
    let differs = |(name, wanted): &(&String, &ServerParameter)| has.get(*name) != Some(&wanted.value);
    let set: BTreeMap<_, _> = target
        .parameters
        .iter()
        .filter(differs)
        .take(MOST_PER_CALL)
        .map(|(name, wanted)| (name.clone(), wanted.clone()))
        .collect();
    if !set.is_empty() {
        return step(GroupStep::Set(set));
    }
    let reset: Vec<_> = has
        .keys()
        .filter(|name| !target.parameters.contains_key(*name))
        .take(MOST_PER_CALL)
        .cloned()
        .collect();
    if reset.is_empty() { None } else { step(GroupStep::Reset(reset)) }
}
