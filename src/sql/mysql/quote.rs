//! Names and values in statements. Neither driver nor server quotes identifiers for a client, and
//! account statements take no parameters.
//!
//! Right for sessions with the settings of [`super::set_up`]: UTF-8, a backslash escapes inside
//! '…', and "…" is not an identifier.

use mysql_async::Value;

/// The longest database name, and the longest pattern of a grant.
const LONGEST_NAME: usize = 64;

/// A string literal.
pub(super) fn literal(value: &str) -> String {
    let backslash_is_a_letter = false;
    Value::from(value).as_sql(backslash_is_a_letter)
}

/// An account, from wherever it logs in.
pub(super) fn account(user: &str) -> String {
    format!("{}@'%'", literal(user))
}

/// A name as it is.
pub(super) fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The database of a grant, where `_` and `%` are wildcards and a backslash takes that from them.
///
/// A pattern may be no longer than a name, so a long name with many `_` cannot be written exactly: its
/// `_` stay wildcards, which match databases with names of the same length. The server is the user's
/// own, its other databases are the server's, and none of those has a name so long.
pub(super) fn grant_pattern(database: &str) -> String {
    let escaped = database.replace('\\', "\\\\").replace('%', "\\%");
    let exact = escaped.replace('_', "\\_");
    identifier(if exact.chars().count() <= LONGEST_NAME { &exact } else { &escaped })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_they_end() {
        assert_eq!(identifier("a`b"), "`a``b`");
        assert_eq!(identifier("``"), "``````");
        assert_eq!(identifier("a\\"), "`a\\`");
        assert_eq!(account("o'\\"), "'o\\'\\\\'@'%'");
    }

    #[test]
    fn a_grant_is_for_one_database() {
        assert_eq!(grant_pattern("a_b%c\\"), "`a\\_b\\%c\\\\`");
        let long = format!("{}_b", "a".repeat(62));
        assert_eq!(grant_pattern(&long), format!("`{long}`"));
        let fits = format!("{}_b", "a".repeat(61));
        assert_eq!(grant_pattern(&fits), format!("`{}\\_b`", "a".repeat(61)));
    }
}
