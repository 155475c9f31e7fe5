//! Names of DB parameter groups: RDS's own, and those of services.
//!
//! A service has a group of its own only where it wants parameters that differ from the default:
//! an account has 50 of them. The name holds the incarnation, so that the group of one life of an
//! id is never taken for that of the next, and the family, since an upgrade needs another one.

use super::{BrokerName, ServiceId};

/// How many characters of the incarnation the name holds.
const INCARNATION_DIGITS: usize = 8;

/// What the names of one service's own groups begin with: `<identifier>-<incarnation>-`.
#[must_use]
pub fn prefix(identifier: &str, incarnation: &str) -> String {
    let digits: String =
        incarnation.chars().filter(char::is_ascii_hexdigit).take(INCARNATION_DIGITS).collect();
    format!("{identifier}-{digits}-")
}

/// The name of a service's own group of a family; points are not allowed in it.
#[must_use]
pub fn own(prefix: &str, family: &str) -> String {
    format!("{prefix}{}", family.replace('.', "-"))
}

/// RDS's group of a family, which every instance has that names none.
#[must_use]
pub fn default(family: &str) -> String {
    format!("default.{family}")
}

/// Whether it is one of RDS's own.
#[must_use]
pub fn is_default(name: &str) -> bool {
    name.starts_with("default.")
}

/// The service whose group this is by its name alone, if it is one of this broker's.
#[must_use]
pub fn service_of(broker: &BrokerName, name: &str) -> Option<ServiceId> {
    const UUID_LENGTH: usize = 36;
    let rest = name.strip_prefix(broker.as_str())?.strip_prefix('-')?;
    let (id, rest) = rest.split_at_checked(UUID_LENGTH)?;
    rest.starts_with('-').then(|| id.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_whose_they_are() {
        let broker: BrokerName = "codesphere".parse().unwrap();
        let id: ServiceId = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11".parse().unwrap();
        let prefix = prefix(&broker.instance_identifier(id), "0f0f0f0f-1111-4222-8333-444444444444");
        let name = own(&prefix, "mariadb10.11");
        assert_eq!(name, "codesphere-a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-0f0f0f0f-mariadb10-11");
        assert!(name.len() <= 255 && !name.contains("--") && !is_default(&name));
        assert_eq!(service_of(&broker, &name), Some(id));
        for other in ["codesphere-extra", "default.postgres17", "codesphere-a0eebc99", "other-x"] {
            assert_eq!(service_of(&broker, other), None, "{other}");
        }
        assert_eq!(service_of(&broker, &broker.instance_identifier(id)), None);
    }
}
