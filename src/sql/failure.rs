//! What can go wrong with a database, without its secrets.

use std::error::Error as StdError;
use std::fmt;

use tokio_postgres::error::SqlState;

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The server did not answer, or did not prove who it is.
    Unreachable,
    /// The server refused the login.
    Denied,
    /// The server refused a statement.
    Failed,
}

/// A failed exchange with a database server.
#[derive(Debug)]
pub struct SqlError {
    kind: ErrorKind,
    what: &'static str,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl SqlError {
    /// What it means.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(super) fn too_late() -> Self {
        Self { kind: ErrorKind::Unreachable, what: "the database did not answer in time", cause: None }
    }

    /// A failure while connecting and logging in.
    pub(super) fn connecting(error: tokio_postgres::Error) -> Self {
        let kind = match error.code() {
            Some(code) if is_refusal(code) => ErrorKind::Denied,
            _ => ErrorKind::Unreachable,
        };
        Self { kind, what: "could not log in to the database", cause: Some(scrubbed(error)) }
    }

    /// A failure of a statement.
    pub(super) fn executing(error: tokio_postgres::Error) -> Self {
        let kind = if error.is_closed() { ErrorKind::Unreachable } else { ErrorKind::Failed };
        Self { kind, what: "the database refused a statement", cause: Some(scrubbed(error)) }
    }
}

/// Whether the server said that this password, role or database is not one.
fn is_refusal(code: &SqlState) -> bool {
    [
        SqlState::INVALID_PASSWORD,
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        SqlState::INVALID_CATALOG_NAME,
        // CONNECT on the database is missing: the set-up gives it.
        SqlState::INSUFFICIENT_PRIVILEGE,
    ]
    .contains(code)
}

/// Keeps code and message of what the server said: its details and context may quote statements.
fn scrubbed(error: tokio_postgres::Error) -> Box<dyn StdError + Send + Sync> {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()).into(),
        None => Box::new(error),
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.what)
    }
}

impl StdError for SqlError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}
