//! The role under which RDS writes what Enhanced Monitoring measures.

use super::Finding;
use crate::aws::{Aws, Cause, Role};
use crate::config::Config;
use crate::error::chain;

const WHAT: &str = "monitoring role";
/// Who writes the measurements (RDS user guide, "Setting up and enabling Enhanced Monitoring").
const WRITER: &str = "monitoring.rds.amazonaws.com";

pub(super) async fn check(aws: &Aws, config: &Config) -> Option<Finding> {
    let arn = config.monitoring_role_arn.as_deref()?;
    Some(match aws.role(arn).await {
        Ok(Some(role)) => judge(arn, &role),
        Ok(None) => {
            let fix =
                "make the role, or correct BROKER_MONITORING_ROLE_ARN: RDS refuses every booking without it";
            Finding::wrong(WHAT, format!("there is no {arn}"), fix)
        }
        // IAM is asked by this check alone, and often no way leads there from where databases are.
        Err(failure) if matches!(failure.cause, Cause::Unavailable | Cause::Throttled) => {
            let look =
                format!("look yourself whether {arn} is there and trusts {WRITER}: IAM did not tell it here");
            Finding::unknown(WHAT, chain(&failure), look)
        }
        Err(failure) => Finding::failed(WHAT, &failure),
    })
}

fn judge(arn: &str, role: &Role) -> Finding {
    if role.arn != arn {
        let fix = format!("correct BROKER_MONITORING_ROLE_ARN: {}", role.arn);
        return Finding::wrong(WHAT, "there is a role of that name, but in another account or path", fix);
    }
    if !role.trusts.iter().any(|service| service == WRITER) {
        let fix =
            format!("let {WRITER} assume it, in its trust policy: RDS refuses every booking until then");
        return Finding::wrong(WHAT, format!("it does not trust {WRITER}"), fix);
    }
    Finding::fine(WHAT, arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_the_one_that_is_set_and_trusts_rds() {
        let arn = "arn:aws:iam::123456789012:role/monitoring";
        let seen = |at: &str, trusts: &str| {
            judge(arn, &Role { arn: at.to_owned(), trusts: vec![trusts.to_owned()] })
        };
        assert_eq!(seen(arn, WRITER).fix, None);
        assert!(seen(arn, "rds.amazonaws.com").fix.unwrap().contains("trust policy"));
        let elsewhere = "arn:aws:iam::123456789012:role/rds/monitoring";
        assert!(seen(elsewhere, WRITER).fix.unwrap().ends_with(elsewhere));
    }
}
