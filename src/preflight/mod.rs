//! Whether a deployment has everything it needs, asked of AWS with the broker's own role and without changing anything.

mod catalogue;
mod encryption;
mod key;
mod monitoring;
mod permissions;
mod quotas;
mod remedy;
mod security_groups;
mod subnet_group;

use crate::aws::{Aws, Cause, Failure};
use crate::config::Config;
use crate::error::chain;
use crate::model::Catalog;

/// What a check has found about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// What is there.
    pub seen: String,
    /// What to do about it; `None` where it is as it should be.
    pub fix: Option<String>,
    /// Whether it could be looked at. Where not, `fix` says how to look otherwise.
    pub known: bool,
}

impl Finding {
    fn fine(what: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { what: what.into(), seen: seen.into(), fix: None, known: true }
    }

    fn wrong(what: impl Into<String>, seen: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), seen: seen.into(), fix: Some(fix.into()), known: true }
    }

    /// What cannot be looked at from here: neither right nor wrong.
    fn unknown(what: impl Into<String>, seen: impl Into<String>, look: impl Into<String>) -> Self {
        Self { known: false, ..Self::wrong(what, seen, look) }
    }

    /// Whether something is known to be wrong.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.known && self.fix.is_some()
    }

    /// A call that failed: what its failure says about the deployment.
    fn failed(what: impl Into<String>, failure: &Failure) -> Self {
        Self::wrong(what, chain(failure), remedy::of(failure))
    }
}

/// Looks at everything. Where AWS cannot be reached at all, only that is said.
pub async fn check(aws: &Aws, config: &Config, catalog: &Catalog) -> Vec<Finding> {
    let Some(region) = aws.region() else {
        let fix = "set AWS_REGION to the region of the databases";
        return vec![Finding::wrong("region", "nothing says which", fix)];
    };
    let mut findings = vec![Finding::fine("region", region)];
    match aws.describe_page(None).await {
        Ok(_) => {
            findings.push(Finding::fine("credentials", "AWS knows them, and lets them observe instances"))
        }
        Err(failure) => {
            let unknown = failure.cause == Cause::Denied || failure.lacks_credentials();
            let what = if unknown { "credentials" } else { "AWS" };
            findings.push(Finding::failed(what, &failure));
            let known = failure.is_code("AccessDenied");
            if !known {
                return findings;
            }
        }
    }
    findings.extend(permissions::check(aws, config).await);
    let (subnet_group, vpc) = subnet_group::check(aws, config).await;
    findings.push(subnet_group);
    findings.push(security_groups::check(aws, config, catalog, vpc.as_deref()).await);
    findings.push(key::check(aws, config).await);
    findings.extend(encryption::check(catalog));
    findings.extend(monitoring::check(aws, config).await);
    findings.extend(quotas::check(aws).await);
    findings.extend(catalogue::check(aws, catalog).await);
    findings
}
