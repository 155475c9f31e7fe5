//! OUT. The databases themselves: the only module that names a database driver.
//!
//! Always over TLS with the server's certificate and name verified. Passwords reach a server only
//! in the login exchange or as a verifier computed here. What differs between engines lives in
//! one file per engine.

mod failure;
mod postgres;
mod tls;

use std::sync::Arc;
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
    tls: Arc<rustls::ClientConfig>,
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
    /// Database.
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
        Ok(Self { tls: Arc::new(tls::client_config(ca_pem)?) })
    }

    /// Logs in and asks for one value.
    ///
    /// # Errors
    /// [`ErrorKind::Unreachable`] where the server did not answer within 5 s, did not prove who it
    /// is, or is not ready for logins.
    pub async fn try_login(&self, server: Server<'_>, login: Login<'_>) -> Result<Outcome, SqlError> {
        let attempt = match server.provider {
            Provider::Postgres => postgres::try_login(&self.tls, server, login),
        };
        tokio::time::timeout(LOGIN_TIMEOUT, attempt).await.unwrap_or_else(|_| Err(SqlError::too_late()))
    }

    /// Makes database and user what they should be, as the superuser `login`. Safe to repeat,
    /// after any part of it, and by several replicas at once: it holds a lock of the server, in
    /// which `still_wanted` is asked, so that an old wish cannot win. The password is set last:
    /// a login that works proves that everything else was done.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] where the server refuses the superuser, otherwise as [`Self::try_login`].
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
        let attempt = match server.provider {
            Provider::Postgres => postgres::set_up(&self.tls, server, login, wanted, still_wanted),
        };
        tokio::time::timeout(SET_UP_TIMEOUT, attempt).await.unwrap_or_else(|_| Err(SqlError::too_late()))
    }
}
