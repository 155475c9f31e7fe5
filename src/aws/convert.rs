//! SDK types to the model's. Pure.

use aws_sdk_rds::types::DbInstance;

use crate::model::{Endpoint, Instance, Pending, Status};

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
        engine: described.engine()?.to_owned(),
        engine_version: described.engine_version().unwrap_or_default().to_owned(),
        class: described.db_instance_class().unwrap_or_default().to_owned(),
        allocated_storage: number(described.allocated_storage()),
        multi_az: described.multi_az().unwrap_or_default(),
        backup_retention: number(described.backup_retention_period()),
        deletion_protection: described.deletion_protection().unwrap_or_default(),
        endpoint,
        pending: pending.map_or_else(Pending::default, |pending| Pending {
            class: pending.db_instance_class().map(str::to_owned),
            allocated_storage: pending.allocated_storage().map(|gib| number(Some(gib))),
            engine_version: pending.engine_version().map(str::to_owned),
            multi_az: pending.multi_az(),
            backup_retention: pending.backup_retention_period().map(|days| number(Some(days))),
            password: pending.master_user_password().is_some(),
        }),
        applying: is_applying(described),
        tags: described
            .tag_list()
            .iter()
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
            .collect(),
    })
}

fn is_applying(described: &DbInstance) -> bool {
    let groups = described.db_parameter_groups();
    groups.iter().any(|group| group.parameter_apply_status() == Some("applying"))
        || described.vpc_security_groups().iter().any(|group| group.status() == Some("adding"))
}

fn number(value: Option<i32>) -> u32 {
    value.and_then(|value| u32::try_from(value).ok()).unwrap_or_default()
}
