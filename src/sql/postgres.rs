//! PostgreSQL: logging in, and making a database and its owner.
//!
//! The superuser is RDS's master user: it may create roles and databases, but is no superuser of
//! PostgreSQL. Identifiers and values are quoted by the server itself (`format` with `%I`, `%L`).

use std::sync::Arc;

use postgres_protocol::password::scram_sha_256;
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{ErrorKind, Login, Outcome, Server, SetUp, SetUpOutcome, SqlError};

/// Key of the advisory lock that serialises set-ups of one server ("codesphe" in ASCII).
const LOCK: i64 = 0x636f_6465_7370_6865;

/// Settings of every session; what a client asks for at its start outranks what `ALTER DATABASE` and
/// `ALTER ROLE` say. The user owns the database into which the superuser logs in: no function of
/// theirs may be found before the server's own (it would run with the superuser's rights), and no
/// setting of theirs may stop the next rotation. The lock is waited for less long than a statement.
const SESSION: &str = "-c search_path=pg_catalog,pg_temp -c role=none -c default_transaction_read_only=off \
    -c lock_timeout=30s -c statement_timeout=45s";

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

pub(super) async fn try_login(
    tls: &Arc<rustls::ClientConfig>,
    server: Server<'_>,
    login: Login<'_>,
) -> Result<Outcome, SqlError> {
    match connect(tls, server, login).await {
        Ok(session) => {
            session.client.simple_query("SELECT 1").await.map_err(SqlError::executing)?;
            Ok(Outcome::Worked)
        }
        Err(refused) if refused.kind() == ErrorKind::Denied => Ok(Outcome::Refused),
        Err(error) => Err(error),
    }
}

pub(super) async fn set_up<F, Fut>(
    tls: &Arc<rustls::ClientConfig>,
    server: Server<'_>,
    login: Login<'_>,
    wanted: SetUp<'_>,
    still_wanted: F,
) -> Result<SetUpOutcome, SqlError>
where
    F: FnOnce() -> Fut + Send,
    Fut: Future<Output = bool> + Send,
{
    let session = connect(tls, server, login).await?;
    let cluster = &session.client;
    // Held until the session ends; concurrent ALTER ROLEs of one role fail with "tuple concurrently updated".
    cluster.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(SqlError::executing)?;
    if !still_wanted().await {
        return Ok(SetUpOutcome::Superseded);
    }
    role(cluster, wanted.user).await?;
    database(cluster, wanted, login.user).await?;
    let inside = connect(tls, server, Login { database: wanted.database, ..login }).await?;
    schema(&inside.client, wanted.user).await?;
    // Computed here: a failing statement is logged by the server with its text.
    let verifier = scram_sha_256(wanted.password.expose_secret().as_bytes());
    run(cluster, "ALTER ROLE %I LOGIN PASSWORD %L", &[wanted.user, &verifier]).await?;
    Ok(SetUpOutcome::Applied)
}

async fn connect(
    tls: &Arc<rustls::ClientConfig>,
    server: Server<'_>,
    login: Login<'_>,
) -> Result<Session, SqlError> {
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
    let tls = MakeRustlsConnect::new(rustls::ClientConfig::clone(tls));
    let (client, connection) = config.connect(tls).await.map_err(SqlError::connecting)?;
    let driver = tokio::spawn(async move {
        // How the connection ends is told to whoever uses the client.
        drop(connection.await);
    });
    Ok(Session { client, driver })
}

/// The login role, without a password yet and without any right beyond its own objects.
async fn role(cluster: &Client, user: &str) -> Result<(), SqlError> {
    if !exists(cluster, "SELECT 1 FROM pg_roles WHERE rolname = $1", user).await? {
        run(cluster, "CREATE ROLE %I NOLOGIN", &[user]).await?;
    }
    run(cluster, "ALTER ROLE %I NOCREATEDB NOCREATEROLE INHERIT", &[user]).await?;
    // To give objects to a role one has to be able to become it; since PostgreSQL 16 the creator is
    // its administrator only.
    let options = if version(cluster).await? >= 160_000 { " WITH INHERIT TRUE, SET TRUE" } else { "" };
    run(cluster, &format!("GRANT %I TO CURRENT_USER{options}"), &[user]).await
}

/// The database, owned by the role, closed to everyone else.
async fn database(cluster: &Client, wanted: SetUp<'_>, superuser: &str) -> Result<(), SqlError> {
    if exists(cluster, "SELECT 1 FROM pg_database WHERE datname = $1", wanted.database).await? {
        // RDS has made it, owned by the master user.
        run(cluster, "ALTER DATABASE %I OWNER TO %I", &[wanted.database, wanted.user]).await?;
    } else {
        run(cluster, "CREATE DATABASE %I OWNER %I", &[wanted.database, wanted.user]).await?;
    }
    run(cluster, "REVOKE ALL ON DATABASE %I FROM PUBLIC", &[wanted.database]).await?;
    run(cluster, "GRANT CONNECT ON DATABASE %I TO %I", &[wanted.database, superuser]).await
}

/// The schema in which the role creates its tables. It belongs to the database's owner since
/// PostgreSQL 15 (`pg_database_owner`), and to RDS's own superuser before that.
async fn schema(inside: &Client, user: &str) -> Result<(), SqlError> {
    if !exists(inside, "SELECT 1 FROM pg_namespace WHERE nspname = $1", "public").await? {
        // The user has dropped it, which is theirs to do.
        return Ok(());
    }
    run(inside, "GRANT ALL ON SCHEMA public TO %I", &[user]).await
}

/// Runs a statement with the values put in by the server's own quoting.
async fn run(client: &Client, template: &str, values: &[&str]) -> Result<(), SqlError> {
    let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
    let row = client
        .query_one("SELECT pg_catalog.format($1::text, VARIADIC $2::text[])", &[&template, &values])
        .await
        .map_err(SqlError::executing)?;
    let statement: String = row.try_get(0).map_err(SqlError::executing)?;
    client.batch_execute(&statement).await.map_err(SqlError::executing)
}

async fn exists(client: &Client, question: &str, name: &str) -> Result<bool, SqlError> {
    // `rolname` and `datname` are of type name: the comparison is made as text.
    let question = question.replace("= $1", "= $1::text::name");
    Ok(client.query_opt(&question, &[&name]).await.map_err(SqlError::executing)?.is_some())
}

/// As `server_version_num`: 160014 for 16.14.
async fn version(client: &Client) -> Result<i32, SqlError> {
    let row = client
        .query_one("SELECT current_setting('server_version_num')::int", &[])
        .await
        .map_err(SqlError::executing)?;
    row.try_get(0).map_err(SqlError::executing)
}
