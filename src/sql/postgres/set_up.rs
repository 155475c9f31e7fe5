//! Making a database and its owner.

use postgres_protocol::password::scram_sha_256;
use secrecy::ExposeSecret;
use tokio_postgres::Client;

use super::statement::{exists, run, version};
use super::{Driver, extensions};
use crate::sql::{ErrorKind, Login, Server, SetUp, SetUpOutcome, SqlError};

/// Bytes in a name (`NAMEDATALEN` - 1): PostgreSQL cuts off the rest without a word.
const LONGEST_NAME: usize = 63;

impl Driver {
    pub(in crate::sql) async fn set_up<F, Fut>(
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
        for name in [wanted.database, wanted.user] {
            not_cut_off(name)?;
        }
        let session = self.locked(server, login).await?;
        let cluster = &session.client;
        if !still_wanted().await {
            return Ok(SetUpOutcome::Superseded);
        }
        role(cluster, wanted.user).await?;
        database(cluster, wanted, login.user).await?;
        let inside = self.inside(server, login, wanted.database).await?;
        schema(&inside.client, wanted.user).await?;
        extensions::create(&inside.client, wanted.extensions).await?;
        // Computed here: a failing statement is logged by the server with its text.
        let verifier = scram_sha_256(wanted.password.expose_secret().as_bytes());
        run(cluster, "ALTER ROLE %I LOGIN PASSWORD %L", &[wanted.user, &verifier]).await?;
        Ok(SetUpOutcome::Applied)
    }
}

/// Refuses a name of which the server would take only the beginning, which may be another's.
fn not_cut_off(name: &str) -> Result<(), SqlError> {
    if name.len() <= LONGEST_NAME {
        return Ok(());
    }
    let reason = format!("a name of {} bytes is longer than PostgreSQL's longest", name.len());
    Err(SqlError::executing(ErrorKind::Failed, reason.into()))
}

/// The login role, without a password yet and without any right beyond its own objects. What it was
/// given later stays.
async fn role(cluster: &Client, user: &str) -> Result<(), SqlError> {
    if !exists(cluster, "SELECT 1 FROM pg_roles WHERE rolname = $1", user).await? {
        run(cluster, "CREATE ROLE %I NOLOGIN NOCREATEDB NOCREATEROLE INHERIT", &[user]).await?;
    }
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
