//! Where new instances are put: subnet group, security groups, key.

use super::Finding;
use crate::aws::Aws;
use crate::config::Config;

/// RDS wants subnets in so many zones (RDS user guide, "Working with DB subnet groups").
const LEAST_ZONES: usize = 2;

pub(super) async fn check(aws: &Aws, config: &Config) -> Vec<Finding> {
    vec![subnet_group(aws, config).await, security_groups(config), key(config)]
}

async fn subnet_group(aws: &Aws, config: &Config) -> Finding {
    let what = "DB subnet group";
    let Some(name) = &config.db_subnet_group else {
        let fix = "set BROKER_DB_SUBNET_GROUP: without it databases are put into the account's default VPC";
        return Finding::wrong(what, "none is set", fix);
    };
    match aws.subnet_group(name).await {
        Err(failure) => Finding::failed(what, &failure),
        Ok(None) => {
            let fix = "create it, or correct BROKER_DB_SUBNET_GROUP: names are of one region and account";
            Finding::wrong(what, format!("there is no {name}"), fix)
        }
        Ok(Some(group)) if group.zones.len() < LEAST_ZONES => {
            let zones: Vec<_> = group.zones.iter().map(String::as_str).collect();
            let fix = "add subnets in another availability zone: RDS wants two";
            Finding::wrong(what, format!("{name} has subnets in {} only", zones.join(", ")), fix)
        }
        Ok(Some(group)) => {
            Finding::fine(what, format!("{name} in {}, {} zones", group.vpc, group.zones.len()))
        }
    }
}

/// Their rules are EC2's, which the broker's role may not read: AWS answers for them at the first booking.
fn security_groups(config: &Config) -> Finding {
    let what = "VPC security groups";
    let is_id = |id: &&String| {
        let hexadecimal =
            id.strip_prefix("sg-").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit()));
        hexadecimal && (id.len() == 11 || id.len() == 20)
    };
    if config.security_group_ids.is_empty() {
        let fix = "set BROKER_SECURITY_GROUP_IDS: without it databases get the VPC's default group, which admits only its own members";
        return Finding::wrong(what, "none is set", fix);
    }
    match config.security_group_ids.iter().find(|id| !is_id(id)) {
        Some(id) => {
            let fix = "name the groups of BROKER_SECURITY_GROUP_IDS by their ids, sg-…, not by their names";
            Finding::wrong(what, format!("{id} is no id"), fix)
        }
        None => Finding::fine(
            what,
            format!("{} (their rules are not read)", config.security_group_ids.join(", ")),
        ),
    }
}

fn key(config: &Config) -> Finding {
    let what = "KMS key";
    match &config.kms_key_id {
        None => Finding::fine(what, "AWS's own keys"),
        Some(arn)
            if !arn.starts_with("arn:")
                && !arn.starts_with("alias/")
                && arn.len() != 36
                && !arn.starts_with("mrk-") =>
        {
            let fix = "give BROKER_KMS_KEY_ID the key's ARN: what is set is neither ARN, nor id, nor alias";
            Finding::wrong(what, "it is no key", fix)
        }
        Some(_) => Finding::fine(what, "set (its state and policy are not read)"),
    }
}
