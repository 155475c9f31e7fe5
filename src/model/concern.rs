//! What can be wrong about a service, one thing at a time.

use std::fmt;

/// One thing about a service that can differ from the wish, without its value: what a change, a refusal or a pause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// Master password.
    Password,
    /// Engine version.
    Version,
    /// Allocated storage.
    Storage,
    /// Instance class.
    Class,
    /// Multi-AZ.
    MultiAz,
    /// Backup retention.
    Retention,
    /// Deletion protection.
    Protection,
    /// Backup window.
    BackupWindow,
    /// Maintenance window.
    MaintenanceWindow,
    /// Server parameters.
    Parameters,
    /// Extensions.
    Extensions,
    /// The deletion itself.
    Deletion,
}

impl Concern {
    /// Every one.
    pub const ALL: &'static [Self] = &[
        Self::Password,
        Self::Version,
        Self::Storage,
        Self::Class,
        Self::MultiAz,
        Self::Retention,
        Self::Protection,
        Self::BackupWindow,
        Self::MaintenanceWindow,
        Self::Parameters,
        Self::Extensions,
        Self::Deletion,
    ];

    /// Its name in tags.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Version => "version",
            Self::Storage => "storage",
            Self::Class => "class",
            Self::MultiAz => "multi-az",
            Self::Retention => "retention",
            Self::Protection => "protection",
            Self::BackupWindow => "backup-window",
            Self::MaintenanceWindow => "maintenance-window",
            Self::Parameters => "parameters",
            Self::Extensions => "extensions",
            Self::Deletion => "deletion",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|concern| concern.name() == name)
    }
}

impl fmt::Display for Concern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Password => "the superuser password",
            Self::Version => "the engine version",
            Self::Storage => "the storage",
            Self::Class => "the instance class",
            Self::MultiAz => "Multi-AZ",
            Self::Retention => "the backup retention",
            Self::Protection => "the deletion protection",
            Self::BackupWindow => "the backup window",
            Self::MaintenanceWindow => "the maintenance window",
            Self::Parameters => "the server parameters",
            Self::Extensions => "the extensions",
            Self::Deletion => "the deletion",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_concern_has_a_name_of_its_own() {
        for &concern in Concern::ALL {
            assert_eq!(Concern::by_name(concern.name()), Some(concern));
        }
        assert_eq!(Concern::ALL.len(), 1 + Concern::Deletion as usize, "one is missing");
        assert_eq!(Concern::by_name("other"), None);
    }
}
