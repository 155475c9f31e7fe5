//! What RDS does by itself, from one look to the next.

use super::{Rds, STORAGE_LOCK, major};
use crate::model::{ApplyStatus, Endpoint, Meaning, Status, Window, group};

impl Rds {
    /// Whether nothing will change however often one looks, but for what waits for a moment.
    pub(in crate::decide::laws) fn is_at_rest(&self) -> bool {
        self.ahead.is_empty() && self.group_ahead.is_empty() && !self.instance.applying
    }

    /// When RDS does by itself what someone has parked, after `now`.
    pub(in crate::decide::laws) fn next_window(&self, now: u64) -> Option<u64> {
        let window = Window::weekly(&self.instance.maintenance_window).unwrap();
        (!self.instance.pending.is_empty()).then(|| opens(&window, now))
    }

    /// Time for one look goes by.
    pub(in crate::decide::laws) fn go_on(&mut self, now: u64) {
        if self.instance.status.as_str() == "deleting" {
            self.gone = true;
            return;
        }
        self.instance.applying = false;
        if let Some(status) = self.group_ahead.pop_front() {
            self.instance.parameter_group.status = status;
        }
        if self.is_surprised(now) {
            return;
        }
        match self.ahead.pop_front() {
            Some(next) => {
                let was = std::mem::replace(&mut self.instance.status, Status::new(next));
                self.ended(was.as_str(), now);
            }
            None => self.begin(now),
        }
        if self.instance.status.meaning() == Meaning::Ready {
            self.instance.endpoint = Some(Endpoint { host: "localhost".into(), port: 1 });
        }
    }

    /// After a while it goes through a status, and is then available.
    pub(super) fn goes_through(&mut self, status: &str) {
        let present = self.ahead.back().cloned().unwrap_or_else(|| self.instance.status.to_string());
        self.ahead.extend(std::iter::repeat_n(present, self.temper.lag));
        self.ahead.extend([status.to_owned(), "available".to_owned()]);
    }

    /// In the maintenance window, what was parked; and what something else has interrupted.
    fn begin(&mut self, now: u64) {
        if self.instance.status.as_str() != "available" {
            return;
        }
        let (window, pending) = (&self.instance.maintenance_window, &self.instance.pending);
        if pending.password {
            self.ahead.extend(["resetting-master-credentials".to_owned(), "available".to_owned()]);
        } else if !pending.is_empty() && (self.flushing || Window::weekly(window).unwrap().contains(now)) {
            self.flushing = true;
            self.ahead.extend(["modifying".to_owned(), "available".to_owned()]);
        }
    }

    fn ended(&mut self, status: &str, now: u64) {
        match status {
            "upgrading" if self.own_upgrade.is_some() => {
                let version = self.own_upgrade.take().expect("a version to upgrade to");
                self.upgrade(version);
            }
            "modifying" | "upgrading" if self.flushing => self.apply(now),
            "resetting-master-credentials" => {
                self.instance.pending.password = false;
                if let Some(password) = self.next_password.take() {
                    self.superuser_password = password;
                }
            }
            "rebooting" => self.boot(),
            _ => {}
        }
    }

    /// Everything that was pending, whoever asked for it. (A password is on its own.)
    fn apply(&mut self, now: u64) {
        self.flushing = false;
        let instance = &mut self.instance;
        let pending = std::mem::take(&mut instance.pending);
        instance.pending.password = pending.password;
        instance.class = pending.class.unwrap_or_else(|| instance.class.clone());
        instance.multi_az = pending.multi_az.unwrap_or(instance.multi_az);
        instance.backup_retention = pending.backup_retention.unwrap_or(instance.backup_retention);
        if let Some(gib) = pending.allocated_storage {
            instance.allocated_storage = gib;
            // Fully operational, but for storage: and for that longer than the status says.
            self.locked_until = now + STORAGE_LOCK;
            instance.status = Status::new("storage-optimization");
            self.ahead.push_front("available".to_owned());
        }
        if let Some(version) = pending.engine_version {
            self.upgrade(version);
        }
    }

    fn upgrade(&mut self, version: String) {
        let used = &mut self.instance.parameter_group.name;
        let named = self.next_group.take();
        if major(&version) != major(&self.instance.engine_version) {
            *used = named.unwrap_or_else(|| group::default(&format!("postgres{}", major(&version))));
        }
        self.instance.engine_version = version;
        self.boot();
    }

    /// The server starts, or does not.
    fn boot(&mut self) {
        self.needs_reboot = false;
        self.group_ahead.clear();
        if self.has_bad_parameters() {
            self.ahead.clear();
            self.instance.status = Status::new("incompatible-parameters");
        } else {
            self.instance.parameter_group.status = ApplyStatus::InSync;
        }
    }
}

/// When a window is open next, in seconds since 1970.
pub(in crate::decide::laws) fn opens(window: &Window, now: u64) -> u64 {
    const MINUTE: u64 = 60;
    const WEEK: u64 = 7 * 24 * 60;
    let minutes = (0..=WEEK).map(|minute| now + minute * MINUTE);
    minutes.filter(|&at| window.contains(at)).min().expect("a window is open every week")
}
