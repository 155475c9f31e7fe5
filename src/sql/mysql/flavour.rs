//! MySQL or MariaDB: what differs for a set-up.
//!
//! The server is asked, not the provider: it decides what it understands. Not by its version, which is
//! a setting on MariaDB, but by a variable of Aria, the engine of MariaDB's own tables, without
//! which it does not start, and which MySQL does not have.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};
use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};

use super::failure::executing;
use super::quote::literal;
use crate::sql::SqlError;

/// What kind of server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    Mysql,
    Mariadb,
}

impl Flavour {
    pub(super) async fn of(session: &mut Conn) -> Result<Self, SqlError> {
        let question = "SHOW GLOBAL VARIABLES LIKE 'aria_block_size'";
        let answer: Option<Row> = session.query_first(question).await.map_err(executing)?;
        Ok(if answer.is_some() { Self::Mariadb } else { Self::Mysql })
    }

    /// The longest a statement may take.
    pub(super) fn time_limit(self) -> &'static str {
        match self {
            // In milliseconds, and of questions only: it has no such setting for statements that
            // change something, which wait for locks at most.
            Self::Mysql => "SET SESSION max_execution_time = 45000",
            Self::Mariadb => "SET SESSION max_statement_time = 45",
        }
    }

    /// How an account proves who it is, as a clause of CREATE USER and ALTER USER; holds a secret.
    pub(super) fn identified(self, password: &SecretString) -> String {
        let password = password.expose_secret();
        match self {
            // The server computes the verifier. Since 8.4 it does not know MariaDB's way as it comes,
            // and that of its own (caching_sha2_password) no maintained library computes. It leaves
            // passwords out of its logs.
            Self::Mysql => format!("IDENTIFIED BY {}", literal(password)),
            // Computed here: a failing statement may be logged with its text.
            Self::Mariadb => {
                format!("IDENTIFIED VIA mysql_native_password USING {}", literal(&verifier(password)))
            }
        }
    }
}

/// What `mysql_native_password` stores: `*` and SHA-1 of SHA-1 in hexadecimal digits.
fn verifier(password: &str) -> String {
    let twice = Sha1::digest(Sha1::digest(password.as_bytes()));
    twice.iter().fold(String::from("*"), |text, byte| format!("{text}{byte:02X}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_is_the_servers() {
        // What SELECT PASSWORD('password') answers.
        assert_eq!(verifier("password"), "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
    }

    #[test]
    fn no_password_stands_in_a_statement_for_mariadb() {
        let clause = Flavour::Mariadb.identified(&"pass'word".into());
        assert!(!clause.contains("pass'") && !clause.contains("word'"), "{clause}");
        assert_eq!(Flavour::Mysql.identified(&"pass'\\".into()), "IDENTIFIED BY 'pass\\'\\\\'");
    }
}
