//! MySQL: names, lengths and reserved words.

use super::Traits;

pub(super) static TRAITS: Traits = Traits {
    name: "mysql",
    display_name: "MySQL",
    rds_engine: "mysql",
    dsn_scheme: "mysql",
    superuser: "cs_admin",
    password_length: (8, 41),
    longest_database_name: 64,
    longest_user_name: 32,
    default_database: "app",
    default_user: "app",
    is_reserved: |name| name == "cs_admin",
};
