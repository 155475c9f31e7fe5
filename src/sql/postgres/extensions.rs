//! Extensions, which a server has and a database is given.

use tokio_postgres::Client;

use super::statement::{compose, exists, run};
use super::{Driver, failure};
use crate::sql::{Login, Server, SqlError};

/// The schema of extensions where the user has dropped `public`.
const OWN_SCHEMA: &str = "extensions";

impl Driver {
    pub(in crate::sql) async fn create_extensions(
        &self,
        server: Server<'_>,
        login: Login<'_>,
        database: &str,
        extensions: &[String],
    ) -> Result<(), SqlError> {
        let _lock = self.locked(server, login).await?;
        let inside = self.inside(server, login, database).await?;
        create(&inside.client, extensions).await
    }
}

/// Creates those that are missing, and what they need; `inside` is a session in the user's database.
pub(super) async fn create(inside: &Client, extensions: &[String]) -> Result<(), SqlError> {
    for name in extensions {
        if exists(inside, "SELECT 1 FROM pg_extension WHERE extname = $1", name).await? {
            continue;
        }
        if !exists(inside, "SELECT 1 FROM pg_available_extensions WHERE name = $1", name).await? {
            return Err(SqlError::no_extension(name, None));
        }
        let schema = schema(inside).await?;
        // Without a schema it would go to the first of the pinned search_path: among the server's own.
        let template = "CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I CASCADE";
        let statement = compose(inside, template, &[name, schema]).await?;
        inside.batch_execute(&statement).await.map_err(|error| failure::creating_extension(name, error))?;
    }
    Ok(())
}

async fn schema(inside: &Client) -> Result<&'static str, SqlError> {
    if exists(inside, "SELECT 1 FROM pg_namespace WHERE nspname = $1", "public").await? {
        return Ok("public");
    }
    if !exists(inside, "SELECT 1 FROM pg_namespace WHERE nspname = $1", OWN_SCHEMA).await? {
        run(inside, "CREATE SCHEMA %I", &[OWN_SCHEMA]).await?;
        run(inside, "GRANT USAGE ON SCHEMA %I TO PUBLIC", &[OWN_SCHEMA]).await?;
    }
    Ok(OWN_SCHEMA)
}
