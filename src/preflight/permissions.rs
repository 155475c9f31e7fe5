//! What the role may do, as far as it can be tried without changing anything.
//!
//! Mutations are not tried: a policy that goes by tags refuses what does not exist, allowed or not.

use super::Finding;
use crate::aws::{Aws, Cause, Lane, Outcome};
use crate::config::{self, Config};

/// A service that does not exist: its names are this broker's, and nothing has them.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

pub(super) async fn check(aws: &Aws, config: &Config) -> Vec<Finding> {
    let broker = &config.broker;
    let instance = format!("{broker}-{NOBODY}");
    let group = format!("{instance}-00000000-preflight");
    let mut findings = vec![
        tried("rds:DescribeDBParameterGroups", aws.list_groups(None).await.map(drop)),
        tried("rds:DescribeDBParameters", aws.group_parameters(Lane::Read, &group).await.map(drop)),
        tried(
            "rds:DescribeDBSnapshots",
            aws.snapshot_status(&format!("{instance}-final-none"), "db-NONE").await.map(drop),
        ),
        tried("rds:DescribeEvents", aws.events(&instance, now()).await.map(drop)),
        tried("secretsmanager:ListSecrets", aws.list_secrets(&format!("{broker}/"), None).await.map(drop)),
        tried(
            "secretsmanager:DescribeSecret",
            aws.has_secret(&format!("{broker}/{NOBODY}/preflight")).await.map(drop),
        ),
    ];
    findings.push(group_tags(aws, &group).await);
    findings.extend(tokens(aws, config).await);
    findings
}

/// Where groups are, the ARN of one that is there tells; what is asked for is there nowhere.
async fn group_tags(aws: &Aws, group: &str) -> Finding {
    let action = "rds:ListTagsForResource";
    let listed = aws.list_groups(None).await;
    let place = listed.as_ref().ok().and_then(|(groups, _)| groups.first()?.arn.rsplit_once(':'));
    let Some((place, _)) = place else {
        let seen = "not tried: no DB parameter group was told of, by whose ARN it is";
        let look = "look yourself whether ReadOwnParameterGroups of policies/broker-read.json is attached to the broker's role, or check again after the first booking: it brings a parameter group";
        return Finding::unknown(format!("permission {action}"), seen, look);
    };
    tried(action, aws.group_tags(Lane::Read, &format!("{place}:{group}")).await.map(drop))
}

/// Tokens of a secret are read as the running broker reads them.
async fn tokens(aws: &Aws, config: &Config) -> Option<Finding> {
    let name = config.tokens_secret.as_ref()?;
    let what = "tokens in Secrets Manager";
    let fix = "put the tokens into the secret that BROKER_TOKENS_SECRET names, separated by commas or lines, and let the role read it";
    Some(match aws.current_secret(name).await {
        Err(failure) if failure.cause == Cause::NotFound => {
            Finding::wrong(what, "there is no such secret", fix)
        }
        Err(failure) => Finding::failed(what, &failure),
        Ok(text) => match config::tokens::parse(secrecy::ExposeSecret::expose_secret(&text)) {
            Ok(tokens) => Finding::fine(what, format!("{} can be used", tokens.len())),
            Err(problem) => Finding::wrong(what, format!("the secret {problem}"), fix),
        },
    })
}

fn tried(action: &str, outcome: Outcome<()>) -> Finding {
    let what = format!("permission {action}");
    match outcome {
        Ok(()) => Finding::fine(what, "allowed"),
        // There is no such thing, which only who may ask is told.
        Err(failure) if matches!(failure.cause, Cause::NotFound | Cause::Rejected | Cause::Misconfigured) => {
            Finding::fine(what, "allowed")
        }
        Err(failure) => Finding::failed(what, &failure),
    }
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
