//! PostgreSQL: logging in, and making a database and its owner.
//!
//! The superuser is RDS's master user: it may create roles and databases, but is no superuser of
//! PostgreSQL. Identifiers and values are quoted by the server itself (`format` with `%I`, `%L`).

mod extensions;
mod failure;
mod set_up;
mod statement;

use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{ErrorKind, Login, Outcome, Server, SqlError};

/// The database that every server has.
pub(super) const HOME: &str = "postgres";

/// Key of the advisory lock that serialises set-ups of one server ("codesphe" in ASCII). Such a lock
/// belongs to one database: it is taken in the one that the superuser logs in to.
const LOCK: i64 = 0x636f_6465_7370_6865;

/// Settings of every session; what a client asks for at its start outranks what `ALTER DATABASE` and
/// `ALTER ROLE` say. The user owns the database into which the superuser logs in: no function of
/// theirs may be found before the server's own (it would run with the superuser's rights), and no
/// setting of theirs may stop the next rotation. The lock is waited for less long than a statement.
const SESSION: &str = "-c search_path=pg_catalog,pg_temp -c role=none -c default_transaction_read_only=off \
    -c lock_timeout=30s -c statement_timeout=45s";

/// The way to PostgreSQL servers.
#[derive(Clone, Debug)]
pub(super) struct Driver {
    tls: Arc<rustls::ClientConfig>,
}

/// A connection, and the task that drives it; dropping it closes both.
struct Session {
    client: Client,
    driver: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Driver {
    pub(super) fn new(tls: rustls::ClientConfig) -> Self {
        Self { tls: Arc::new(tls) }
    }

    pub(super) async fn try_login(&self, server: Server<'_>, login: Login<'_>) -> Result<Outcome, SqlError> {
        match self.connect(server, login).await {
            Ok(session) => {
                session.client.simple_query("SELECT 1").await.map_err(failure::executing)?;
                Ok(Outcome::Worked)
            }
            Err(refused) if refused.kind() == ErrorKind::Denied => Ok(Outcome::Refused),
            Err(error) => Err(error),
        }
    }

    async fn connect(&self, server: Server<'_>, login: Login<'_>) -> Result<Session, SqlError> {
        let mut config = tokio_postgres::Config::new();
        config
            .host(server.host)
            .port(server.port)
            .user(login.user)
            .password(login.password.expose_secret())
            .dbname(login.database)
            .application_name("rds-broker")
            .options(SESSION)
            .ssl_mode(SslMode::Require)
            .connect_timeout(super::LOGIN_TIMEOUT);
        let tls = MakeRustlsConnect::new(rustls::ClientConfig::clone(&self.tls));
        let (client, connection) = config.connect(tls).await.map_err(failure::connecting)?;
        let driver = tokio::spawn(async move {
            // How the connection ends is told to whoever uses the client.
            drop(connection.await);
        });
        Ok(Session { client, driver })
    }

    /// A session that has the lock of the server's set-ups until it ends.
    async fn locked(&self, server: Server<'_>, login: Login<'_>) -> Result<Session, SqlError> {
        let session = self.connect(server, login).await?;
        // Without it concurrent ALTER ROLEs of one role fail with "tuple concurrently updated".
        let lock = "SELECT pg_advisory_lock($1)";
        session.client.execute(lock, &[&LOCK]).await.map_err(failure::executing)?;
        Ok(session)
    }

    /// Another session of a superuser who is logged in already.
    async fn inside(
        &self,
        server: Server<'_>,
        login: Login<'_>,
        database: &str,
    ) -> Result<Session, SqlError> {
        self.connect(server, Login { database, ..login }).await.map_err(SqlError::after_login)
    }
}
