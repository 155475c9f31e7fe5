//! What can go wrong, for whom, without any transport.
//!
//! An [`Error`] has two halves that never mix: `message` and `details` are written for the
//! user (one sentence they can act on, no AWS internals), `cause` is for the operator and is
//! logged once, where the error is handled. `http/respond.rs` alone knows status codes.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// The class of a failure: what the caller can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request itself is wrong; sending it again unchanged cannot work.
    Invalid,
    /// No token, or not one of ours.
    Unauthorized,
    /// Nothing of that id or path is known.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The body is over the limit.
    TooLarge,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// The request contradicts what exists: an immutable field, a shrink, a taken name.
    Conflict,
    /// Valid, but no class, account or region can provide it.
    Unsatisfiable,
    /// This caller sends too much.
    TooManyRequests,
    /// This provider does not offer it.
    NotSupported,
    /// AWS refuses the broker itself (permissions, broken configuration), not just for the moment.
    Refused,
    /// AWS throttles, fails or is unreachable, or the work is not finished; nothing was lost.
    Unavailable,
}

/// One field that is wrong, for the `details` of a response.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldError {
    /// Dotted path of the field, as `plan.parameters.storage`.
    pub path: String,
    /// What is wrong with it, without repeating its value.
    pub message: String,
}

/// A failure on its way to a user and to the log.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    details: Vec<FieldError>,
    retry_after: Option<Duration>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// The result of everything that can fail with an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A failure of `kind`; `message` is one sentence for the user.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), details: Vec::new(), retry_after: None, cause: None }
    }

    /// A request with these fields wrong; never called without one.
    #[must_use]
    pub fn fields(mut details: Vec<FieldError>) -> Self {
        details.sort();
        details.dedup();
        let mut paths: Vec<&str> = details.iter().map(|field| field.path.as_str()).collect();
        paths.dedup();
        let message = if let [path] = paths.as_slice() {
            let messages: Vec<_> = details.iter().map(|field| field.message.as_str()).collect();
            format!("{path}: {}", messages.join("; "))
        } else {
            format!("{} fields are invalid: {}", paths.len(), paths.join(", "))
        };
        Self { details, ..Self::new(Kind::Invalid, message) }
    }

    /// Shorthand for [`Kind::Invalid`] without a field.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// Shorthand for [`Kind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// Shorthand for [`Kind::Conflict`].
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// Shorthand for [`Kind::Unsatisfiable`].
    pub fn unsatisfiable(message: impl Into<String>) -> Self {
        Self::new(Kind::Unsatisfiable, message)
    }

    /// Shorthand for [`Kind::Unavailable`]; the caller is asked to come back after `retry_after`.
    pub fn unavailable(message: impl Into<String>, retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(Kind::Unavailable, message) }
    }

    /// Keeps what the operator needs; never shown to users.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Sets after how long the caller may come back.
    #[must_use]
    pub fn retry_after_of(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// What the caller can do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The sentence for the user.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The fields that are wrong, sorted by path.
    #[must_use]
    pub fn details(&self) -> &[FieldError] {
        &self.details
    }

    /// After how long the caller may come back, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The whole chain of causes in one line, for the log.
    #[must_use]
    pub fn chain(&self) -> Option<String> {
        self.cause.as_deref().map(|cause| chain(cause))
    }
}

/// An error with everything below it, in one line, for the log.
#[must_use]
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}
