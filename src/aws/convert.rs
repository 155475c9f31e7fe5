//! SDK types to the model's. Pure.

use aws_sdk_rds::types::DbInstance;

use crate::model::{ApplyStatus, Endpoint, Instance, ParameterGroup, Pending, Status};

/// What RDS described; `None` where it lacks what every description has.
pub(super) fn instance(described: &DbInstance) -> Option<Instance> {
    let pending = described.pending_modified_values();
    let endpoint = described.endpoint().and_then(|endpoint| {
        Some(Endpoint { host: endpoint.address()?.to_owned(), port: u16::try_from(endpoint.port()?).ok()? })
    });
    Some(Instance {
        identifier: described.db_instance_identifier()?.to_ascii_lowercase(),
        arn: described.db_instance_arn()?.to_owned(),
        resource_id: described.dbi_resource_id()?.to_owned(),
        status: Status::new(described.db_instance_status()?),
        created_at: described.instance_create_time().and_then(|at| u64::try_from(at.secs()).ok()),
        engine: described.engine()?.to_owned(),
        engine_version: described.engine_version().unwrap_or_default().to_owned(),
        class: described.db_instance_class().unwrap_or_default().to_owned(),
        allocated_storage: number(described.allocated_storage()),
        max_allocated_storage: described.max_allocated_storage().map(|gib| number(Some(gib))),
        storage_type: described.storage_type().unwrap_or_default().to_owned(),
        iops: described.iops().map(|iops| number(Some(iops))),
        multi_az: described.multi_az().unwrap_or_default(),
        backup_retention: number(described.backup_retention_period()),
        deletion_protection: described.deletion_protection().unwrap_or_default(),
        backup_window: described.preferred_backup_window().unwrap_or_default().to_ascii_lowercase(),
        maintenance_window: described.preferred_maintenance_window().unwrap_or_default().to_ascii_lowercase(),
        parameter_group: parameter_group(described),
        endpoint,
        pending: pending.map_or_else(Pending::default, |pending| Pending {
            class: pending.db_instance_class().map(str::to_owned),
            allocated_storage: pending.allocated_storage().map(|gib| number(Some(gib))),
            engine_version: pending.engine_version().map(str::to_owned),
            multi_az: pending.multi_az(),
            backup_retention: pending.backup_retention_period().map(|days| number(Some(days))),
            password: pending.master_user_password().is_some(),
            other: pending.port().is_some()
                || pending.iops().is_some()
                || pending.storage_throughput().is_some()
                || pending.storage_type().is_some()
                || pending.db_instance_identifier().is_some()
                || pending.ca_certificate_identifier().is_some()
                || pending.db_subnet_group_name().is_some()
                || pending.license_model().is_some()
                || pending.iam_database_authentication_enabled().is_some()
                || pending.pending_cloudwatch_logs_exports().is_some_and(|exports| {
                    !exports.log_types_to_enable().is_empty() || !exports.log_types_to_disable().is_empty()
                }),
        }),
        applying: is_applying(described),
        tags: described
            .tag_list()
            .iter()
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
            .collect(),
    })
}

/// Security groups are being added or removed: each that counts is `active`.
fn is_applying(described: &DbInstance) -> bool {
    described
        .vpc_security_groups()
        .iter()
        .any(|group| group.status().is_some_and(|status| status != "active"))
}

fn parameter_group(described: &DbInstance) -> ParameterGroup {
    let Some(group) = described.db_parameter_groups().first() else { return ParameterGroup::default() };
    ParameterGroup {
        name: group.db_parameter_group_name().unwrap_or_default().to_owned(),
        status: match group.parameter_apply_status() {
            Some("applying") => ApplyStatus::Applying,
            Some("pending-reboot") => ApplyStatus::PendingReboot,
            Some("failed-to-apply") => ApplyStatus::Failed,
            // `pending-database-upgrade` ends with the upgrade, which is waited for as such.
            _ => ApplyStatus::InSync,
        },
    }
}

fn number(value: Option<i32>) -> u32 {
    value.and_then(|value| u32::try_from(value).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::types::VpcSecurityGroupMembership;

    use super::*;

    #[test]
    fn a_security_group_that_comes_or_goes_is_not_in_place_yet() {
        let with = |statuses: &[&str]| {
            let group = |status: &&str| VpcSecurityGroupMembership::builder().status(*status).build();
            let groups = statuses.iter().map(group).collect();
            is_applying(&DbInstance::builder().set_vpc_security_groups(Some(groups)).build())
        };
        assert!(!with(&[]) && !with(&["active", "active"]));
        assert!(with(&["active", "adding"]) && with(&["removing"]));
    }
}
