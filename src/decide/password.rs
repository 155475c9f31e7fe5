//! The two passwords: superuser first, since it takes the superuser to set the user's.
//!
//! After a crash nothing says whether RDS took a password, so the wanted one is tried before RDS
//! is asked to set it.

use super::evidence::{Evidence, Verdict};
use super::step::{Concern, Modification, Step};
use super::why::Why;
use super::{Target, change, give_up};
use crate::model::record::SecretRef;
use crate::model::{Instance, Which};

/// The next step about passwords; `None` when both are known to work.
pub(super) fn next(target: &Target, seen: &Instance, evidence: &Evidence, now: u64) -> Option<Step> {
    let superuser = target.secrets.get(&Which::Superuser)?;
    let user = target.secrets.get(&Which::User)?;
    let superuser_verdict = verdict(Which::Superuser, superuser, evidence);
    let user_verdict = verdict(Which::User, user, evidence);
    let works = |secret: &SecretRef, verdict| match verdict {
        None => secret.is_applied(&seen.resource_id),
        Some(verdict) => verdict == Verdict::Worked,
    };
    let (superuser_works, user_works) = (works(superuser, superuser_verdict), works(user, user_verdict));
    if superuser_works && user_works {
        return None;
    }
    if let Some(why) = cannot_log_in(seen) {
        return Some(Step::Wait(why));
    }
    if !superuser_works {
        match superuser_verdict {
            None => return Some(Step::TryLogin(Which::Superuser)),
            Some(Verdict::Refused) => return Some(set_superuser(target, superuser, seen, evidence, now)),
            Some(Verdict::Unreachable) => return Some(Step::Wait(Why::Unreachable)),
            Some(Verdict::Worked | Verdict::Lost) => {}
        }
    }
    if !user_works {
        match user_verdict {
            None => return Some(Step::TryLogin(Which::User)),
            Some(Verdict::Refused) if superuser_works => return Some(Step::SetUpUser),
            Some(Verdict::Unreachable) => return Some(Step::Wait(Why::Unreachable)),
            Some(Verdict::Lost) => return Some(Step::Wait(Why::SecretLost(Which::User))),
            Some(Verdict::Worked | Verdict::Refused) => {}
        }
    }
    (!superuser_works).then_some(Step::Wait(Why::SecretLost(Which::Superuser)))
}

/// What the last login with the wanted version showed.
pub(super) fn verdict(which: Which, secret: &SecretRef, evidence: &Evidence) -> Option<Verdict> {
    evidence.logins.get(&which).filter(|login| login.version == secret.wanted).map(|login| login.verdict)
}

fn cannot_log_in(seen: &Instance) -> Option<Why> {
    if seen.status.is_creating() {
        return Some(Why::Creating);
    }
    // Before a reset has ended the old password still works and the new one does not.
    if seen.pending.password || seen.status.as_str() == "resetting-master-credentials" {
        return Some(Why::Applying(Concern::Password));
    }
    if !seen.status.serves_clients(only_storage_pending(seen)) {
        return Some(Why::Busy(seen.status.to_string()));
    }
    seen.endpoint.is_none().then_some(Why::NoEndpoint)
}

fn set_superuser(
    target: &Target,
    secret: &SecretRef,
    seen: &Instance,
    evidence: &Evidence,
    now: u64,
) -> Step {
    if give_up::is_held(target, Concern::Password, now)
        && let Some(reason) = give_up::why(target, now)
    {
        return Step::Wait(Why::GaveUp(reason));
    }
    if let Some(refusal) = evidence.refused.get(&Concern::Password) {
        return Step::Wait(Why::GaveUp(refusal.reason.clone()));
    }
    let change = Modification::SuperuserPassword { arn: secret.arn.clone(), version: secret.wanted.clone() };
    change::progress(&change, seen, evidence, now).unwrap_or_else(Step::Wait)
}

/// Whether the change under way touches nothing but storage, so that clients are served meanwhile.
pub(crate) fn only_storage_pending(seen: &Instance) -> bool {
    let pending = &seen.pending;
    pending.allocated_storage.is_some()
        && pending.class.is_none()
        && pending.engine_version.is_none()
        && pending.multi_az.is_none()
}
