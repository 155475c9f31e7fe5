//! The VPC security groups that new instances get: whether they exist, where, and whether they let anyone in.

use std::collections::BTreeSet;

use super::Finding;
use crate::aws::{Aws, SecurityGroup};
use crate::config::Config;
use crate::model::Catalog;

const WHAT: &str = "VPC security groups";

/// `vpc` is that of the DB subnet group.
pub(super) async fn check(aws: &Aws, config: &Config, catalog: &Catalog, vpc: Option<&str>) -> Finding {
    let ids = &config.security_group_ids;
    if ids.is_empty() {
        let fix = "set BROKER_SECURITY_GROUP_IDS: without it databases get the VPC's default group, which admits only its own members";
        return Finding::wrong(WHAT, "none is set", fix);
    }
    if let Some(id) = ids.iter().find(|id| !is_id(id)) {
        let fix = "name the groups of BROKER_SECURITY_GROUP_IDS by their ids, sg-…, not by their names";
        return Finding::wrong(WHAT, format!("{id} is no id"), fix);
    }
    let mut groups = Vec::new();
    for id in ids {
        match aws.security_group(id).await {
            Ok(Some(group)) => groups.push(group),
            Ok(None) => {
                let fix =
                    "create it, or correct BROKER_SECURITY_GROUP_IDS: ids are of one region and account";
                return Finding::wrong(WHAT, format!("there is no {id}"), fix);
            }
            Err(failure) => return Finding::failed(WHAT, &failure),
        }
    }
    judge(ids, &groups, &ports(catalog), vpc)
}

fn judge(ids: &[String], groups: &[SecurityGroup], ports: &BTreeSet<u16>, vpc: Option<&str>) -> Finding {
    let elsewhere = ids.iter().zip(groups).find(|(_, group)| vpc.is_some_and(|vpc| vpc != group.vpc));
    if let (Some((id, group)), Some(vpc)) = (elsewhere, vpc) {
        let fix =
            format!("take groups of {vpc} into BROKER_SECURITY_GROUP_IDS: the DB subnet group is there");
        return Finding::wrong(WHAT, format!("{id} is in {}", group.vpc), fix);
    }
    let closed: Vec<_> = ports
        .iter()
        .filter(|port| !groups.iter().any(|group| group.admits(**port)))
        .map(ToString::to_string)
        .collect();
    if closed.is_empty() {
        return Finding::fine(WHAT, ids.join(", "));
    }
    let closed = closed.join(" and ");
    let fix = format!(
        "add rules for TCP {closed} to a group of BROKER_SECURITY_GROUP_IDS: from the broker, which makes users there, and from the applications"
    );
    Finding::wrong(WHAT, format!("nobody is admitted at TCP {closed}"), fix)
}

/// Where the servers listen that can be booked.
fn ports(catalog: &Catalog) -> BTreeSet<u16> {
    catalog.providers().map(|provider| provider.traits().port).collect()
}

/// `sg-` and 8 or 17 hexadecimal digits.
fn is_id(id: &str) -> bool {
    let hexadecimal = id.strip_prefix("sg-").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit()));
    hexadecimal && (id.len() == 11 || id.len() == 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(vpc: &str, admits: &[(u16, u16)]) -> SecurityGroup {
        SecurityGroup { vpc: vpc.to_owned(), admits: admits.to_vec() }
    }

    #[test]
    fn groups_together_must_admit_at_every_port_and_be_where_the_databases_are() {
        let (ids, ports) = (["sg-1".to_owned(), "sg-2".to_owned()], BTreeSet::from([3306, 5432]));
        let seen = |groups: &[SecurityGroup]| judge(&ids, groups, &ports, Some("vpc-1"));
        let good = [group("vpc-1", &[(5432, 5432)]), group("vpc-1", &[(3000, 4000)])];
        assert_eq!(seen(&good).fix, None);
        let closed = seen(&[group("vpc-1", &[(5432, 5432)]), group("vpc-1", &[])]);
        assert_eq!(closed.seen, "nobody is admitted at TCP 3306");
        let elsewhere = seen(&[group("vpc-1", &[(0, u16::MAX)]), group("vpc-2", &[])]);
        assert_eq!(elsewhere.seen, "sg-2 is in vpc-2");
    }
}
