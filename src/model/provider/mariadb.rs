//! MariaDB: as MySQL but for its names. Its user names may have 80 characters; 32 are offered, as on
//! MySQL, so that a service can move between the two.

use super::Traits;
use super::mysql::FAMILY;

pub(super) static TRAITS: Traits = Traits {
    name: "mariadb",
    display_name: "MariaDB",
    rds_engine: "mariadb",
    dsn_scheme: "mariadb",
    has_extended_support: false,
    ..FAMILY
};
