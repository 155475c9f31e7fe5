//! Wishes, and instances as RDS may show them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::rds::{BAD, CLASSES, GroupFault, NEW_CLASS, Rds, Surprise, Temper, VERSIONS, major};
use crate::model::desired::{ServerParameter, Target};
use crate::model::record::{GaveUp, GivenUp, SecretRef, applied_value};
use crate::model::{
    ApplyStatus, Desired, Endpoint, Instance, ParameterGroup, Pending, Provider, Status, Tags, Which, Window,
    tag,
};

pub(super) const PREFIX: &str = "codesphere-x-0f0f0f0f-";
/// The maintenance window that RDS has chosen, and two that may be wished for.
pub(super) const WINDOW: &str = "thu:05:00-thu:06:00";
const WINDOWS: [&str; 3] = [WINDOW, "thu:07:00-thu:08:00", "thu:04:00-thu:05:00"];
/// Backup windows: next to a maintenance window, in it, over its end.
const BACKUPS: [&str; 5] = ["03:00-03:30", "04:00-04:30", "04:30-05:00", "05:30-06:30", "07:00-07:30"];
/// Windows that someone may choose in the console: apart from all others.
const THEIRS: Surprise = Surprise::Windows { backup: "22:00-22:30", maintenance: "thu:09:30-thu:10:30" };
/// Thursday 04:00, 05:30 and 09:00, 1970-01-01: before the window, in it, and a week before the next.
pub(super) const BEFORE: u64 = 4 * 3600;
pub(super) const INSIDE: u64 = 5 * 3600 + 1800;
pub(super) const AFTER: u64 = 9 * 3600;

/// Statuses, and what follows each by itself.
const STATUSES: [(&str, &[&str]); 17] = [
    ("available", &[]),
    ("available", &["backing-up", "available"]),
    ("storage-optimization", &["storage-optimization", "available"]),
    // RDS is known to call it available before the first backup.
    ("creating", &["available", "backing-up", "available"]),
    ("creating", &["creating", "available", "available", "backing-up", "available"]),
    ("backing-up", &["available"]),
    ("modifying", &["available"]),
    ("storage-full", &[]),
    ("stopped", &[]),
    ("failed", &[]),
    ("incompatible-network", &[]),
    ("incompatible-parameters", &[]),
    ("deleting", &[]),
    ("resetting-master-credentials", &["available"]),
    ("upgrading", &["available"]),
    ("rebooting", &["available"]),
    ("something-new", &["available"]),
];

pub(super) fn a_moment() -> impl Strategy<Value = u64> {
    prop_oneof![Just(BEFORE), Just(INSIDE), Just(AFTER)]
}

fn some_parameters() -> impl Strategy<Value = BTreeMap<String, ServerParameter>> {
    let wanted = (0_u8..3, any::<bool>())
        .prop_map(|(value, needs_reboot)| ServerParameter { value: value.to_string(), needs_reboot });
    proptest::collection::btree_map("work_mem|max_connections|timezone", wanted, 0..3)
}

pub(super) fn a_target() -> impl Strategy<Value = Target> {
    let sizes = (0..CLASSES.len(), 20_u32..600, 0..VERSIONS.len());
    let windows = (proptest::option::of(a_backup_window()), proptest::option::of(a_maintenance_window()));
    (sizes, any::<[bool; 4]>(), 0_u32..3, windows, ("[abc]", "[abc]"), some_parameters()).prop_map(
        |((class, storage_gib, version), flags, backup_retention, windows, (superuser, user), parameters)| {
            let secret = |wanted: String| SecretRef { arn: format!("arn:{wanted}"), applied: None, wanted };
            // No request can ask for a class that its version does not have.
            let class = if VERSIONS[version] == "15.18" { class.min(1) } else { class };
            Target {
                wish: "w1".into(),
                done: false,
                class: CLASSES[class].into(),
                storage_gib,
                version: VERSIONS[version].into(),
                multi_az: flags[0],
                backup_retention,
                deletion_protection: flags[1],
                backup_window: windows.0,
                maintenance_window: windows.1,
                parks_outages: flags[3],
                provider: Provider::Postgres,
                group_prefix: PREFIX.into(),
                parameters,
                extensions: if flags[2] { vec!["pgcrypto".into()] } else { vec![] },
                secrets: BTreeMap::from([(Which::Superuser, secret(superuser)), (Which::User, secret(user))]),
                gave_up: GivenUp::new(),
                damage: None,
            }
        },
    )
}

fn a_backup_window() -> impl Strategy<Value = String> {
    proptest::sample::select(BACKUPS.to_vec()).prop_map(str::to_owned)
}

fn a_maintenance_window() -> impl Strategy<Value = String> {
    proptest::sample::select(WINDOWS.to_vec()).prop_map(str::to_owned)
}

/// The wish as a request may make it of this instance: windows that overlap, one of them RDS's own or not, are refused
/// (see `resolve`), and what was refused is not wished.
pub(super) fn asked_of(target: Target, rds: &Rds) -> Target {
    let overlap = |target: &Target| {
        let backup = target.backup_window.as_ref().unwrap_or(&rds.instance.backup_window);
        let maintenance = target.maintenance_window.as_ref().unwrap_or(&rds.instance.maintenance_window);
        Window::weekly(maintenance).unwrap().overlaps(&Window::daily(backup).unwrap())
    };
    let mut target = target;
    if overlap(&target) {
        target.backup_window = None;
    }
    if overlap(&target) {
        target.maintenance_window = None;
    }
    target
}

/// What someone has parked for the maintenance window, or RDS is at.
fn something_pending() -> impl Strategy<Value = Pending> {
    let class = proptest::option::weighted(0.2, 0..CLASSES.len());
    let version = proptest::option::weighted(0.1, Just("17.10".to_owned()));
    let (multi_az, backup_retention) =
        (proptest::option::weighted(0.2, any::<bool>()), proptest::option::weighted(0.2, 0_u32..3));
    (class, version, multi_az, backup_retention).prop_map(
        |(class, engine_version, multi_az, backup_retention)| {
            let class = class.map(|class| CLASSES[class].to_owned());
            Pending { class, engine_version, multi_az, backup_retention, ..Pending::default() }
        },
    )
}

/// Only what differs can be pending.
fn real(pending: Pending, instance: &Instance) -> Pending {
    let old = major(&instance.engine_version) == "15";
    Pending {
        class: pending.class.filter(|class| *class != instance.class && (class != NEW_CLASS || !old)),
        engine_version: pending.engine_version.filter(|to| *to != instance.engine_version && !old),
        multi_az: pending.multi_az.filter(|multi_az| *multi_az != instance.multi_az),
        backup_retention: pending
            .backup_retention
            .filter(|days| (*days == 0) != (instance.backup_retention == 0)),
        ..pending
    }
}

fn an_instance() -> impl Strategy<Value = Instance> {
    let sizes = (0..CLASSES.len(), 20_u32..600, 0..VERSIONS.len());
    // None of them in the maintenance window.
    let backups = proptest::sample::select(vec![BACKUPS[0], BACKUPS[1], BACKUPS[2], BACKUPS[4]]);
    (sizes, any::<[bool; 5]>(), 0_u32..3, backups, something_pending()).prop_map(
        |((class, allocated_storage, version), flags, backup_retention, backup_window, pending)| {
            let class = if VERSIONS[version] == "15.18" { class.min(1) } else { class };
            let mut instance = Instance {
                identifier: "codesphere-x".into(),
                arn: "arn".into(),
                resource_id: "db-1".into(),
                created_at: None,
                status: Status::new("available"),
                engine: "postgres".into(),
                engine_version: VERSIONS[version].into(),
                class: CLASSES[class].into(),
                allocated_storage,
                max_allocated_storage: flags[4].then_some(allocated_storage + 100),
                storage_type: "gp3".into(),
                iops: Some(3_000),
                multi_az: flags[0],
                backup_retention,
                deletion_protection: flags[1],
                backup_window: backup_window.into(),
                maintenance_window: WINDOW.into(),
                parameter_group: ParameterGroup {
                    name: format!("default.postgres{}", major(VERSIONS[version])),
                    status: ApplyStatus::InSync,
                },
                endpoint: flags[2].then(|| Endpoint { host: "localhost".into(), port: 1 }),
                pending: Pending::default(),
                applying: flags[3],
                tags: Tags::new(),
            };
            instance.pending = real(pending, &instance);
            instance
        },
    )
}

/// What becomes of some calls about parameter groups, for a while.
fn group_faults() -> impl Strategy<Value = Vec<GroupFault>> {
    let fault = proptest::sample::select(vec![
        GroupFault::Throttled,
        GroupFault::Lost,
        GroupFault::Busy,
        GroupFault::Deleted,
        GroupFault::Outrun,
    ]);
    proptest::collection::vec(fault, 0..4)
}

/// What happens without the broker, and after how many looks.
fn surprises() -> impl Strategy<Value = Vec<(u32, Surprise)>> {
    let surprise = prop_oneof![
        3 => Just(Surprise::Autoscale),
        3 => Just(Surprise::MinorUpgrade),
        // No more than every version has.
        1 => proptest::sample::select(CLASSES[..2].to_vec()).prop_map(Surprise::Class),
        1 => any::<bool>().prop_map(Surprise::MultiAz),
        1 => (0_u32..3).prop_map(Surprise::BackupRetention),
        1 => any::<bool>().prop_map(Surprise::DeletionProtection),
        1 => Just(THEIRS),
        1 => Just(Surprise::DefaultGroup),
    ];
    proptest::collection::vec((0_u32..20, surprise), 0..3)
}

fn a_temper() -> impl Strategy<Value = Temper> {
    (0_usize..3, any::<bool>(), 0_u32..3).prop_map(|(lag, hasty, busy)| Temper { lag, hasty, busy })
}

/// A parameter group of the service's own, and how far it is applied.
fn own_group(rds: &mut Rds, status: u8) {
    let name = format!("{PREFIX}postgres{}", major(&rds.instance.engine_version));
    let broken = rds.instance.status.is_incompatible_parameters();
    let value = if broken || status == 3 { BAD } else { "9" };
    rds.groups.insert(name.clone(), BTreeMap::from([("work_mem".to_owned(), value.to_owned())]));
    rds.instance.parameter_group.name = name;
    rds.needs_reboot = broken || status < 2;
    rds.instance.parameter_group.status = match status {
        0 => {
            rds.group_ahead.push_back(ApplyStatus::PendingReboot);
            ApplyStatus::Applying
        }
        1 => ApplyStatus::PendingReboot,
        3 if !broken => ApplyStatus::Failed,
        _ => ApplyStatus::InSync,
    };
}

pub(super) fn an_rds() -> impl Strategy<Value = Rds> {
    let passwords = ("[abc]", proptest::option::of("[abc]"));
    let group = proptest::option::of(0_u8..5);
    let locked = proptest::option::weighted(0.2, AFTER..AFTER + 3 * 3600);
    let trouble = (group_faults(), surprises());
    (an_instance(), 0..STATUSES.len(), a_temper(), passwords, group, locked, trouble).prop_map(
        |(instance, status, temper, (superuser_password, user_password), group, locked, trouble)| {
            let (status, ahead) = STATUSES[status];
            let mut rds = Rds::new(instance, superuser_password, temper);
            rds.instance.status = Status::new(status);
            rds.user_password = user_password;
            rds.ahead = ahead.iter().map(|status| (*status).to_owned()).collect();
            rds.flushing = matches!(status, "modifying" | "upgrading");
            rds.locked_until = locked.unwrap_or(0);
            (rds.group_faults, rds.surprises) = (trouble.0.into(), trouble.1.into());
            if let Some(group) = group {
                own_group(&mut rds, group);
            }
            rds
        },
    )
}

/// As it is on a good day.
pub(super) fn available(mut rds: Rds) -> Rds {
    if rds.instance.status.is_incompatible_parameters() {
        rds.groups.values_mut().for_each(BTreeMap::clear);
        rds.needs_reboot = false;
    }
    rds.instance.status = Status::new("available");
    rds.ahead.clear();
    rds.flushing = false;
    rds.group_faults.clear();
    rds.surprises.clear();
    rds
}

pub(super) fn running(target: &Target) -> Desired {
    Desired::Running(Box::new(target.clone()))
}

pub(super) fn gone(final_snapshot: bool) -> Desired {
    let groups = vec![format!("{PREFIX}postgres17")];
    Desired::Gone { secrets: vec!["one".into(), "two".into()], groups, final_snapshot }
}

/// The wish as the tags say it now.
pub(super) fn reread(target: &Target, rds: &Rds) -> Target {
    let mut target = target.clone();
    let tags = &rds.instance.tags;
    target.done = tags.get(tag::DONE) == Some(&target.wish);
    for (&which, secret) in &mut target.secrets {
        secret.applied = tags.get(&tag::applied(which)).cloned();
    }
    let gave_up = GaveUp::of_tags(tags, &target.wish).expect("what was written can be read");
    target.gave_up = gave_up.filter(|_| !target.done).map(|gave_up| gave_up.concerns).unwrap_or_default();
    target
}

/// A wish that was reached, as its tags say.
pub(super) fn reached(mut target: Target) -> Target {
    target.done = true;
    for secret in target.secrets.values_mut() {
        secret.applied = Some(applied_value(&secret.wanted, "db-1"));
    }
    target
}
