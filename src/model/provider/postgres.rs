//! PostgreSQL: names, lengths and reserved words.

use super::Traits;

pub(super) static TRAITS: Traits = Traits {
    name: "postgres",
    display_name: "PostgreSQL",
    rds_engine: "postgres",
    port: 5432,
    dsn_scheme: "postgresql",
    dsn_tls: "sslmode=require",
    major_parts: 1,
    superuser: "cs_admin",
    password_length: (8, 128),
    longest_database_name: 63,
    longest_user_name: 63,
    default_database: "app",
    default_user: "app",
    has_extended_support: true,
    has_extensions: true,
    is_reserved,
};

/// Names RDS or the platform keeps (contract, "Provider schemas").
const KEPT: [&str; 8] = ["postgres", "rdsadmin", "admin", "root", "mysql", "public", "cs_admin", "template0"];

/// Key words that PostgreSQL does not take as a bare name: the rows "reserved" and "reserved (can be
/// function or type)" of appendix C of its manual, release 18, and `none`, which `CREATE ROLE` refuses.
/// RDS refuses them as `DBName`.
const KEYWORDS: &str = "all analyse analyze and any array as asc asymmetric authorization binary both case cast \
    check collate collation column concurrently constraint create cross current_catalog current_date \
    current_role current_schema current_time current_timestamp current_user default deferrable desc \
    distinct do else end except false fetch for foreign freeze from full grant group having ilike in \
    initially inner intersect into is isnull join lateral leading left like limit localtime \
    localtimestamp natural none not notnull null offset on only or order outer overlaps placing primary \
    references returning right select session_user similar some symmetric system_user table tablesample \
    then to trailing true union unique user using variadic verbose when where window with";

fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    KEPT.contains(&name.as_str())
        || name == "template1"
        || name.starts_with("rds_")
        || name.starts_with("pg_")
        || KEYWORDS.split_ascii_whitespace().any(|keyword| keyword == name)
}

#[cfg(test)]
mod tests {
    use super::is_reserved;

    #[test]
    fn reserved_names_are_known_in_any_case() {
        for name in
            ["postgres", "PG_monitor", "rds_superuser", "Select", "user", "cs_admin", "template1", "none"]
        {
            assert!(is_reserved(name), "{name}");
        }
        for name in ["app", "application", "users", "pgdata", "rdsapp", "selects"] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
