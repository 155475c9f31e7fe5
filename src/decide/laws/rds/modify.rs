//! ModifyDBInstance.

use super::{Answer, How, NEW_CLASS, Rds, major, upgrades};
use crate::decide::{Concern, Modification};
use crate::model::{ApplyStatus, Meaning, Window, group};

impl Rds {
    /// One call. A call that RDS refuses in every state, or in this one, is a panic: it must never be made.
    pub(in crate::decide::laws) fn modify(&mut self, change: &Modification, now: u64) -> Answer {
        self.calls.push((now, change.clone()));
        self.check_status(change);
        self.check_value(change);
        if self.temper.busy > 0 {
            self.temper.busy -= 1;
            return Answer::Busy;
        }
        if change.concern() == Concern::Storage && now < self.locked_until {
            return Answer::StorageLocked;
        }
        let too_old = major(&self.instance.engine_version) == "15";
        if too_old && *change == Modification::Class(NEW_CLASS.to_owned()) && self.instance.class != NEW_CLASS
        {
            return Answer::Refused { passing: false };
        }
        match self.fails(change) {
            Some(How::Refused { passing }) => return Answer::Refused { passing },
            Some(How::Dropped { .. }) => {
                self.flushing |= !change.is_always_immediate();
                self.goes_through("modifying");
            }
            None => self.accept(change),
        }
        Answer::Accepted
    }

    fn fails(&mut self, change: &Modification) -> Option<How> {
        let concern = change.concern();
        // What is in force with the answer is not dropped after it.
        let takes_time = !change.is_always_immediate() || concern == Concern::Password;
        let can_fail = |how| takes_time || matches!(how, How::Refused { .. });
        let fault =
            self.faults.iter_mut().find(|it| it.is_about(concern) && can_fail(it.how) && it.times > 0)?;
        fault.times -= 1;
        Some(fault.how)
    }

    /// In which states RDS takes a change (RDS user guide; what it takes of an instance that it gave up on is documented
    /// nowhere, but a protected one could otherwise never be deleted).
    fn check_status(&self, change: &Modification) {
        let status = &self.instance.status;
        let takes_it = match (status.meaning(), change) {
            (Meaning::Ready | Meaning::StorageFull, Modification::Storage { .. }) => status.accepts_storage(),
            (Meaning::Ready, _) => true,
            (Meaning::Broken, Modification::DeletionProtection(false)) => true,
            (Meaning::Broken, Modification::ParameterGroup(_)) => status.is_incompatible_parameters(),
            _ => false,
        };
        assert!(takes_it, "{change:?} in {status}");
    }

    /// That only what differs is sent, and as RDS wants it.
    fn check_value(&self, change: &Modification) {
        let (instance, pending) = (&self.instance, &self.instance.pending);
        match change {
            Modification::SuperuserPassword { version, .. } => {
                assert_ne!(*version, self.superuser_password, "only what differs is sent");
            }
            Modification::Class(class) => differs(class, &instance.class, pending.class.as_ref()),
            Modification::MultiAz(multi_az) => {
                differs(multi_az, &instance.multi_az, pending.multi_az.as_ref());
            }
            Modification::BackupRetention(days) => {
                differs(days, &instance.backup_retention, pending.backup_retention.as_ref());
            }
            Modification::DeletionProtection(protected) => {
                differs(protected, &instance.deletion_protection, None);
            }
            Modification::BackupWindow { window, maintenance } => {
                differs(window, &instance.backup_window, None);
                if let Some(maintenance) = maintenance {
                    differs(maintenance, &instance.maintenance_window, None);
                }
                apart(window, maintenance.as_ref().unwrap_or(&instance.maintenance_window));
            }
            Modification::MaintenanceWindow(window) => {
                differs(window, &instance.maintenance_window, None);
                apart(&instance.backup_window, window);
            }
            Modification::ParameterGroup(name) => {
                differs(name, &instance.parameter_group.name, None);
                self.check_group(name);
            }
            Modification::Version { to, major: is_major, group } => {
                self.check_version(to, *is_major, group.as_deref());
            }
            Modification::Storage { gib, iops, limit } => self.check_storage(*gib, *iops, *limit),
        }
    }

    fn check_group(&self, name: &str) {
        assert!(group::is_default(name) || self.groups.contains_key(name), "{name} does not exist");
    }

    fn check_version(&self, to: &str, is_major: bool, group: Option<&str>) {
        let from = self.instance.engine_version.as_str();
        assert_eq!(upgrades().next_hop(from, to), Some(to), "no way from {from}");
        assert_eq!(is_major, major(to) != major(from));
        let custom = !group::is_default(&self.instance.parameter_group.name);
        assert_eq!(group.is_some(), is_major && custom, "a custom group is replaced in the same call");
        if let Some(group) = group {
            self.check_group(group);
            assert!(group.ends_with(&format!("postgres{}", major(to))), "{group} is of another family");
        }
    }

    fn check_storage(&self, gib: u32, iops: Option<u32>, limit: Option<u32>) {
        let has = self.instance.allocated_storage;
        assert!(gib > has, "storage never shrinks");
        assert!(u64::from(gib) * 10 >= u64::from(has) * 11, "RDS refuses less than a tenth");
        assert_eq!(iops.is_some(), gib >= 400, "IOPS go with a striped gp3 volume, and only with one");
        let limit = limit.or(self.instance.max_allocated_storage);
        assert!(limit.is_none_or(|limit| limit * 10 >= gib * 11 || limit == 65_536), "the limit stays above");
    }

    fn accept(&mut self, change: &Modification) {
        let deferred = !change.is_always_immediate();
        // `ApplyImmediately` brings forward whatever was parked before.
        self.flushing |= deferred;
        let instance = &mut self.instance;
        match change {
            Modification::SuperuserPassword { version, .. } => {
                instance.pending.password = true;
                self.next_password = Some(version.clone());
                return self.goes_through("resetting-master-credentials");
            }
            Modification::Version { to, group, .. } => {
                instance.pending.engine_version = Some(to.clone());
                self.next_group.clone_from(group);
                return self.goes_through("upgrading");
            }
            Modification::Storage { gib, limit, .. } => {
                instance.pending.allocated_storage = Some(*gib);
                instance.max_allocated_storage = limit.or(instance.max_allocated_storage);
            }
            Modification::Class(class) => {
                instance.pending.class = (*class != instance.class).then(|| class.clone());
            }
            Modification::MultiAz(multi_az) => {
                instance.pending.multi_az = (*multi_az != instance.multi_az).then_some(*multi_az);
            }
            Modification::BackupRetention(days) if (*days == 0) != (instance.backup_retention == 0) => {
                instance.pending.backup_retention = Some(*days);
            }
            Modification::BackupRetention(days) => {
                instance.backup_retention = *days;
                instance.pending.backup_retention = None;
            }
            Modification::DeletionProtection(protected) => instance.deletion_protection = *protected,
            Modification::BackupWindow { window, maintenance } => {
                instance.backup_window.clone_from(window);
                if let Some(maintenance) = maintenance {
                    instance.maintenance_window.clone_from(maintenance);
                }
            }
            Modification::MaintenanceWindow(window) => instance.maintenance_window.clone_from(window),
            Modification::ParameterGroup(name) => {
                instance.parameter_group.name.clone_from(name);
                instance.parameter_group.status = ApplyStatus::Applying;
                self.needs_reboot = true;
                return self.applies_group();
            }
        }
        // What RDS gave up on stays so, though it takes a change.
        if self.instance.status.meaning() != Meaning::Broken {
            self.goes_through("modifying");
        }
    }
}

/// A value is sent where it is not what there is, or takes back what was to come.
fn differs<T: PartialEq>(wanted: &T, is: &T, pending: Option<&T>) {
    assert!(wanted != is || pending.is_some_and(|pending| pending != wanted), "only what differs is sent");
}

/// RDS refuses windows that overlap.
fn apart(backup: &str, maintenance: &str) {
    let (daily, weekly) = (Window::daily(backup).unwrap(), Window::weekly(maintenance).unwrap());
    assert!(!weekly.overlaps(&daily), "the windows {backup} and {maintenance} overlap");
}
