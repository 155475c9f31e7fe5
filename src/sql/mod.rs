//! OUT. The databases themselves: the only module that names a database driver.
//!
//! Always over TLS with the server's certificate and name verified. Passwords reach a server only
//! in the login exchange or as a verifier computed here; MySQL's is the exception, see there. What
//! differs between engines lives in one folder per engine: a `Driver` with the functions of
//! [`Databases`], and what its errors mean.

mod failure;
mod mysql;
mod postgres;
mod tls;

use std::time::Duration;

use secrecy::SecretString;

use crate::model::Provider;
pub use failure::{ErrorKind, SqlError};
pub use tls::CaError;

/// The certificate authorities of RDS, compiled in (all commercial regions).
pub const RDS_CA_BUNDLE: &[u8] = include_bytes!("rds-global-bundle.pem");

/// How long a connection and its login may take.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the whole set-up of a database may take, waiting for another replica's included.
const SET_UP_TIMEOUT: Duration = Duration::from_secs(60);

/// The way to the databases.
#[derive(Clone, Debug)]
pub struct Databases {
    postgres: postgres::Driver,
    mysql: mysql::Driver,
}

/// Where a database server listens; its certificate must be valid for `host`.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// Which engine it runs.
    pub provider: Provider,
    /// DNS name.
    pub host: &'a str,
    /// TCP port.
    pub port: u16,
}

/// Who logs in, and to which database.
#[derive(Clone, Copy, Debug)]
pub struct Login<'a> {
    /// Login role.
    pub user: &'a str,
    /// Its password.
    pub password: &'a SecretString,
    /// Database; for MySQL and MariaDB may be empty, which means none.
    pub database: &'a str,
}

/// What a database should be set up as.
#[derive(Clone, Copy, Debug)]
pub struct SetUp<'a> {
    /// The user's database.
    pub database: &'a str,
    /// The user's login role, which owns it.
    pub user: &'a str,
    /// Its password.
    pub password: &'a SecretString,
    /// What the user's database should have of the server's extensions. Engines other than
    /// PostgreSQL have none to give.
    pub extensions: &'a [String],
}

/// The database that the superuser logs in to: the user's may not exist yet.
#[must_use]
pub fn home_database(provider: Provider) -> &'static str {
    match provider {
        Provider::Postgres => postgres::HOME,
        Provider::Mysql | Provider::Mariadb => mysql::HOME,
    }
}

/// How a login ended that the server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The password works.
    Worked,
    /// The server refused it, or the role or database does not exist.
    Refused,
}

/// How a set-up ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUpOutcome {
    /// Everything is as wanted.
    Applied,
    /// The wish was replaced meanwhile; nothing was changed.
    Superseded,
}

impl Databases {
    /// Trusts the certificate authorities of a PEM file, and no others.
    ///
    /// # Errors
    /// Where it holds no certificate or a broken one.
    pub fn new(ca_pem: &[u8]) -> Result<Self, CaError> {
        let tls = tls::client_config(ca_pem)?;
        Ok(Self { postgres: postgres::Driver::new(tls), mysql: mysql::Driver::new(ca_pem) })
    }

    /// Logs in and asks for one value.
    ///
    /// # Errors
    /// [`ErrorKind::Unreachable`] where the server did not answer within 5 s, did not prove who it
    /// is, or is not ready for logins.
    pub async fn try_login(&self, server: Server<'_>, login: Login<'_>) -> Result<Outcome, SqlError> {
        let attempt = async {
            match server.provider {
                Provider::Postgres => self.postgres.try_login(server, login).await,
                Provider::Mysql | Provider::Mariadb => self.mysql.try_login(server, login).await,
            }
        };
        within(LOGIN_TIMEOUT, attempt).await
    }

    /// Makes database and user what they should be, as the superuser `login`. Safe to repeat,
    /// after any part of it, and by several replicas at once: it holds a lock of the server, in
    /// which `still_wanted` is asked, so that an old wish cannot win. The password is set last:
    /// a login that works proves that everything else was done.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] where the server refuses the superuser, [`ErrorKind::Extension`] where
    /// it does not have an extension, otherwise as [`Self::try_login`].
    pub async fn set_up<F, Fut>(
        &self,
        server: Server<'_>,
        login: Login<'_>,
        wanted: SetUp<'_>,
        still_wanted: F,
    ) -> Result<SetUpOutcome, SqlError>
    where
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = bool> + Send,
    {
        let attempt = async {
            match server.provider {
                Provider::Postgres => self.postgres.set_up(server, login, wanted, still_wanted).await,
                Provider::Mysql | Provider::Mariadb => {
                    self.mysql.set_up(server, login, wanted, still_wanted).await
                }
            }
        };
        within(SET_UP_TIMEOUT, attempt).await
    }

    /// Gives a database that was set up before those of these extensions that it does not have, as
    /// the superuser `login` and under the lock of [`Self::set_up`]. Safe to repeat; takes none away.
    ///
    /// # Errors
    /// As [`Self::set_up`].
    pub async fn create_extensions(
        &self,
        server: Server<'_>,
        login: Login<'_>,
        database: &str,
        extensions: &[String],
    ) -> Result<(), SqlError> {
        let attempt = async {
            match server.provider {
                Provider::Postgres => {
                    self.postgres.create_extensions(server, login, database, extensions).await
                }
                // They have none to give.
                Provider::Mysql | Provider::Mariadb => Ok(()),
            }
        };
        within(SET_UP_TIMEOUT, attempt).await
    }
}

async fn within<T>(
    limit: Duration,
    attempt: impl Future<Output = Result<T, SqlError>>,
) -> Result<T, SqlError> {
    // On the heap: it holds a whole session, and perhaps a call to AWS within it.
    tokio::time::timeout(limit, Box::pin(attempt)).await.unwrap_or_else(|_| Err(SqlError::too_late()))
}
