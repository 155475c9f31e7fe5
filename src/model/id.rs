//! Who is who: service ids, the broker's name, and the identifiers derived from both.
//!
//! The DB instance identifier is a bijection of (broker name, service id): nothing has to be
//! looked up to find the instance of a service, or the service of an instance.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The platform's id of a service: a UUID in the hyphenated form, lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(Uuid);

impl ServiceId {
    /// Room for [`Self::text`].
    #[must_use]
    pub fn buffer() -> [u8; uuid::fmt::Hyphenated::LENGTH] {
        [0; uuid::fmt::Hyphenated::LENGTH]
    }

    /// Its text, without an allocation.
    pub fn text(self, buffer: &mut [u8; uuid::fmt::Hyphenated::LENGTH]) -> &str {
        self.0.hyphenated().encode_lower(buffer)
    }
}

/// A string that is not a service id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("must be a UUID like a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")]
pub struct NotAServiceId;

impl FromStr for ServiceId {
    type Err = NotAServiceId;

    /// Any case is accepted; braces, URN and the form without hyphens are not.
    fn from_str(text: &str) -> Result<Self, NotAServiceId> {
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(NotAServiceId);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| NotAServiceId)
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(out)
    }
}

impl fmt::Debug for ServiceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// The broker's name: the prefix of identifiers and secrets, and the value of its tag.
///
/// `^[a-z][a-z0-9-]*$`, at most 26 characters, no `--`, no trailing `-`, not starting with
/// `aws` or `rds`: so that `<name>-<uuid>` is a DB instance identifier (at most 63 characters).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BrokerName(String);

impl BrokerName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The DB instance identifier of a service: `<broker name>-<uuid>`.
    #[must_use]
    pub fn instance_identifier(&self, id: ServiceId) -> String {
        format!("{}-{id}", self.0)
    }

    /// The service whose instance has this identifier, if it is one of this broker's.
    #[must_use]
    pub fn service_of(&self, identifier: &str) -> Option<ServiceId> {
        identifier.strip_prefix(&self.0)?.strip_prefix('-')?.parse().ok()
    }

    /// The name of a new secret: `<broker name>/<uuid>/<incarnation>/<which>`. The incarnation is
    /// random: a name is never used for two lives, since a deleted name stays taken for a while.
    #[must_use]
    pub fn secret_name(&self, id: ServiceId, incarnation: &str, which: super::Which) -> String {
        format!("{}/{id}/{incarnation}/{which}", self.0)
    }

    /// Whether an ARN is that of a secret of this service. It is read from tags, which others may write: nobody shall have the
    /// broker read, set or delete another service's secret.
    #[must_use]
    pub fn owns_secret(&self, id: ServiceId, arn: &str) -> bool {
        let name = arn.splitn(7, ':').nth(6);
        name.is_some_and(|name| name.starts_with(&format!("{}/{id}/", self.0)))
    }
}

impl FromStr for BrokerName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let alphabet =
            text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let good = alphabet
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.len() <= 26
            && !text.contains("--")
            && !text.ends_with('-')
            && !text.starts_with("aws")
            && !text.starts_with("rds");
        good.then(|| Self(text.to_owned())).ok_or(
            "must be 1 to 26 of a-z, 0-9 and single hyphens, start with a letter, not end with a hyphen, \
             and not start with aws or rds",
        )
    }
}

impl fmt::Display for BrokerName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_hyphenated_and_kept_in_lower_case() {
        let id: ServiceId = "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11".parse().unwrap();
        assert_eq!(id.to_string(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
        for bad in [
            "",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
            "urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
            "a0eebc99-9c0b-4ef8-bb6d6bb9bd380a-11",
        ] {
            assert_eq!(bad.parse::<ServiceId>(), Err(NotAServiceId), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_a_services_own_by_its_name() {
        let broker: BrokerName = "codesphere".parse().unwrap();
        let [id, other]: [ServiceId; 2] =
            ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]
                .map(|id| id.parse().unwrap());
        let arn =
            |name: &str| format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:{name}-AbCdEf");
        let own = broker.secret_name(id, "incarnation", super::super::Which::User);
        assert!(broker.owns_secret(id, &arn(&own)));
        assert!(!broker.owns_secret(other, &arn(&own)));
        for name in
            ["codesphere-two/x", "codesphere", "shop/codesphere/a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11/i/user"]
        {
            assert!(!broker.owns_secret(id, &arn(name)), "{name}");
        }
        assert!(!broker.owns_secret(id, "codesphere/a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11/i/user"));
    }

    #[test]
    fn the_identifier_leads_back_to_the_service() {
        let broker: BrokerName = "codesphere".parse().unwrap();
        let id: ServiceId = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11".parse().unwrap();
        let identifier = broker.instance_identifier(id);
        assert!(identifier.len() <= 63);
        assert_eq!(broker.service_of(&identifier), Some(id));
        let other: BrokerName = "codesphere-two".parse().unwrap();
        assert_eq!(broker.service_of(&other.instance_identifier(id)), None);
        assert_eq!(other.service_of(&identifier), None);
    }

    #[test]
    fn names_that_rds_would_refuse_are_refused() {
        for bad in
            ["", "-a", "a-", "a--b", "A", "1a", "aws-x", "rdsbroker", "a_b", "abcdefghijklmnopqrstuvwxyz1"]
        {
            assert!(bad.parse::<BrokerName>().is_err(), "{bad}");
        }
        let longest: BrokerName = "abcdefghijklmnopqrstuvwxyz".parse().unwrap();
        let id: ServiceId = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11".parse().unwrap();
        assert_eq!(longest.instance_identifier(id).len(), 63);
    }
}
