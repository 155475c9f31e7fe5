//! The calls to RDS: making and describing instances; the rest in a file per subject.

mod account;
mod change;
mod engine;
mod group;

use aws_sdk_rds::types::{Filter, Tag};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::failure::{Failure, Outcome};
use super::{Aws, Lane, Service, convert};
use crate::model::{Instance, Tags};
pub use account::{Quota, SubnetGroup};
pub use engine::Event;
pub use group::ListedGroup;

/// The most identifiers one filtered describe asks for: what fits on one page of its answer.
pub(crate) const LARGEST_BATCH: usize = 100;
/// RDS's largest page.
const PAGE: i32 = 100;

/// Everything CreateDBInstance is told. What RDS would choose by itself is always sent.
#[derive(Debug)]
pub struct NewDbInstance<'a> {
    /// DB instance identifier.
    pub identifier: &'a str,
    /// RDS's name of the engine.
    pub engine: &'a str,
    /// Full version.
    pub version: &'a str,
    /// Instance class.
    pub class: &'a str,
    /// GiB of gp3.
    pub storage_gib: u32,
    /// The master user.
    pub master_user: &'a str,
    /// Its password.
    pub master_password: &'a SecretString,
    /// The initial database.
    pub database: &'a str,
    /// Whether it gets a standby in another zone.
    pub multi_az: bool,
    /// Days that automated backups are kept.
    pub backup_retention: u32,
    /// Whether DeleteDBInstance is refused.
    pub deletion_protection: bool,
    /// When RDS takes backups; its own choice where `None`.
    pub backup_window: Option<&'a str>,
    /// When RDS maintains it; its own choice where `None`.
    pub maintenance_window: Option<&'a str>,
    /// Whether storage is encrypted.
    pub encrypted: bool,
    /// Key to encrypt with; AWS's own where `None`.
    pub kms_key_id: Option<&'a str>,
    /// Whether RDS may apply minor upgrades by itself.
    pub auto_minor_version_upgrade: bool,
    /// Whether snapshots get the instance's tags.
    pub copy_tags_to_snapshot: bool,
    /// Whether it is enrolled in RDS Extended Support, which is paid; `None` where the engine has none.
    pub extended_support: Option<bool>,
    /// Certificate authority of the server's certificate; RDS's default where `None`.
    pub ca_certificate: Option<&'a str>,
    /// DB subnet group; the default VPC where `None`.
    pub subnet_group: Option<&'a str>,
    /// VPC security groups; the VPC's default where empty.
    pub security_groups: &'a [String],
    /// Enhanced Monitoring: seconds between two measurements, and the role that sends them; off where `None`.
    pub monitoring: Option<(u32, &'a str)>,
    /// The record.
    pub tags: &'a Tags,
}

/// An instance as a call that changed it has described it.
#[derive(Debug)]
pub struct Seen {
    /// The whole instance.
    pub instance: Instance,
    /// When the call was sent.
    pub at: Instant,
}

/// A page of all instances.
#[derive(Debug)]
pub struct Page {
    /// Those on it.
    pub instances: Vec<Instance>,
    /// The marker of the next page, if there is one.
    pub next: Option<String>,
    /// When it was asked for.
    pub at: Instant,
}

impl Aws {
    /// CreateDBInstance. There is no client token: after [`super::Left::Maybe`] observe before trying again.
    pub async fn create_instance(&self, new: NewDbInstance<'_>) -> Outcome<Seen> {
        let security_groups = (!new.security_groups.is_empty()).then(|| new.security_groups.to_vec());
        let (answer, at) = self
            .call_at(
                Service::Rds,
                Lane::Write,
                "CreateDBInstance",
                self.rds
                    .create_db_instance()
                    .db_instance_identifier(new.identifier)
                    .engine(new.engine)
                    .engine_version(new.version)
                    .db_instance_class(new.class)
                    .storage_type("gp3")
                    .allocated_storage(int(new.storage_gib))
                    .master_username(new.master_user)
                    .master_user_password(new.master_password.expose_secret())
                    .db_name(new.database)
                    .multi_az(new.multi_az)
                    .backup_retention_period(int(new.backup_retention))
                    .deletion_protection(new.deletion_protection)
                    .set_preferred_backup_window(new.backup_window.map(str::to_owned))
                    .set_preferred_maintenance_window(new.maintenance_window.map(str::to_owned))
                    .storage_encrypted(new.encrypted)
                    .set_kms_key_id(new.kms_key_id.filter(|_| new.encrypted).map(str::to_owned))
                    .auto_minor_version_upgrade(new.auto_minor_version_upgrade)
                    .copy_tags_to_snapshot(new.copy_tags_to_snapshot)
                    .set_engine_lifecycle_support(new.extended_support.map(|paid| lifecycle(paid).to_owned()))
                    .set_ca_certificate_identifier(new.ca_certificate.map(str::to_owned))
                    .set_db_subnet_group_name(new.subnet_group.map(str::to_owned))
                    .set_vpc_security_group_ids(security_groups)
                    .publicly_accessible(false)
                    .set_monitoring_interval(new.monitoring.map(|(seconds, _)| int(seconds)))
                    .set_monitoring_role_arn(new.monitoring.map(|(_, role)| role.to_owned()))
                    .set_tags(Some(rds_tags(new.tags)))
                    .send(),
            )
            .await?;
        described("CreateDBInstance", answer.db_instance(), at)
    }

    /// DescribeDBInstances of at most 100 identifiers: unknown ones are simply missing from the answer. With the moment
    /// when it was asked.
    pub async fn describe_instances(
        &self,
        lane: Lane,
        identifiers: &[String],
    ) -> Outcome<(Vec<Instance>, Instant)> {
        let filter = Filter::builder().name("db-instance-id").set_values(Some(identifiers.to_vec())).build();
        let (answer, at) = self
            .call_at(
                Service::Rds,
                lane,
                "DescribeDBInstances",
                self.rds.describe_db_instances().filters(filter).max_records(PAGE).send(),
            )
            .await?;
        // Should RDS ever cut a filtered answer short, "not on this page" must not read as "gone".
        if answer.marker().is_some() {
            return Err(Failure::incomplete("DescribeDBInstances", "end although it was filtered"));
        }
        Ok((answer.db_instances().iter().filter_map(convert::instance).collect(), at))
    }

    /// One page of DescribeDBInstances over the whole account.
    pub async fn describe_page(&self, marker: Option<String>) -> Outcome<Page> {
        let (answer, at) = self
            .call_at(
                Service::Rds,
                Lane::Read,
                "DescribeDBInstances",
                self.rds.describe_db_instances().max_records(PAGE).set_marker(marker).send(),
            )
            .await?;
        let next = answer.marker().filter(|marker| !marker.is_empty()).map(str::to_owned);
        Ok(Page { instances: answer.db_instances().iter().filter_map(convert::instance).collect(), next, at })
    }
}

/// RDS API reference, CreateDBInstance, `EngineLifecycleSupport`. Left out it means the paid one.
fn lifecycle(paid: bool) -> &'static str {
    if paid { "open-source-rds-extended-support" } else { "open-source-rds-extended-support-disabled" }
}

fn described(
    operation: &'static str,
    answer: Option<&aws_sdk_rds::types::DbInstance>,
    at: Instant,
) -> Outcome<Seen> {
    let instance = answer.and_then(convert::instance);
    let instance = instance.ok_or_else(|| Failure::incomplete(operation, "DB instance"))?;
    Ok(Seen { instance, at })
}

fn rds_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn int(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
