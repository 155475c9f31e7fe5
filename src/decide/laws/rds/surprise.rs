//! What RDS does by itself, and what someone does in the console, while a wish is being brought about.

use super::{Rds, STORAGE_LOCK, VERSIONS, major};
use crate::model::version::compare;
use crate::model::{ApplyStatus, ParameterGroup, Status, group};

/// Something that nobody here has asked for.
#[derive(Clone, Debug)]
pub(in crate::decide::laws) enum Surprise {
    /// The storage grows by itself.
    Autoscale,
    /// RDS takes the newest minor version.
    MinorUpgrade,
    /// Someone changes this in the console.
    Class(&'static str),
    MultiAz(bool),
    BackupRetention(u32),
    DeletionProtection(bool),
    Windows {
        backup: &'static str,
        maintenance: &'static str,
    },
    /// Someone gives it the parameter group that RDS has for its version, and reboots it.
    DefaultGroup,
}

impl Rds {
    /// The next surprise, if its time has come. Whether one happened.
    pub(super) fn is_surprised(&mut self, now: u64) -> bool {
        // What RDS is at, or has accepted, comes first: it takes nothing else then.
        if self.instance.status.as_str() != "available"
            || !self.ahead.is_empty()
            || !self.instance.pending.is_empty()
        {
            return false;
        }
        let is_newest = self.newer_minor().is_none();
        match self.surprises.front_mut() {
            None => false,
            Some((looks, _)) if *looks > 0 => {
                *looks -= 1;
                false
            }
            // It stays to come.
            Some((_, Surprise::Autoscale)) if now < self.locked_until => false,
            Some((_, Surprise::MinorUpgrade)) if is_newest => false,
            Some(_) => {
                let (_, surprise) = self.surprises.pop_front().expect("the one that is there");
                self.happens(surprise, now);
                true
            }
        }
    }

    /// The newest minor version above the one that runs.
    fn newer_minor(&self) -> Option<String> {
        let has = self.instance.engine_version.as_str();
        let newest = VERSIONS.iter().rfind(|it| major(it) == major(has))?;
        compare(newest, has).is_gt().then(|| (*newest).to_owned())
    }

    fn happens(&mut self, surprise: Surprise, now: u64) {
        let instance = &mut self.instance;
        match surprise {
            Surprise::Autoscale => {
                let most = instance.max_allocated_storage.unwrap_or(instance.allocated_storage);
                let grown = instance.allocated_storage + instance.allocated_storage.div_ceil(10).max(10);
                if grown > most {
                    return;
                }
                instance.allocated_storage = grown;
                instance.status = Status::new("storage-optimization");
                self.locked_until = now + STORAGE_LOCK;
                self.ahead.push_back("available".to_owned());
            }
            Surprise::MinorUpgrade => {
                self.own_upgrade = self.newer_minor();
                self.instance.status = Status::new("upgrading");
                self.ahead.push_back("available".to_owned());
            }
            Surprise::Class(class) => class.clone_into(&mut instance.class),
            Surprise::MultiAz(multi_az) => instance.multi_az = multi_az,
            Surprise::BackupRetention(days) => instance.backup_retention = days,
            Surprise::DeletionProtection(protected) => instance.deletion_protection = protected,
            Surprise::Windows { backup, maintenance } => {
                backup.clone_into(&mut instance.backup_window);
                maintenance.clone_into(&mut instance.maintenance_window);
            }
            Surprise::DefaultGroup => {
                let name = group::default(&format!("postgres{}", major(&instance.engine_version)));
                instance.parameter_group = ParameterGroup { name, status: ApplyStatus::InSync };
                self.needs_reboot = false;
                self.group_ahead.clear();
            }
        }
    }
}
