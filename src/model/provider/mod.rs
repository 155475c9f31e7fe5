//! The providers: one per database engine, everything that differs between them in one file each.

mod mariadb;
mod mysql;
mod mysql_words;
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
    /// Where RDS lets its servers listen, unless it is told otherwise.
    pub port: u16,
    /// Scheme of the connection string.
    pub dsn_scheme: &'static str,
    /// What the connection string says to demand TLS, as the engine's clients spell it.
    pub dsn_tls: &'static str,
    /// How many parts of a version name the major version: 1 of `16.14`, 2 of `8.4.7`.
    pub major_parts: usize,
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
    /// Whether RDS Extended Support exists for it: it is taken, and paid, unless it is refused.
    pub has_extended_support: bool,
    /// Whether there are extensions to be created in a database.
    pub has_extensions: bool,
    /// Whether a name is one that RDS, the engine or the broker keeps for itself (compared in lower case).
    pub is_reserved: fn(&str) -> bool,
}

impl Traits {
    /// The major version of a version: what a parameter group family and an upgrade go by.
    #[must_use]
    pub fn major<'a>(&self, version: &'a str) -> &'a str {
        let mut points = version.match_indices('.').map(|(at, _)| at);
        points.nth(self.major_parts - 1).map_or(version, |at| &version[..at])
    }

    /// The parameter group family of a version: `postgres16`, `mysql8.4`.
    #[must_use]
    pub fn family(&self, version: &str) -> String {
        format!("{}{}", self.rds_engine, self.major(version))
    }
}

impl Provider {
    /// All providers, in the order they are listed.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::Mysql, Self::Mariadb];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_major_version_is_what_the_engine_counts_as_one() {
        let (postgres, mysql) = (Provider::Postgres.traits(), Provider::Mysql.traits());
        assert_eq!((postgres.major("16.14"), postgres.major("16")), ("16", "16"));
        assert_eq!((mysql.major("8.4.7"), mysql.major("8.4")), ("8.4", "8.4"));
        assert_eq!(postgres.family("16.14"), "postgres16");
        assert_eq!(Provider::Mariadb.traits().family("10.11.15"), "mariadb10.11");
    }

    #[test]
    fn no_provider_takes_a_default_that_is_reserved() {
        for provider in Provider::ALL {
            let traits = provider.traits();
            assert!(!(traits.is_reserved)(traits.default_database), "{provider}");
            assert!(!(traits.is_reserved)(traits.default_user), "{provider}");
            assert!((traits.is_reserved)(traits.superuser), "{provider}");
            assert!(traits.superuser.len() <= 16, "{provider}: RDS's longest master user name");
        }
    }
}
