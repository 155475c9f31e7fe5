//! What the account offers and has left, for whoever checks a deployment.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::failure::Outcome;
use crate::aws::{Aws, Lane, Service};

/// RDS's largest page.
const PAGE: i32 = 100;
/// Its largest of DescribeOrderableDBInstanceOptions (RDS API reference).
const LARGE_PAGE: i32 = 1000;

/// A DB subnet group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetGroup {
    /// The VPC it is in.
    pub vpc: String,
    /// The zones of its subnets.
    pub zones: BTreeSet<String>,
}

/// A quota of the account in this region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// As RDS names it, `DBInstances`.
    pub name: String,
    /// How much is used. Storage is in GiB.
    pub used: u64,
    /// How much there may be.
    pub most: u64,
}

impl Aws {
    /// The region that calls go to; `None` where nothing says which.
    #[must_use]
    pub fn region(&self) -> Option<String> {
        self.rds.config().region().map(ToString::to_string).filter(|region| !region.is_empty())
    }

    /// DescribeDBSubnetGroups of one; `None` where there is none of this name.
    pub async fn subnet_group(&self, name: &str) -> Outcome<Option<SubnetGroup>> {
        let call = self.rds.describe_db_subnet_groups().db_subnet_group_name(name);
        match self.call(Service::Rds, Lane::Write, "DescribeDBSubnetGroups", call.send()).await {
            Ok(answer) => Ok(answer.db_subnet_groups().first().map(|group| SubnetGroup {
                vpc: group.vpc_id().unwrap_or_default().to_owned(),
                zones: group
                    .subnets()
                    .iter()
                    .filter_map(|subnet| Some(subnet.subnet_availability_zone()?.name()?.to_owned()))
                    .collect(),
            })),
            Err(failure) if failure.is_code("DBSubnetGroupNotFound") => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// DescribeAccountAttributes: all quotas.
    pub async fn quotas(&self) -> Outcome<Vec<Quota>> {
        let call = self.rds.describe_account_attributes();
        let answer = self.call(Service::Rds, Lane::Write, "DescribeAccountAttributes", call.send()).await?;
        let number = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).unwrap_or(0);
        let quota = |quota: &aws_sdk_rds::types::AccountQuota| Quota {
            name: quota.account_quota_name().unwrap_or_default().to_owned(),
            used: number(quota.used()),
            most: number(quota.max()),
        };
        Ok(answer.account_quotas().iter().map(quota).collect())
    }

    /// DescribeDBEngineVersions: every version of an engine, and whether it is on its way out.
    pub async fn offered_versions(&self, engine: &str) -> Outcome<BTreeMap<String, bool>> {
        let mut all = BTreeMap::new();
        let mut marker: Option<String> = None;
        loop {
            let call =
                self.rds.describe_db_engine_versions().engine(engine).max_records(PAGE).set_marker(marker);
            let answer =
                self.call(Service::Rds, Lane::Write, "DescribeDBEngineVersions", call.send()).await?;
            all.extend(answer.db_engine_versions().iter().filter_map(|version| {
                Some((version.engine_version()?.to_owned(), version.status() == Some("deprecated")))
            }));
            marker = answer.marker().filter(|marker| !marker.is_empty()).map(str::to_owned);
            if marker.is_none() {
                return Ok(all);
            }
        }
    }

    /// DescribeOrderableDBInstanceOptions: the classes that a version of an engine can be had with, on gp3, in a VPC.
    pub async fn orderable_classes(&self, engine: &str, version: &str) -> Outcome<BTreeSet<String>> {
        const OPERATION: &str = "DescribeOrderableDBInstanceOptions";
        let mut all = BTreeSet::new();
        let mut marker: Option<String> = None;
        loop {
            let call = self
                .rds
                .describe_orderable_db_instance_options()
                .engine(engine)
                .engine_version(version)
                .vpc(true)
                .max_records(LARGE_PAGE)
                .set_marker(marker);
            let answer = self.call(Service::Rds, Lane::Write, OPERATION, call.send()).await?;
            let gp3 = |option: &&aws_sdk_rds::types::OrderableDbInstanceOption| {
                option.storage_type() == Some("gp3")
            };
            let options = answer.orderable_db_instance_options().iter().filter(gp3);
            all.extend(options.filter_map(|option| option.db_instance_class().map(str::to_owned)));
            marker = answer.marker().filter(|marker| !marker.is_empty()).map(str::to_owned);
            if marker.is_none() {
                return Ok(all);
            }
        }
    }
}
