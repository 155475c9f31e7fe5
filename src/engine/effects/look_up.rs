//! What RDS is asked before something is decided: upgrade paths, and what has happened.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Effect;
use crate::aws::{Event, Outcome};
use crate::decide::{Concern, Evidence, Refusal};
use crate::engine::Engine;
use crate::engine::known::Known;
use crate::engine::refresh::lock;
use crate::model::{Provider, Upgrades};

/// How long what RDS says about upgrades is believed.
const UPGRADES_FOR: Duration = Duration::from_secs(3600);
/// How often RDS may accept a change and make nothing of it without a word.
const MOST_DROPPED: u32 = 3;

/// Words by which a text is known to be about a concern, the plainest first. RDS does not say it otherwise.
const SUBJECTS: [(&str, Concern); 7] = [
    ("upgrade", Concern::Version),
    ("engine version", Concern::Version),
    ("instance class", Concern::Class),
    ("multi-az", Concern::MultiAz),
    ("password", Concern::Password),
    ("backup retention", Concern::Retention),
    ("storage", Concern::Storage),
];

/// The one reason for which an upgrade may go well when it is tried again.
const NO_CAPACITY: &str = "insufficient instance capacity";
/// Categories of events that are never about a change (RDS user guide, "Amazon RDS event categories").
const ELSEWHERE: [&str; 4] = ["backup", "low storage", "recovery", "restoration"];

/// What RDS writes when it gave up on a change that it had accepted and left the instance "available"
/// (from the texts that CloudFormation's RDS handler looks for).
const FAILURES: [&str; 13] = [
    NO_CAPACITY,
    "you can't create the db instance",
    "engine version upgrade failed",
    "could not be upgraded",
    "in a state that cannot be upgraded",
    "unable to modify",
    "storage volume limitation was exceeded",
    "couldn't modify",
    "could not be modified",
    "failed to apply",
    "pre-check",
    "precheck",
    "unable to upgrade",
];

impl Engine {
    /// Which version leads to which, asked at most once an hour.
    pub(in crate::engine) async fn upgrades(&self, provider: Provider) -> Outcome<Arc<Upgrades>> {
        let known = lock(&self.inner.upgrades).get(&provider).cloned();
        if let Some((at, upgrades)) = known
            && at.elapsed() < UPGRADES_FOR
        {
            return Ok(upgrades);
        }
        let upgrades = Arc::new(self.inner.aws.upgrades(provider.traits().rds_engine).await?);
        lock(&self.inner.upgrades).insert(provider, (Instant::now(), Arc::clone(&upgrades)));
        Ok(upgrades)
    }

    /// Why RDS did not make a change that it had accepted: as its events say, or for no reason given.
    pub(super) async fn read_events(
        &self,
        concern: Concern,
        since: u64,
        known: &Known,
        evidence: &mut Evidence,
    ) -> Effect {
        let events = self.inner.aws.events(&known.instance.identifier, since).await?;
        evidence.asked.remove(&concern);
        let is_asked = |other| {
            let Evidence { asked, refused, dropped, .. } = &*evidence;
            asked.contains_key(&other) || refused.contains_key(&other) || dropped.contains_key(&other)
        };
        let failure = failure_of(concern, &events, is_asked);
        if let Some(event) = failure {
            tracing::warn!(event = %event.message, "RDS gave up on {concern}");
            let reason = format!("RDS gave up on changing {concern}: {}", event.message);
            // An upgrade that fails its checks fails them again, and every try is an outage.
            let passing = concern != Concern::Version || event.message.to_lowercase().contains(NO_CAPACITY);
            evidence.refused.insert(concern, Refusal { reason, passing });
            return Ok(());
        }
        let dropped = evidence.dropped.entry(concern).or_default();
        *dropped += 1;
        tracing::warn!(times = *dropped, "RDS accepted a change of {concern}, and nothing came of it");
        if *dropped >= MOST_DROPPED {
            let reason = format!(
                "RDS accepted the change of {concern} several times and did not make it; it is tried again later."
            );
            evidence.refused.insert(concern, Refusal { reason, passing: true });
        }
        Ok(())
    }
}

/// The event that says why a concern was not changed: the last about it, or else the last that is not about another that
/// RDS was asked to change at the same time.
fn failure_of(concern: Concern, events: &[Event], is_asked: impl Fn(Concern) -> bool) -> Option<&Event> {
    let failures = || events.iter().rev().filter(|event| is_failure(event));
    let about_it = failures().find(|event| subject(event) == Some(concern));
    about_it.or_else(|| failures().find(|event| !subject(event).is_some_and(&is_asked)))
}

/// What an event is about, as far as its words tell.
fn subject(event: &Event) -> Option<Concern> {
    let message = event.message.to_lowercase();
    SUBJECTS.iter().find(|(word, _)| message.contains(word)).map(|(_, concern)| *concern)
}

fn is_failure(event: &Event) -> bool {
    let message = event.message.to_lowercase();
    if event.categories.iter().any(|category| ELSEWHERE.contains(&category.as_str())) {
        return false;
    }
    event.categories.iter().any(|category| category == "failure")
        || FAILURES.iter().any(|fragment| message.contains(fragment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_failures_each_concern_has_its_own() {
        let event = |message: &str| Event { message: message.into(), categories: vec!["failure".into()] };
        let upgrade = "The DB engine version upgrade failed.";
        let multi_az = "Unable to convert the DB instance to Multi-AZ: insufficient instance capacity.";
        let told = |concern, messages: &[&str], asked: &[Concern]| {
            let events: Vec<_> = messages.iter().map(|message| event(message)).collect();
            let failure = failure_of(concern, &events, |other| asked.contains(&other));
            failure.map(|event| event.message.clone())
        };
        let both = [Concern::Version, Concern::MultiAz];
        for messages in [[upgrade, multi_az], [multi_az, upgrade]] {
            assert_eq!(told(Concern::Version, &messages, &both[1..]).as_deref(), Some(upgrade));
            assert_eq!(told(Concern::MultiAz, &messages, &both[..1]).as_deref(), Some(multi_az));
        }
        // Why the upgrade failed is not said there, and is asked again.
        assert_eq!(told(Concern::Version, &[multi_az], &both[1..]), None);
        // Made together, and given up together.
        assert_eq!(told(Concern::MultiAz, &[upgrade], &[]).as_deref(), Some(upgrade));
        let unknown = "Unable to modify the DB instance.";
        assert_eq!(told(Concern::Class, &[unknown, multi_az], &both).as_deref(), Some(unknown));
    }

    #[test]
    fn a_failure_is_told_from_what_else_happens() {
        let event = |message: &str, category: &str| Event {
            message: message.into(),
            categories: vec![category.into()],
        };
        for message in [
            "Unable to modify database instance class because of insufficient instance capacity",
            "The DB engine version upgrade failed.",
            "Database instance could not be upgraded: logical replication slots exist",
            "The storage volume limitation was exceeded.",
        ] {
            assert!(is_failure(&event(message, "notification")), "{message}");
        }
        assert!(is_failure(&event("Something else", "failure")));
        assert!(!is_failure(&event("The backup failed: unable to modify the volume", "backup")));
        // RDS-EVENT-0188, of a MySQL upgrade that its checks stopped.
        let stopped = "RDS was unable to upgrade the DB instance: the pre-check found incompatible objects.";
        assert!(is_failure(&event(stopped, "failure")) && is_failure(&event(stopped, "maintenance")));
        for message in [
            "Finished applying modification to DB instance class",
            "DB instance restarted",
            "Backing up DB instance",
        ] {
            assert!(!is_failure(&event(message, "notification")), "{message}");
        }
    }
}
