//! What a validated request asks for: a change of the wish, and for a create whose wish it is.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;

use super::setting::{Setting, SettingKind};
use super::{Provider, ServiceId};

/// A key of `plan.parameters`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Parameter {
    /// Storage in MB (10^6 bytes).
    Storage,
    /// CPU in tenths of a vCPU.
    Cpu,
    /// Memory in MB (10^6 bytes).
    Memory,
}

/// A key of `config`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConfigKey {
    /// Full engine version, as `16.14`.
    Version,
    /// The database made for the user; immutable.
    DatabaseName,
    /// The login made for the user; immutable.
    UserName,
    /// Whether it has a standby in another zone.
    MultiAz,
    /// Days that automated backups are kept.
    BackupRetentionDays,
    /// When RDS takes backups, daily, UTC.
    BackupWindow,
    /// When RDS maintains it, weekly, UTC.
    MaintenanceWindow,
    /// Whether the instance is protected against deletion by others.
    DeletionProtection,
    /// Whether changes that cause an outage wait for the maintenance window.
    ApplyDuringMaintenance,
    /// Server parameters.
    Parameters,
    /// Extensions created in the user's database (PostgreSQL).
    Extensions,
}

impl ConfigKey {
    /// What kind of value it has.
    #[must_use]
    pub fn kind(self) -> SettingKind {
        match self {
            Self::Version
            | Self::DatabaseName
            | Self::UserName
            | Self::BackupWindow
            | Self::MaintenanceWindow => SettingKind::Text,
            Self::MultiAz | Self::DeletionProtection | Self::ApplyDuringMaintenance => SettingKind::Flag,
            Self::BackupRetentionDays => SettingKind::Number,
            Self::Parameters => SettingKind::Parameters,
            Self::Extensions => SettingKind::Names,
        }
    }

    /// Whether a value of it can be too long for one tag.
    #[must_use]
    pub fn is_list(self) -> bool {
        matches!(self.kind(), SettingKind::Parameters | SettingKind::Names)
    }

    /// Whether its default is pinned in a tag of its own where it is not sent.
    #[must_use]
    pub fn has_pin(self) -> bool {
        matches!(self, Self::Version | Self::DatabaseName | Self::UserName)
    }
}

/// One of the two passwords of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Which {
    /// Password of the RDS master user.
    Superuser,
    /// Password of the user's login.
    User,
}

macro_rules! named {
    ($type:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the wire and in tags.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The value of that name.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.name())
            }
        }
    };
}

named!(Parameter { Storage = "storage", Cpu = "cpu", Memory = "memory" });
named!(ConfigKey {
    Version = "version",
    DatabaseName = "databaseName",
    UserName = "userName",
    MultiAz = "multiAz",
    BackupRetentionDays = "backupRetentionDays",
    BackupWindow = "backupWindow",
    MaintenanceWindow = "maintenanceWindow",
    DeletionProtection = "deletionProtection",
    ApplyDuringMaintenance = "applyDuringMaintenance",
    Parameters = "parameters",
    Extensions = "extensions",
});
named!(Which { Superuser = "superuser", User = "user" });

/// A field of a partial document: `None` where it was not sent, `Some(None)` where it was sent as
/// null (back to the default), `Some(Some(value))` otherwise.
pub type Sent<T> = Option<Option<T>>;

/// The fields of a request that change what a service should be. Only what was sent is here.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// `teamId`.
    pub team: Option<u64>,
    /// `customSubdomain`.
    pub subdomain: Sent<String>,
    /// `plan.id`.
    pub plan_id: Sent<i64>,
    /// `plan.parameters`; `None` is null.
    pub parameters: BTreeMap<Parameter, Option<u64>>,
    /// `config`; `None` is null.
    pub config: BTreeMap<ConfigKey, Option<Setting>>,
    /// `secrets`.
    pub passwords: BTreeMap<Which, SecretString>,
}

impl Change {
    /// Whether nothing at all was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.team.is_none()
            && self.subdomain.is_none()
            && self.plan_id.is_none()
            && self.parameters.is_empty()
            && self.config.is_empty()
            && self.passwords.is_empty()
    }
}

/// A validated `POST /`: both passwords are present.
#[derive(Clone, Debug)]
pub struct Create {
    /// Chosen by the platform.
    pub id: ServiceId,
    /// Under whose path it was sent.
    pub provider: Provider,
    /// What the service should be.
    pub change: Change,
}

/// A validated `PATCH /{id}`.
#[derive(Clone, Debug)]
pub struct Update {
    /// Of the path.
    pub id: ServiceId,
    /// Under whose path it was sent.
    pub provider: Provider,
    /// What should change.
    pub change: Change,
}
