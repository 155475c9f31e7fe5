//! Wishes, and instances as RDS may show them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::rds::{CLASSES, Rds, VERSIONS, WINDOW};
use crate::model::desired::{ServerParameter, Target};
use crate::model::record::{SecretRef, applied_value};
use crate::model::{ApplyStatus, Endpoint, Instance, ParameterGroup, Pending, Provider, Status, Tags, Which};

pub(super) const PREFIX: &str = "codesphere-x-0f0f0f0f-";
const STATUSES: [&str; 15] = [
    "available",
    "storage-optimization",
    "creating",
    "backing-up",
    "modifying",
    "storage-full",
    "stopped",
    "failed",
    "incompatible-network",
    "incompatible-parameters",
    "deleting",
    "resetting-master-credentials",
    "upgrading",
    "rebooting",
    "something-new",
];

fn some_parameters() -> impl Strategy<Value = BTreeMap<String, ServerParameter>> {
    let wanted = (0_u8..3, any::<bool>())
        .prop_map(|(value, needs_reboot)| ServerParameter { value: value.to_string(), needs_reboot });
    proptest::collection::btree_map("work_mem|max_connections|timezone", wanted, 0..3)
}

pub(super) fn a_target() -> impl Strategy<Value = Target> {
    let sizes = (0..CLASSES.len(), 20_u32..600, 0..VERSIONS.len());
    (sizes, any::<[bool; 5]>(), 0_u32..3, "[abc]", "[abc]", some_parameters()).prop_map(
        |((class, storage_gib, version), flags, backup_retention, superuser, user, parameters)| {
            let secret = |wanted: String| SecretRef { arn: format!("arn:{wanted}"), applied: None, wanted };
            Target {
                wish: "w1".into(),
                done: false,
                class: CLASSES[class].into(),
                storage_gib,
                version: VERSIONS[version].into(),
                multi_az: flags[0],
                backup_retention,
                deletion_protection: flags[1],
                backup_window: flags[2].then(|| "03:00-03:30".to_owned()),
                maintenance_window: flags[3].then(|| WINDOW.to_owned()),
                parks_outages: flags[4],
                provider: Provider::Postgres,
                group_prefix: PREFIX.into(),
                parameters,
                extensions: if flags[2] { vec!["pgcrypto".into()] } else { vec![] },
                secrets: BTreeMap::from([(Which::Superuser, secret(superuser)), (Which::User, secret(user))]),
                gave_up: None,
            }
        },
    )
}

pub(super) fn an_rds() -> impl Strategy<Value = Rds> {
    let sizes = (0..STATUSES.len(), 0..CLASSES.len(), 20_u32..600, 0..VERSIONS.len());
    let group = (any::<bool>(), 0_u8..4);
    (sizes, any::<[bool; 6]>(), 0_u32..3, "[abc]", proptest::option::of("[abc]"), group).prop_map(
        |((status, class, allocated_storage, version), flags, backup_retention, superuser, user, group)| {
            let major = VERSIONS[version].split('.').next().unwrap();
            let own = format!("{PREFIX}postgres{major}");
            let has = BTreeMap::from([("work_mem".to_owned(), "9".to_owned())]);
            let groups = if group.0 { BTreeMap::from([(own.clone(), has)]) } else { BTreeMap::new() };
            Rds {
                instance: Instance {
                    identifier: "codesphere-x".into(),
                    arn: "arn".into(),
                    resource_id: "db-1".into(),
                    created_at: None,
                    status: Status::new(STATUSES[status]),
                    engine: "postgres".into(),
                    engine_version: VERSIONS[version].into(),
                    class: CLASSES[class].into(),
                    allocated_storage,
                    max_allocated_storage: flags[5].then_some(allocated_storage + 100),
                    storage_type: "gp3".into(),
                    iops: Some(3_000),
                    multi_az: flags[0],
                    backup_retention,
                    deletion_protection: flags[1],
                    backup_window: "04:00-04:30".into(),
                    maintenance_window: WINDOW.into(),
                    parameter_group: ParameterGroup {
                        name: if group.0 { own } else { format!("default.postgres{major}") },
                        status: match group.1 {
                            0 => ApplyStatus::Applying,
                            1 => ApplyStatus::PendingReboot,
                            _ => ApplyStatus::InSync,
                        },
                    },
                    endpoint: flags[2].then(|| Endpoint { host: "localhost".into(), port: 1 }),
                    pending: Pending { class: flags[3].then(|| CLASSES[0].to_owned()), ..Pending::default() },
                    applying: flags[4],
                    tags: Tags::new(),
                },
                superuser_password: superuser,
                user_password: user,
                secrets: 2,
                next_password: None,
                running_with: BTreeMap::new(),
                groups,
                has_extensions: false,
                drops: (0, false),
                gone: false,
                outages: Vec::new(),
            }
        },
    )
}

/// The wish as the tags say it now.
pub(super) fn reread(target: &Target, rds: &Rds) -> Target {
    use crate::model::tag;
    let mut target = target.clone();
    target.done = rds.instance.tags.get(tag::DONE) == Some(&target.wish);
    for (&which, secret) in &mut target.secrets {
        secret.applied = rds.instance.tags.get(&tag::applied(which)).cloned();
    }
    target.gave_up = crate::model::record::GaveUp::of_tags(&rds.instance.tags)
        .filter(|gave_up| gave_up.wish == target.wish);
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
