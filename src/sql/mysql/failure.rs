//! What MySQL's and MariaDB's errors mean.

use std::error::Error as StdError;

use mysql_async::{Error, ServerError};

use crate::sql::{ErrorKind, SqlError};

/// The server said that this password, user or database is not one, or what else a set-up cures.
/// Numbers from MySQL's and MariaDB's lists of errors; neither driver nor server gives them names.
const REFUSALS: [u16; 9] = [
    1044, // no right on the database, or there is none
    1045, // wrong password, no such user, or TLS demanded
    1049, // no such database
    1698, // a user without a password to log in with
    1820, // the password has expired: said to a statement…
    1862, // …or to the login
    3118, // locked (MySQL)
    3955, // locked after too many wrong passwords (MySQL)
    4151, // locked (MariaDB)
];

/// A failure while connecting, logging in and asking for the first value.
pub(super) fn connecting(error: Error) -> SqlError {
    match error {
        // Such messages name the user and where it comes from.
        Error::Server(said) if REFUSALS.contains(&said.code) => {
            SqlError::connecting(ErrorKind::Denied, said.to_string().into())
        }
        other => SqlError::connecting(ErrorKind::Unreachable, scrubbed(&other)),
    }
}

/// A failure of a statement.
pub(super) fn executing(error: Error) -> SqlError {
    let kind = if error.is_fatal() { ErrorKind::Unreachable } else { ErrorKind::Failed };
    SqlError::executing(kind, scrubbed(&error))
}

/// Keeps the code of what the server said, as its messages may quote statements ("… near '…'"); and
/// of what the driver says the text, but not the packets and values that its errors carry.
fn scrubbed(error: &Error) -> Box<dyn StdError + Send + Sync> {
    match error {
        Error::Server(ServerError { code, state, .. }) => format!("error {code} ({state})").into(),
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: u16) -> Error {
        Error::Server(ServerError { code, message: "near 'secret'".into(), state: "42000".into() })
    }

    #[test]
    fn a_refused_login_is_told_from_a_busy_server() {
        assert_eq!(connecting(said(1045)).kind(), ErrorKind::Denied);
        assert_eq!(connecting(said(1040)).kind(), ErrorKind::Unreachable);
        assert_eq!(executing(said(1045)).kind(), ErrorKind::Failed);
    }

    #[test]
    fn what_may_quote_a_statement_is_left_out() {
        for error in [executing(said(1064)), connecting(said(1064))] {
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
    }
}
