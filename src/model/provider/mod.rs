//! The providers: one per database engine, everything that differs between them in one file each.

mod mariadb;
mod mysql;
mod postgres;

use std::fmt;

/// A provider, mounted on a path of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// PostgreSQL on `/postgres`.
    Postgres,
    /// MySQL on `/mysql`.
    Mysql,
    /// MariaDB on `/mariadb`.
    Mariadb,
}

/// What one engine demands. Facts from RDS's API reference and the engine's manual.
#[derive(Debug)]
pub struct Traits {
    /// The provider's path, its name in tags and in the platform's registration.
    pub name: &'static str,
    /// How users know the engine.
    pub display_name: &'static str,
    /// RDS's name of the engine (`Engine`).
    pub rds_engine: &'static str,
    /// Scheme of the connection string.
    pub dsn_scheme: &'static str,
    /// The RDS master user.
    pub superuser: &'static str,
    /// Bounds of the length of both passwords, in characters.
    pub password_length: (usize, usize),
    /// The longest database name, in characters.
    pub longest_database_name: usize,
    /// The longest user name, in characters.
    pub longest_user_name: usize,
    /// Name of the database when none is asked for.
    pub default_database: &'static str,
    /// Name of the login when none is asked for.
    pub default_user: &'static str,
    /// Whether a name is one that RDS, the engine or the broker keeps for itself (compared in lower case).
    pub is_reserved: fn(&str) -> bool,
}

impl Provider {
    /// All providers, in the order they are listed.
    pub const ALL: [Self; 1] = [Self::Postgres];

    /// What this provider's engine demands.
    #[must_use]
    pub fn traits(self) -> &'static Traits {
        match self {
            Self::Postgres => &postgres::TRAITS,
            Self::Mysql => &mysql::TRAITS,
            Self::Mariadb => &mariadb::TRAITS,
        }
    }

    /// The provider's path segment and its name in tags.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.traits().name
    }

    /// The provider of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
