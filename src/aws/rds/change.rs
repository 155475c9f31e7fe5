//! Changing, rebooting, starting and deleting instances, and writing their tags.

use secrecy::{ExposeSecret, SecretString};

use super::{Seen, described, int, rds_tags};
use crate::aws::failure::Outcome;
use crate::aws::{Aws, Lane, Service, convert};
use crate::decide::{Keep, Modification};
use crate::model::Tags;

impl Aws {
    /// ModifyDBInstance for one concern, at once and without what someone has parked where that can be. `password` is read only for the concern that needs it.
    pub async fn modify_instance(
        &self,
        identifier: &str,
        change: &Modification,
        password: Option<&SecretString>,
    ) -> Outcome<Seen> {
        let call = self.rds.modify_db_instance().db_instance_identifier(identifier);
        let call = call.apply_immediately(!change.is_always_immediate());
        let call = match change {
            Modification::SuperuserPassword { .. } => {
                call.set_master_user_password(password.map(|password| password.expose_secret().to_owned()))
            }
            Modification::Version { to, major, group } => call
                .engine_version(to)
                .set_allow_major_version_upgrade(major.then_some(true))
                .set_db_parameter_group_name(group.clone()),
            Modification::Storage { gib, iops, limit } => call
                .allocated_storage(int(*gib))
                .set_iops(iops.map(int))
                .set_max_allocated_storage(limit.map(int)),
            Modification::Class(class) => call.db_instance_class(class),
            Modification::MultiAz(multi_az) => call.multi_az(*multi_az),
            Modification::BackupRetention(days) => call.backup_retention_period(int(*days)),
            Modification::DeletionProtection(protected) => call.deletion_protection(*protected),
            Modification::BackupWindow { window, maintenance } => {
                call.preferred_backup_window(window).set_preferred_maintenance_window(maintenance.clone())
            }
            Modification::MaintenanceWindow(window) => call.preferred_maintenance_window(window),
            Modification::ParameterGroup(name) => call.db_parameter_group_name(name),
        };
        let (answer, at) = self.call_at(Service::Rds, Lane::Write, "ModifyDBInstance", call.send()).await?;
        described("ModifyDBInstance", answer.db_instance(), at)
    }

    /// RebootDBInstance.
    pub async fn reboot_instance(&self, identifier: &str) -> Outcome<Seen> {
        let call = self.rds.reboot_db_instance().db_instance_identifier(identifier);
        let (answer, at) = self.call_at(Service::Rds, Lane::Write, "RebootDBInstance", call.send()).await?;
        described("RebootDBInstance", answer.db_instance(), at)
    }

    /// StartDBInstance.
    pub async fn start_instance(&self, identifier: &str) -> Outcome<Seen> {
        let call = self.rds.start_db_instance().db_instance_identifier(identifier);
        let (answer, at) = self.call_at(Service::Rds, Lane::Write, "StartDBInstance", call.send()).await?;
        described("StartDBInstance", answer.db_instance(), at)
    }

    /// DeleteDBInstance. `None` where the answer describes nothing.
    pub async fn delete_instance(&self, identifier: &str, keep: &Keep) -> Outcome<Option<Seen>> {
        let final_snapshot = match keep {
            Keep::Snapshot(name) => Some(name.clone()),
            Keep::Nothing | Keep::Backups => None,
        };
        let call = self
            .rds
            .delete_db_instance()
            .db_instance_identifier(identifier)
            .skip_final_snapshot(final_snapshot.is_none())
            .set_final_db_snapshot_identifier(final_snapshot)
            .delete_automated_backups(*keep != Keep::Backups);
        let (answer, at) = self.call_at(Service::Rds, Lane::Write, "DeleteDBInstance", call.send()).await?;
        Ok(answer.db_instance().and_then(convert::instance).map(|instance| Seen { instance, at }))
    }

    /// DescribeDBSnapshots: the status of a snapshot of one instance's life; `None` where there is none.
    pub async fn snapshot_status(&self, name: &str, resource_id: &str) -> Outcome<Option<String>> {
        let call = self.rds.describe_db_snapshots().db_snapshot_identifier(name);
        match self.call(Service::Rds, Lane::Write, "DescribeDBSnapshots", call.send()).await {
            Ok(answer) => {
                let ours = answer.db_snapshots().iter().find(|snapshot| {
                    snapshot.dbi_resource_id().is_some_and(|id| id.eq_ignore_ascii_case(resource_id))
                });
                Ok(ours.and_then(|snapshot| snapshot.status()).map(str::to_owned))
            }
            Err(failure) if failure.cause == crate::aws::Cause::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// AddTagsToResource: writes these tags over those of the same key.
    pub async fn write_tags(&self, arn: &str, tags: &Tags) -> Outcome<()> {
        let call = self.rds.add_tags_to_resource().resource_name(arn).set_tags(Some(rds_tags(tags)));
        self.call(Service::Rds, Lane::Write, "AddTagsToResource", call.send()).await?;
        Ok(())
    }
}
