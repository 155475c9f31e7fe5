//! What holds for every wish and every observation, checked against a small model of RDS.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::record::SecretRef;
use crate::model::{Endpoint, Pending, Status, Which};

/// More steps than any wish can take in the model.
const MOST_STEPS: usize = 60;
const CLASSES: [&str; 3] = ["db.t4g.micro", "db.t4g.small", "db.m6g.large"];
const VERSIONS: [&str; 3] = ["16.13", "16.14", "17.10"];
const STATUSES: [&str; 14] = [
    "available",
    "storage-optimization",
    "creating",
    "backing-up",
    "modifying",
    "storage-full",
    "stopped",
    "failed",
    "incompatible-network",
    "deleting",
    "resetting-master-credentials",
    "upgrading",
    "rebooting",
    "something-new",
];

/// An instance, the passwords its server takes, and what RDS is still to apply.
#[derive(Clone, Debug)]
struct Rds {
    instance: Instance,
    superuser_password: String,
    user_password: Option<String>,
    secrets: usize,
    next_password: Option<String>,
    gone: bool,
}

impl Rds {
    fn observed(&self) -> Observed {
        if self.gone { Observed::Absent } else { Observed::Present(Box::new(self.instance.clone())) }
    }

    /// RDS finishes whatever it is at.
    fn settle(&mut self) {
        let instance = &mut self.instance;
        match instance.status.as_str() {
            "deleting" => self.gone = true,
            "stopped" | "failed" | "incompatible-network" | "storage-full" => {}
            _ => instance.status = Status::new("available"),
        }
        let pending = std::mem::take(&mut instance.pending);
        instance.class = pending.class.unwrap_or_else(|| instance.class.clone());
        instance.engine_version = pending.engine_version.unwrap_or_else(|| instance.engine_version.clone());
        if let Some(gib) = pending.allocated_storage {
            instance.allocated_storage = gib;
            instance.status = Status::new("available");
        }
        if let Some(password) = self.next_password.take() {
            self.superuser_password = password;
        }
        instance.applying = false;
    }

    /// Carries out a step as RDS and the database would, and checks what must never be asked.
    fn take(&mut self, step: &Step, target: Option<&Target>, evidence: &mut Evidence) {
        let ready = self.instance.status.meaning() == Meaning::Ready;
        match step {
            Step::TryLogin(which) => {
                let wanted = target.unwrap().secrets[which].wanted.clone();
                let works = match which {
                    Which::Superuser => self.superuser_password == wanted,
                    Which::User => self.user_password.as_ref() == Some(&wanted),
                };
                let verdict = if works { Verdict::Worked } else { Verdict::Refused };
                evidence.logins.insert(*which, Login { version: wanted, verdict });
            }
            Step::SetUpUser => {
                let secrets = &target.unwrap().secrets;
                assert_eq!(
                    self.superuser_password,
                    secrets[&Which::Superuser].wanted,
                    "SQL with a wrong password"
                );
                self.user_password = Some(secrets[&Which::User].wanted.clone());
                evidence.logins.remove(&Which::User);
            }
            Step::Modify(change) => self.modify(change, ready, evidence),
            Step::Record(tags) => self.instance.tags.extend(tags.clone()),
            Step::Delete { .. } => {
                assert!(!self.instance.deletion_protection, "RDS refuses to delete it");
                assert_ne!(self.instance.status.as_str(), "deleting", "deleted twice");
                self.instance.status = Status::new("deleting");
            }
            Step::DeleteSecrets(arns) => {
                self.secrets -= arns.len();
                evidence.secrets_deleted = true;
            }
            Step::Wait(_) | Step::Done => unreachable!("these are not taken"),
        }
    }

    fn modify(&mut self, change: &Modification, ready: bool, evidence: &mut Evidence) {
        let instance = &mut self.instance;
        match change {
            Modification::DeletionProtection(protected) => {
                instance.deletion_protection = *protected;
                return;
            }
            Modification::Storage { gib, .. } => {
                assert!(instance.status.accepts_storage(), "storage while it is optimised");
                assert!(*gib > instance.allocated_storage, "storage never shrinks");
                assert!(gib * 10 >= instance.allocated_storage * 11, "RDS refuses less than a tenth");
                instance.pending.allocated_storage = Some(*gib);
                return;
            }
            _ => assert!(ready, "{change:?} in {}", instance.status),
        }
        match change {
            Modification::SuperuserPassword { version, .. } => {
                instance.pending.password = true;
                self.next_password = Some(version.clone());
                evidence.logins.remove(&Which::Superuser);
            }
            Modification::Class(class) => {
                assert_ne!(*class, instance.class, "only what differs is sent");
                instance.pending.class = Some(class.clone());
            }
            Modification::Version { to, major } => {
                assert!(compare(to, &instance.engine_version).is_gt(), "a version never goes down");
                assert_eq!(*major, to.split('.').next() != instance.engine_version.split('.').next());
                instance.pending.engine_version = Some(to.clone());
            }
            Modification::MultiAz(multi_az) => instance.multi_az = *multi_az,
            Modification::BackupRetention(days) => instance.backup_retention = *days,
            Modification::Storage { .. } | Modification::DeletionProtection(_) => {}
        }
    }
}

use crate::model::version::compare;

fn a_target() -> impl Strategy<Value = Target> {
    let sizes = (0..CLASSES.len(), 20_u32..600, 0..VERSIONS.len());
    (sizes, any::<[bool; 4]>(), 0_u32..10, "[abc]", "[abc]").prop_map(
        |((class, storage_gib, version), flags, backup_retention, superuser, user)| {
            let secret = |wanted: String, applied: bool| SecretRef {
                arn: format!("arn:{wanted}"),
                applied: applied.then(|| applied_value(&wanted, "db-1")),
                wanted,
            };
            Target {
                wish: "w1".into(),
                done: false,
                class: CLASSES[class].into(),
                storage_gib,
                version: VERSIONS[version].into(),
                multi_az: flags[0],
                backup_retention,
                deletion_protection: flags[1],
                secrets: BTreeMap::from([
                    (Which::Superuser, secret(superuser, false)),
                    (Which::User, secret(user, false)),
                ]),
                gave_up: None,
            }
        },
    )
}

fn an_rds() -> impl Strategy<Value = Rds> {
    let sizes = (0..STATUSES.len(), 0..CLASSES.len(), 20_u32..600, 0..VERSIONS.len());
    (sizes, any::<[bool; 5]>(), 0_u32..10, "[abc]", proptest::option::of("[abc]")).prop_map(
        |((status, class, allocated_storage, version), flags, backup_retention, superuser, user)| Rds {
            instance: Instance {
                identifier: "codesphere-x".into(),
                arn: "arn".into(),
                resource_id: "db-1".into(),
                status: Status::new(STATUSES[status]),
                engine: "postgres".into(),
                engine_version: VERSIONS[version].into(),
                class: CLASSES[class].into(),
                allocated_storage,
                multi_az: flags[0],
                backup_retention,
                deletion_protection: flags[1],
                endpoint: flags[2].then(|| Endpoint { host: "localhost".into(), port: 1 }),
                pending: Pending {
                    class: flags[3].then(|| CLASSES[0].to_owned()),
                    password: false,
                    ..Pending::default()
                },
                applying: flags[4],
                tags: Tags::new(),
            },
            superuser_password: superuser,
            user_password: user,
            secrets: 2,
            next_password: None,
            gone: false,
        },
    )
}

/// The wish as the tags say it now.
fn reread(target: &Target, rds: &Rds) -> Target {
    let mut target = target.clone();
    target.done = rds.instance.tags.get(tag::DONE) == Some(&target.wish);
    for (&which, secret) in &mut target.secrets {
        secret.applied =
            rds.instance.tags.get(&tag::applied(which)).cloned().or_else(|| secret.applied.clone());
    }
    target
}

/// Takes steps until nothing is left or nothing can be done; how it ended.
fn run_to_the_end(desired: &Desired, rds: &mut Rds) -> Step {
    let mut evidence = Evidence::default();
    for _ in 0..MOST_STEPS {
        let desired = match desired {
            Desired::Running(target) => Desired::Running(Box::new(reread(target, rds))),
            other => other.clone(),
        };
        let target = match &desired {
            Desired::Running(target) => Some(target.as_ref().clone()),
            _ => None,
        };
        match decide(&desired, &rds.observed(), &evidence, 0) {
            Step::Done => return Step::Done,
            Step::Wait(why) if why.is_idle() => return Step::Wait(why),
            Step::Wait(_) => {
                rds.settle();
                rds.instance.endpoint = Some(Endpoint { host: "localhost".into(), port: 1 });
            }
            step => rds.take(&step, target.as_ref(), &mut evidence),
        }
    }
    panic!("not settled after {MOST_STEPS} steps: {rds:?}");
}

proptest! {
    #[test]
    fn every_wish_is_reached_in_a_bounded_number_of_steps_and_then_nothing_is_done(
        target in a_target(), mut rds in an_rds()
    ) {
        prop_assume!(rds.instance.status.as_str() != "deleting");
        let desired = Desired::Running(Box::new(target.clone()));
        match run_to_the_end(&desired, &mut rds) {
            Step::Done => {
                let seen = &rds.instance;
                prop_assert_eq!(&seen.class, &target.class);
                prop_assert!(seen.allocated_storage >= target.storage_gib);
                prop_assert!(compare(&seen.engine_version, &target.version).is_ge());
                prop_assert_eq!(seen.backup_retention, target.backup_retention);
                prop_assert_eq!(rds.user_password.as_ref(), Some(&target.secrets[&Which::User].wanted));
                prop_assert_eq!(&rds.superuser_password, &target.secrets[&Which::Superuser].wanted);
                // The fixed point: deciding again is Done, for a worker that knows nothing, too.
                let desired = Desired::Running(Box::new(reread(&target, &rds)));
                prop_assert_eq!(decide(&desired, &rds.observed(), &Evidence::default(), 0), Step::Done);
            }
            Step::Wait(why) => prop_assert!(matches!(why, Why::Broken(_) | Why::Stopped | Why::StorageFull), "{:?}", why),
            step => prop_assert!(false, "{:?}", step),
        }
    }

    #[test]
    fn a_deletion_ends_in_nothing_whatever_the_state(mut rds in an_rds(), final_snapshot in any::<bool>()) {
        // RDS takes no final snapshot of what is stopped or full: an operator has to help first.
        prop_assume!(!final_snapshot || !matches!(rds.instance.status.as_str(), "stopped" | "storage-full"));
        let desired = Desired::Gone { secrets: vec!["one".into(), "two".into()], final_snapshot };
        prop_assert_eq!(run_to_the_end(&desired, &mut rds), Step::Done);
        prop_assert!(rds.gone);
        prop_assert_eq!(rds.secrets, 0);
    }

    #[test]
    fn nothing_is_done_on_what_is_not_known(target in a_target(), now in any::<u64>()) {
        let evidence = Evidence::default();
        for desired in [Desired::Running(Box::new(target)), Desired::Gone { secrets: vec!["x".into()], final_snapshot: true }] {
            prop_assert_eq!(decide(&desired, &Observed::Unknown, &evidence, now), Step::Wait(Why::Unobserved));
        }
    }

    #[test]
    fn what_is_done_is_left_alone_whoever_changes_it(target in a_target(), rds in an_rds()) {
        let mut target = target;
        target.done = true;
        for secret in target.secrets.values_mut() {
            secret.applied = Some(applied_value(&secret.wanted, "db-1"));
        }
        let step = decide(&Desired::Running(Box::new(target)), &rds.observed(), &Evidence::default(), 0);
        prop_assert!(matches!(step, Step::Done | Step::Wait(_)), "{:?}", step);
    }
}

#[test]
fn a_refusal_is_recorded_once_and_bounded() {
    let refusal = Refusal { wish: "w1".into(), reason: "no".into(), passing: true };
    let mut gave_up = None;
    for attempt in 1..=MOST_ATTEMPTS {
        let next = give_up(gave_up.as_ref(), &refusal, "db-1", 7);
        assert_eq!(next.attempts, attempt);
        gave_up = Some(next);
    }
    let for_good = Refusal { passing: false, ..refusal };
    assert_eq!(give_up(None, &for_good, "db-1", 7).attempts, MOST_ATTEMPTS);
}
