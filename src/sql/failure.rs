//! What can go wrong with a database, without its secrets.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The server did not answer, or did not prove who it is.
    Unreachable,
    /// The server refused the login.
    Denied,
    /// The server refused a statement.
    Failed,
    /// The server does not have an extension, or does not give it to anyone; which one is in the
    /// error's text, which can be shown to the user.
    Extension,
}

/// A failed exchange with a database server.
#[derive(Debug)]
pub struct SqlError {
    kind: ErrorKind,
    what: Cow<'static, str>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl SqlError {
    /// What it means.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(super) fn too_late() -> Self {
        Self { kind: ErrorKind::Unreachable, what: "the database did not answer in time".into(), cause: None }
    }

    /// Another replica, or a user who knows its name, has held the lock for too long.
    pub(super) fn locked() -> Self {
        Self { kind: ErrorKind::Failed, what: "the database is being set up already".into(), cause: None }
    }

    /// A failure while connecting and logging in; `cause` holds no secret.
    pub(super) fn connecting(kind: ErrorKind, cause: Box<dyn StdError + Send + Sync>) -> Self {
        Self { kind, what: "could not log in to the database".into(), cause: Some(cause) }
    }

    /// A failure of a statement; `cause` holds no secret.
    pub(super) fn executing(kind: ErrorKind, cause: Box<dyn StdError + Send + Sync>) -> Self {
        Self { kind, what: "the database refused a statement".into(), cause: Some(cause) }
    }

    /// The server has no such extension, or does not give it; `cause` holds no secret.
    pub(super) fn no_extension(name: &str, cause: Option<Box<dyn StdError + Send + Sync>>) -> Self {
        let what = format!("the extension {name:?} is not available on this server");
        Self { kind: ErrorKind::Extension, what: what.into(), cause }
    }

    /// In the middle of a set-up: that the superuser's password works is known, whatever is refused now.
    pub(super) fn after_login(self) -> Self {
        let kind = if self.kind == ErrorKind::Denied { ErrorKind::Failed } else { self.kind };
        Self { kind, ..self }
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)
    }
}

impl StdError for SqlError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_after_the_login_is_no_refused_password() {
        let refused = SqlError::connecting(ErrorKind::Denied, "gone".into());
        assert_eq!(refused.after_login().kind(), ErrorKind::Failed);
        assert_eq!(SqlError::too_late().after_login().kind(), ErrorKind::Unreachable);
    }
}
