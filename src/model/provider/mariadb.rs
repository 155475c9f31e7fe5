//! MariaDB: names, lengths and reserved words.

use super::Traits;

pub(super) static TRAITS: Traits = Traits {
    name: "mariadb",
    display_name: "MariaDB",
    rds_engine: "mariadb",
    dsn_scheme: "mariadb",
    superuser: "cs_admin",
    password_length: (8, 41),
    longest_database_name: 64,
    longest_user_name: 32,
    default_database: "app",
    default_user: "app",
    is_reserved: |name| name == "cs_admin",
};
