//! Statements and questions, with the values put in by the server's own quoting.

use tokio_postgres::Client;

use super::failure::executing;
use crate::sql::SqlError;

/// The text of a statement.
pub(super) async fn compose(client: &Client, template: &str, values: &[&str]) -> Result<String, SqlError> {
    let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
    let row = client
        .query_one("SELECT pg_catalog.format($1::text, VARIADIC $2::text[])", &[&template, &values])
        .await
        .map_err(executing)?;
    row.try_get(0).map_err(executing)
}

/// Runs a statement.
pub(super) async fn run(client: &Client, template: &str, values: &[&str]) -> Result<(), SqlError> {
    let statement = compose(client, template, values).await?;
    client.batch_execute(&statement).await.map_err(executing)
}

/// Whether a question has an answer; its `$1` is compared with a column of type `name`.
pub(super) async fn exists(client: &Client, question: &str, name: &str) -> Result<bool, SqlError> {
    let question = question.replace("= $1", "= $1::text::name");
    Ok(client.query_opt(&question, &[&name]).await.map_err(executing)?.is_some())
}

/// As `server_version_num`: 160014 for 16.14.
pub(super) async fn version(client: &Client) -> Result<i32, SqlError> {
    let question = "SELECT current_setting('server_version_num')::int";
    let row = client.query_one(question, &[]).await.map_err(executing)?;
    row.try_get(0).map_err(executing)
}
