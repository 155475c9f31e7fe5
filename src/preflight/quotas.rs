//! Quotas of the account that bookings use up.

use super::Finding;
use crate::aws::{Aws, Quota};

/// RDS's name, the unit, and how much has to be left for one more booking at least.
const WATCHED: [(&str, &str, u64); 3] = [
    ("DBInstances", "DB instances", 1),
    ("AllocatedStorage", "GiB of storage", 20),
    ("DBParameterGroups", "DB parameter groups", 1),
];

pub(super) async fn check(aws: &Aws) -> Vec<Finding> {
    match aws.quotas().await {
        Ok(quotas) => WATCHED.iter().filter_map(|watched| judge(watched, &quotas)).collect(),
        Err(failure) => vec![Finding::failed("quotas", &failure)],
    }
}

fn judge(&(name, unit, least): &(&str, &str, u64), quotas: &[Quota]) -> Option<Finding> {
    let quota = quotas.iter().find(|quota| quota.name == name)?;
    let (what, left) = (format!("quota of {unit}"), quota.most.saturating_sub(quota.used));
    let seen = format!("{left} of {} left", quota.most);
    Some(if left >= least {
        Finding::fine(what, seen)
    } else {
        Finding::wrong(
            what,
            seen,
            format!("ask for more {unit} in the Service Quotas of RDS, for this region"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_used_up_when_nothing_more_fits() {
        let quota = |used| [Quota { name: "AllocatedStorage".into(), used, most: 100 }];
        assert_eq!(judge(&WATCHED[1], &quota(80)).unwrap().fix, None);
        assert!(judge(&WATCHED[1], &quota(81)).unwrap().fix.is_some());
        assert_eq!(judge(&WATCHED[0], &quota(0)), None);
    }
}
