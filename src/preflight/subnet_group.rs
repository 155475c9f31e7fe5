//! The DB subnet group that new instances are put into.

use super::Finding;
use crate::aws::Aws;
use crate::config::Config;

const WHAT: &str = "DB subnet group";
/// RDS wants subnets in so many zones (RDS user guide, "Working with DB subnet groups").
const LEAST_ZONES: usize = 2;

/// What was found, and the VPC it is in.
pub(super) async fn check(aws: &Aws, config: &Config) -> (Finding, Option<String>) {
    let Some(name) = &config.db_subnet_group else {
        let fix = "set BROKER_DB_SUBNET_GROUP: without it databases are put into the account's default VPC";
        return (Finding::wrong(WHAT, "none is set", fix), None);
    };
    let group = match aws.subnet_group(name).await {
        Err(failure) => return (Finding::failed(WHAT, &failure), None),
        Ok(None) => {
            let fix = "create it, or correct BROKER_DB_SUBNET_GROUP: names are of one region and account";
            return (Finding::wrong(WHAT, format!("there is no {name}"), fix), None);
        }
        Ok(Some(group)) => group,
    };
    let finding = if group.zones.len() < LEAST_ZONES {
        let zones: Vec<_> = group.zones.iter().map(String::as_str).collect();
        let fix = "add subnets in another availability zone: RDS wants two";
        Finding::wrong(WHAT, format!("{name} has subnets in {} only", zones.join(", ")), fix)
    } else {
        Finding::fine(WHAT, format!("{name} in {}, {} zones", group.vpc, group.zones.len()))
    };
    (finding, Some(group.vpc))
}
