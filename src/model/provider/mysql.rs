//! MySQL: names, lengths and reserved words.

use super::Traits;
use super::mysql_words::is_reserved;

pub(super) static TRAITS: Traits = FAMILY;

/// What MySQL and the servers that descend from it have in common.
pub(super) const FAMILY: Traits = Traits {
    name: "mysql",
    display_name: "MySQL",
    rds_engine: "mysql",
    port: 3306,
    dsn_scheme: "mysql",
    dsn_tls: "ssl-mode=REQUIRED",
    major_parts: 2,
    superuser: "cs_admin",
    password_length: (8, 41),
    longest_database_name: 63,
    longest_user_name: 32,
    default_database: "app",
    default_user: "app",
    has_extended_support: true,
    has_extensions: false,
    is_reserved,
};
