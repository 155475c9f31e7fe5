//! What the laws have found, each in the smallest case that shows it.

use std::collections::BTreeMap;

use super::generate::{AFTER, BEFORE, PREFIX, WINDOW, reached, running};
use crate::decide::*;
use crate::model::desired::Target;
use crate::model::record::{Attempts, GaveUp, GivenUp, SecretRef};
use crate::model::{
    ApplyStatus, Endpoint, Instance, Observed, ParameterGroup, Pending, Provider, Status, Tags, Which,
};

/// More looks than anything is waited for.
const MANY: u32 = 100;

fn secret() -> SecretRef {
    SecretRef { arn: "arn".into(), wanted: "v1".into(), applied: None }
}

/// A wish that an instance matches, whose passwords are known to work.
fn a_match() -> (Target, Instance) {
    let target = Target {
        wish: "w1".into(),
        done: false,
        class: "db.t4g.micro".into(),
        storage_gib: 20,
        version: "16.14".into(),
        multi_az: false,
        backup_retention: 1,
        deletion_protection: false,
        backup_window: None,
        maintenance_window: None,
        parks_outages: false,
        provider: Provider::Postgres,
        group_prefix: PREFIX.into(),
        parameters: BTreeMap::new(),
        extensions: Vec::new(),
        secrets: BTreeMap::from([(Which::Superuser, secret()), (Which::User, secret())]),
        gave_up: GivenUp::new(),
        damage: None,
    };
    let instance = Instance {
        identifier: "codesphere-x".into(),
        arn: "arn".into(),
        resource_id: "db-1".into(),
        created_at: None,
        status: Status::new("available"),
        engine: "postgres".into(),
        engine_version: target.version.clone(),
        class: target.class.clone(),
        allocated_storage: target.storage_gib,
        max_allocated_storage: None,
        storage_type: "gp3".into(),
        iops: Some(3_000),
        multi_az: false,
        backup_retention: 1,
        deletion_protection: false,
        backup_window: "04:00-04:30".into(),
        maintenance_window: WINDOW.into(),
        parameter_group: ParameterGroup { name: "default.postgres16".into(), status: ApplyStatus::InSync },
        endpoint: Some(Endpoint { host: "localhost".into(), port: 1 }),
        pending: Pending::default(),
        applying: false,
        tags: Tags::new(),
    };
    (Target { done: false, ..reached(target) }, instance)
}

fn next(target: &Target, instance: &Instance, evidence: &Evidence, now: u64) -> Step {
    decide(&running(target), &Observed::Present(instance), evidence, now)
}

#[test]
fn a_password_that_was_given_up_does_not_hide_what_else_is_under_way() {
    let (mut target, mut instance) = a_match();
    target.secrets.insert(Which::Superuser, secret());
    target.class = "db.t4g.small".into();
    instance.pending.class = Some(target.class.clone());
    let mut evidence = Evidence::default();
    let login = Login { version: "v1".into(), verdict: Verdict::Refused };
    evidence.logins.insert(Which::Superuser, login);
    let for_good = Attempts { count: MOST_ATTEMPTS, at: BEFORE, pause: 1, reason: "No.".into() };
    target.gave_up.insert(Concern::Password, for_good);
    // A worker that hears "given up" goes home, and nobody would look for the class.
    assert_eq!(next(&target, &instance, &evidence, BEFORE), Step::Wait(Why::Applying(Concern::Class)));
    instance.pending = Pending::default();
    instance.class.clone_from(&target.class);
    assert_eq!(next(&target, &instance, &evidence, BEFORE), Step::Wait(Why::GaveUp("No.".into())));
}

#[test]
fn what_a_later_try_has_brought_about_is_taken_off_the_record_though_the_password_is_given_up() {
    let (mut target, instance) = a_match();
    target.secrets.insert(Which::Superuser, secret());
    let login = Login { version: "v1".into(), verdict: Verdict::Refused };
    let mut evidence = Evidence { logins: [(Which::Superuser, login)].into(), ..Evidence::default() };
    let given_up = |count, reason: &str| Attempts { count, at: BEFORE, pause: 60, reason: reason.to_owned() };
    target.gave_up.insert(Concern::Password, given_up(MOST_ATTEMPTS, "No."));
    target.gave_up.insert(Concern::Class, given_up(1, "Not now."));
    let both = Step::Wait(Why::GaveUp("No. Not now.".into()));
    assert_eq!(next(&target, &instance, &evidence, BEFORE + 59), both);
    // A record that names a moment that is over would have the worker called again and again.
    assert_eq!(next(&target, &instance, &evidence, BEFORE + 60), Step::Wait(Why::Confirming));
    evidence.at_rest = REST;
    let Step::Record(tags) = next(&target, &instance, &evidence, BEFORE + 60) else { panic!("not recorded") };
    let left = GaveUp::of_tags(&tags, &target.wish).unwrap().unwrap().concerns;
    assert_eq!(left.keys().collect::<Vec<_>>(), [&Concern::Password]);
    target.gave_up = left;
    assert_eq!(next(&target, &instance, &evidence, BEFORE + 60), Step::Wait(Why::GaveUp("No.".into())));
}

#[test]
fn whatever_outage_someone_has_parked_is_not_brought_forward_out_of_the_window() {
    let (mut target, instance) = a_match();
    (target.parks_outages, target.multi_az) = (true, true);
    let change = Step::Modify(Modification::MultiAz(true));
    assert_eq!(next(&target, &instance, &Evidence::default(), BEFORE), change);
    let parked = [
        Pending { backup_retention: Some(0), ..Pending::default() },
        Pending { class: Some("db.t4g.small".into()), ..Pending::default() },
        Pending { engine_version: Some("17.10".into()), ..Pending::default() },
    ];
    for pending in parked {
        let instance = Instance { pending: pending.clone(), ..instance.clone() };
        // Also where it is what is wished: that, too, is to wait.
        for (class, version) in
            [("db.t4g.micro", "16.14"), ("db.t4g.small", "16.14"), ("db.t4g.micro", "17.10")]
        {
            let target = Target { class: class.into(), version: version.into(), ..target.clone() };
            let evidence = Evidence { upgrades: Some(super::rds::upgrades().into()), ..Evidence::default() };
            let step = next(&target, &instance, &evidence, BEFORE);
            assert!(!matches!(step, Step::Modify(_)), "{step:?} with {pending:?}");
        }
    }
}

#[test]
fn what_someone_has_parked_for_days_is_asked_for_again_where_it_is_wished_now() {
    let (mut target, mut instance) = a_match();
    target.class = "db.t4g.small".into();
    instance.pending.class = Some(target.class.clone());
    let mut evidence = Evidence { at_rest: REST, ..Evidence::default() };
    let waits = Step::Wait(Why::Applying(Concern::Class));
    assert_eq!(next(&target, &instance, &evidence, AFTER), waits);
    evidence.at_rest = MANY;
    let what = Modification::Class(target.class.clone());
    assert_eq!(next(&target, &instance, &evidence, AFTER), Step::Modify(what.clone()));
    // RDS has time to begin.
    let asked = Asked { what, at: AFTER, visible_by: AFTER + 60, begun: false };
    evidence.asked.insert(Concern::Class, asked);
    assert_eq!(next(&target, &instance, &evidence, AFTER), waits);
}

#[test]
fn a_reboot_under_way_is_not_taken_for_one_that_did_not_help() {
    let (target, mut instance) = a_match();
    instance.parameter_group.status = ApplyStatus::PendingReboot;
    let mut evidence = Evidence { reboots: 9, ..Evidence::default() };
    let waits = Step::Wait(Why::Applying(Concern::Parameters));
    assert_eq!(next(&target, &instance, &evidence, BEFORE), waits);
    evidence.at_rest = MANY;
    evidence.paused.insert(Concern::Parameters, (Why::Applying(Concern::Parameters), BEFORE + 60));
    assert_eq!(next(&target, &instance, &evidence, BEFORE), waits);
    assert!(matches!(next(&target, &instance, &evidence, BEFORE + 60), Step::Record(_)));
}

#[test]
fn a_class_that_is_refused_while_its_version_is_still_to_come_is_tried_again() {
    let (mut target, mut instance) = a_match();
    instance.engine_version = "15.18".into();
    target.class = "db.m6g.large".into();
    let refusal = Refusal { reason: "No such class here.".into(), passing: false };
    let evidence = Evidence { refused: [(Concern::Class, refusal)].into(), ..Evidence::default() };
    // RDS has no capacity for the upgrade at the moment; or has refused it for good, and the class with it.
    for (count, recorded) in [(1, 1), (MOST_ATTEMPTS, MOST_ATTEMPTS)] {
        let version = Attempts { count, at: BEFORE, pause: 60, reason: "Not now.".into() };
        target.gave_up = GivenUp::from([(Concern::Version, version)]);
        let Step::Record(tags) = next(&target, &instance, &evidence, BEFORE) else { panic!("not recorded") };
        let noted = GaveUp::of_tags(&tags, &target.wish).unwrap().unwrap().concerns;
        assert_eq!(noted[&Concern::Class].count, recorded);
    }
}

#[test]
fn a_maintenance_window_over_the_backups_that_there_are_is_not_tried_without_theirs() {
    let (mut target, instance) = a_match();
    let (backup, maintenance) = ("07:00-07:30".to_owned(), "thu:04:00-thu:05:00".to_owned());
    (target.backup_window, target.maintenance_window) = (Some(backup.clone()), Some(maintenance.clone()));
    let both = Modification::BackupWindow { window: backup, maintenance: Some(maintenance) };
    let mut evidence = Evidence::default();
    assert_eq!(next(&target, &instance, &evidence, BEFORE), Step::Modify(both));
    // RDS refuses it for good, while the other one is only held up.
    let why = Why::Busy("available".into());
    evidence.paused.insert(Concern::BackupWindow, (why.clone(), BEFORE + 60));
    assert_eq!(next(&target, &instance, &evidence, BEFORE), Step::Wait(why));
}

#[test]
fn what_was_refused_makes_nothing_forgotten_about_what_was_not() {
    let asked = |what| Asked { what, at: 0, visible_by: 60, begun: false };
    let mut evidence = Evidence::default();
    evidence.asked.insert(Concern::Class, asked(Modification::Class("db.t4g.small".into())));
    evidence.asked.insert(Concern::MultiAz, asked(Modification::MultiAz(true)));
    evidence.dropped = BTreeMap::from([(Concern::Class, 3), (Concern::MultiAz, 2)]);
    let refusal = Refusal { reason: "No.".into(), passing: true };
    evidence.refused.insert(Concern::Class, refusal);
    evidence.recorded_refusals();
    assert!(evidence.refused.is_empty());
    assert_eq!(evidence.asked.keys().collect::<Vec<_>>(), [&Concern::MultiAz]);
    assert_eq!(evidence.dropped, BTreeMap::from([(Concern::MultiAz, 2)]));
}
