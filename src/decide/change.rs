//! What to change next about the instance, and what is in the way of the rest.
//!
//! One concern per call: the storage lock rejects a whole ModifyDBInstance and must not hold up
//! anything else, nor must what was given up, or what waits for the maintenance window.

use std::collections::BTreeMap;

use super::difference::{accepts_storage, causes_outage, differences, is_pending};
use super::evidence::{Evidence, Refusal};
use super::step::{Concern, Modification, Step};
use super::why::Why;
use super::{REST, give_up, group, paused};
use crate::model::desired::Target;
use crate::model::{ApplyStatus, Instance, Meaning, Window};

/// How long, in observations, something on its way that this broker does not know to have asked for holds up a wish. It may
/// be of a broker that has ended since, and RDS takes a minute to begin; or someone has parked it for a window of days.
const FOREIGN_CHANGE: u32 = 10 * REST;

/// What can be done, and what else there is to say.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The next thing to do.
    pub(super) step: Option<Step>,
    /// What something waits for; `None` where everything that was not given up matches.
    pub(super) wait: Option<Why>,
    /// What cannot be reached, as was just found out.
    pub(super) refused: BTreeMap<Concern, Refusal>,
}

impl Outcome {
    /// Something waits.
    fn waits(&mut self, why: Why) {
        self.wait = Some(match self.wait.take() {
            Some(first) => first.or_sooner(why),
            None => why,
        });
    }
}

/// Something to be done about one concern.
pub(super) enum Task {
    /// A change of the instance.
    Modify(Modification),
    /// A call that needs nothing of the instance.
    Call(Concern, Step),
    /// A reboot, which is an outage.
    Reboot,
    /// Nothing can be done yet.
    Wait(Concern, Why),
    /// It cannot be reached.
    Refuse(Concern, Refusal),
}

impl Task {
    fn concern(&self) -> Concern {
        match self {
            Self::Modify(modification) => modification.concern(),
            Self::Call(concern, _) | Self::Wait(concern, _) | Self::Refuse(concern, _) => *concern,
            Self::Reboot => Concern::Parameters,
        }
    }

    /// Under which concern it is noted that a try has failed: the parameter group of an upgrade is one of parameters.
    fn noted_under(&self) -> Concern {
        match self {
            Self::Call(_, Step::Group { .. }) => Concern::Parameters,
            other => other.concern(),
        }
    }
}

/// The next step about the instance itself. `users_work` says that both passwords are known to work.
pub(super) fn next(
    target: &Target,
    seen: &Instance,
    evidence: &Evidence,
    users_work: bool,
    now: u64,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut parked = Vec::new();
    // Which classes and which parameter group are possible is for the version to say that is on its way.
    let mut version_waits = false;
    for task in tasks(target, seen, evidence, users_work) {
        let (concern, noted) = (task.concern(), task.noted_under());
        let held = version_waits && matches!(concern, Concern::Class | Concern::Parameters);
        if held || [concern, noted].iter().any(|&each| give_up::blocks(target, evidence, each, now)) {
            continue;
        }
        version_waits |= concern == Concern::Version;
        let (step, outage) = match task {
            Task::Wait(_, why) => {
                outcome.waits(why);
                continue;
            }
            Task::Refuse(concern, refusal) => {
                match paused(evidence, concern, now) {
                    None => drop(outcome.refused.insert(concern, refusal)),
                    Some(why) => outcome.waits(why),
                }
                continue;
            }
            Task::Call(_, step) => match paused(evidence, noted, now) {
                None => (step, false),
                Some(why) => {
                    outcome.waits(why);
                    continue;
                }
            },
            Task::Reboot => match obstacle(concern, seen).or_else(|| paused(evidence, concern, now)) {
                None => (Step::Reboot, true),
                Some(why) => {
                    outcome.waits(why);
                    continue;
                }
            },
            Task::Modify(modification) => {
                let outage = causes_outage(&modification, seen)
                    || (!modification.is_always_immediate() && brings_outage(seen));
                match progress(&modification, seen, evidence, now) {
                    Ok(step) => (step, outage),
                    Err(why) => {
                        outcome.waits(why);
                        continue;
                    }
                }
            }
        };
        if outage && target.parks_outages && !is_open(window(target, seen), now) {
            parked.push(concern);
            version_waits = false;
            continue;
        }
        outcome.step = Some(step);
        return outcome;
    }
    if outcome.wait.is_none() {
        outcome.wait = if parked.is_empty() {
            settling(target, seen, evidence, now)
        } else {
            Some(Why::Parked { concerns: parked, window: window(target, seen).to_owned() })
        };
    }
    outcome
}

/// Everything that is left to do, in order.
fn tasks(target: &Target, seen: &Instance, evidence: &Evidence, users_work: bool) -> Vec<Task> {
    let mut tasks = Vec::new();
    let coming = evidence.asked.values().filter(|asked| is_pending(&asked.what, &seen.pending));
    let mut all = differences(target, seen);
    if all.iter().any(|it| matches!(it, Modification::BackupWindow { .. })) {
        // Over the backups that there still are RDS refuses it for good: it goes with theirs, or not at all.
        all.retain(
            |it| !matches!(it, Modification::MaintenanceWindow(window) if is_over_backups(window, seen)),
        );
    }
    for difference in all.into_iter().chain(coming.filter_map(|asked| taken_back(&asked.what, target, seen)))
    {
        match difference {
            Modification::Version { to, .. } => tasks.push(upgrade(target, &to, seen, evidence)),
            other => tasks.push(Task::Modify(other)),
        }
    }
    tasks.extend(group::task(target, seen, evidence));
    if users_work && !target.extensions.is_empty() && !evidence.has_extensions {
        tasks.push(Task::Call(Concern::Extensions, Step::CreateExtensions));
    }
    tasks
}

/// The change that takes back what this broker has asked for and RDS has not applied yet, where the wish is again
/// what RDS still has. A version cannot be taken back.
fn taken_back(asked: &Modification, target: &Target, seen: &Instance) -> Option<Modification> {
    match asked {
        Modification::Class(class) if *class != target.class && seen.class == target.class => {
            Some(Modification::Class(target.class.clone()))
        }
        Modification::MultiAz(multi_az)
            if *multi_az != target.multi_az && seen.multi_az == target.multi_az =>
        {
            Some(Modification::MultiAz(target.multi_az))
        }
        Modification::BackupRetention(days)
            if *days != target.backup_retention && seen.backup_retention == target.backup_retention =>
        {
            Some(Modification::BackupRetention(target.backup_retention))
        }
        _ => None,
    }
}

/// The next hop towards a version, by what RDS says of the exact version that runs.
fn upgrade(target: &Target, to: &str, seen: &Instance, evidence: &Evidence) -> Task {
    let from = seen.engine_version.as_str();
    let Some(upgrades) = &evidence.upgrades else {
        return Task::Call(Concern::Version, Step::LookUpUpgrades);
    };
    // Of a version that RDS has retired it says nothing: then it is asked for what is wanted, and decides.
    let hop = if upgrades.knows(from) { upgrades.next_hop(from, to) } else { Some(to) };
    let Some(hop) = hop else {
        let reachable: Vec<&str> = upgrades.reachable(from).into_iter().collect();
        let reason = format!(
            "RDS has no way from version {from} to {to}; it can be upgraded to {}.",
            reachable.join(", ")
        );
        return Task::Refuse(Concern::Version, Refusal { reason, passing: false });
    };
    let traits = target.provider.traits();
    let major = traits.major(hop) != traits.major(from);
    match group::for_upgrade(target, hop, major, seen, evidence) {
        Ok(group) => Task::Modify(Modification::Version { to: hop.to_owned(), major, group }),
        Err(step) => Task::Call(Concern::Version, step),
    }
}

/// Where a change stands: to be asked for, on its way, or accepted and dropped.
pub(super) fn progress(
    modification: &Modification,
    seen: &Instance,
    evidence: &Evidence,
    now: u64,
) -> Result<Step, Why> {
    let concern = modification.concern();
    let pending = is_pending(modification, &seen.pending);
    if pending && !is_parked(modification, evidence, now) {
        return Err(Why::Applying(concern));
    }
    if let Some(why) = paused(evidence, concern, now).or_else(|| obstacle(concern, seen)) {
        return Err(why);
    }
    let asked = evidence.asked.get(&concern).filter(|asked| asked.what == *modification && !pending);
    let Some(asked) = asked else { return Ok(Step::Modify(modification.clone())) };
    // "Available" and unchanged right after a call means nothing; after work it means that RDS gave up.
    let over = (asked.begun && evidence.at_rest >= REST) || now >= asked.visible_by;
    if over { Ok(Step::ReadEvents { concern, since: asked.at }) } else { Err(Why::Applying(concern)) }
}

/// Whether RDS has no mind to begin what it shows as pending: someone has parked it for a window of days. It is then
/// asked for again, which makes RDS apply it at once.
fn is_parked(modification: &Modification, evidence: &Evidence, now: u64) -> bool {
    let asked = evidence.asked.get(&modification.concern()).is_some_and(|asked| now < asked.visible_by);
    !asked && !modification.is_always_immediate() && evidence.at_rest >= FOREIGN_CHANGE
}

/// Why RDS would not take a change of this concern now.
fn obstacle(concern: Concern, seen: &Instance) -> Option<Why> {
    match (seen.status.meaning(), concern) {
        (Meaning::StorageFull, Concern::Storage) => None,
        (Meaning::Ready, Concern::Storage) if !accepts_storage(&seen.status) => Some(Why::StorageOptimizing),
        (Meaning::Ready, _) => None,
        _ if seen.status.is_creating() => Some(Why::Creating),
        _ => Some(Why::Busy(seen.status.to_string())),
    }
}

/// Values match, but RDS is not at rest: "available" alone is not "done".
fn settling(target: &Target, seen: &Instance, evidence: &Evidence, now: u64) -> Option<Why> {
    // What was asked for by an earlier wish may still come, though RDS does not show it yet.
    let to_come = evidence.asked.values().find(|asked| {
        let over = asked.begun && evidence.at_rest >= REST;
        !over && now < asked.visible_by && taken_back(&asked.what, target, seen).is_some()
    });
    if let Some(asked) = to_come {
        return Some(Why::Applying(asked.what.concern()));
    }
    if seen.status.is_creating() {
        return Some(Why::Creating);
    }
    let at_rest = seen.status.meaning() == Meaning::Ready
        && !seen.applying
        && seen.parameter_group.status != ApplyStatus::Applying;
    let on_its_way = !seen.pending.is_empty() && evidence.at_rest < FOREIGN_CHANGE;
    (!at_rest || on_its_way).then(|| Why::Busy(seen.status.to_string()))
}

/// Whether any change that is made at once makes an outage of someone else's: RDS then applies all that someone has
/// parked in the console, too.
fn brings_outage(seen: &Instance) -> bool {
    let pending = &seen.pending;
    let backups = pending
        .backup_retention
        .is_some_and(|days| causes_outage(&Modification::BackupRetention(days), seen));
    pending.class.is_some() || pending.engine_version.is_some() || backups || pending.other
}

/// The maintenance window that counts: the one that is wished, though RDS may not have it yet.
fn window<'a>(target: &'a Target, seen: &'a Instance) -> &'a str {
    target.maintenance_window.as_deref().unwrap_or(&seen.maintenance_window)
}

/// Whether a maintenance window has a minute in common with the backup window that RDS has, as far as both can be read.
fn is_over_backups(window: &str, seen: &Instance) -> bool {
    match (Window::weekly(window), Window::daily(&seen.backup_window)) {
        (Ok(weekly), Ok(daily)) => weekly.overlaps(&daily),
        _ => false,
    }
}

/// Whether it is open. Where RDS names none, nothing is held up.
fn is_open(window: &str, now: u64) -> bool {
    Window::weekly(window).map_or(true, |window| window.contains(now))
}
