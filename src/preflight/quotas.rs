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
        Ok(quotas) => WATCHED.iter().map(|watched| judge(watched, &quotas)).collect(),
        Err(failure) => vec![Finding::failed("quotas", &failure)],
    }
}

fn judge(&(name, unit, least): &(&str, &str, u64), quotas: &[Quota]) -> Finding {
    let what = format!("quota of {unit}");
    let Some(quota) = quotas.iter().find(|quota| quota.name == name) else {
        let fix = "look it up in the Service Quotas of RDS, for this region";
        return Finding::wrong(what, format!("RDS does not tell its quota {name}"), fix);
    };
    let left = quota.most.saturating_sub(quota.used);
    let seen = format!("{left} of {} left", quota.most);
    if left >= least {
        Finding::fine(what, seen)
    } else {
        Finding::wrong(
            what,
            seen,
            format!("ask for more {unit} in the Service Quotas of RDS, for this region"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_used_up_when_nothing_more_fits() {
        let quota = |used| [Quota { name: "AllocatedStorage".into(), used, most: 100 }];
        assert_eq!(judge(&WATCHED[1], &quota(80)).fix, None);
        assert!(judge(&WATCHED[1], &quota(81)).fix.is_some());
        assert!(judge(&WATCHED[0], &quota(0)).fix.is_some(), "what is not told is not fine");
    }
}
