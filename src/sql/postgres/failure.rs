//! What PostgreSQL's errors mean.

use std::error::Error as StdError;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::sql::{ErrorKind, SqlError};

/// The server said that this password, role or database is not one.
const REFUSALS: [SqlState; 4] = [
    SqlState::INVALID_PASSWORD,
    SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
    SqlState::INVALID_CATALOG_NAME,
    // CONNECT on the database is missing: the set-up gives it.
    SqlState::INSUFFICIENT_PRIVILEGE,
];

/// The server does not have an extension, or no master user may create it.
const NO_EXTENSION: [SqlState; 3] =
    [SqlState::FEATURE_NOT_SUPPORTED, SqlState::UNDEFINED_FILE, SqlState::INSUFFICIENT_PRIVILEGE];

/// A failure while connecting and logging in.
pub(super) fn connecting(error: Error) -> SqlError {
    let refused = error.code().is_some_and(|code| REFUSALS.contains(code));
    let kind = if refused { ErrorKind::Denied } else { ErrorKind::Unreachable };
    SqlError::connecting(kind, scrubbed(error))
}

/// A failure of a statement.
pub(super) fn executing(error: Error) -> SqlError {
    let kind = if error.is_closed() { ErrorKind::Unreachable } else { ErrorKind::Failed };
    SqlError::executing(kind, scrubbed(error))
}

/// A failure of `CREATE EXTENSION`.
pub(super) fn creating_extension(name: &str, error: Error) -> SqlError {
    if error.code().is_some_and(|code| NO_EXTENSION.contains(code)) {
        return SqlError::no_extension(name, Some(scrubbed(error)));
    }
    executing(error)
}

/// Keeps code and message of what the server said: its details and context may quote statements.
fn scrubbed(error: Error) -> Box<dyn StdError + Send + Sync> {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()).into(),
        None => Box::new(error),
    }
}
