//! The tags that are the broker's record on an instance: their keys, and how values are written.
//!
//! RDS takes only letters, digits, space and `_ . : / = + - @` in tags, at most 256 characters
//! each, and at most 50 tags on a resource (RDS API reference, `Tag`). Values are escaped, so
//! that any text survives; what does not fit is refused before anything is written.

use super::{ConfigKey, Parameter, Which};

/// Name of the broker that owns the resource; on secrets too.
pub const BROKER: &str = "codesphere:broker";
/// The provider under whose path the service was booked; on secrets too.
pub const PROVIDER: &str = "codesphere:provider";
/// The service id; on secrets too.
pub const SERVICE: &str = "codesphere:service";
/// Which password a secret holds; on secrets only.
pub const SECRET_OF: &str = "codesphere:secret-of";
/// The platform's team id.
pub const TEAM: &str = "codesphere:team";
/// The subdomain the platform reserved; recorded, otherwise unused.
pub const SUBDOMAIN: &str = "codesphere:subdomain";
/// A random id of this life of the service: part of its secrets' names.
pub const INCARNATION: &str = "codesphere:incarnation";
/// A random id written with every accepted change.
pub const WISH: &str = "codesphere:wish";
/// The wish that RDS was seen to match.
pub const DONE: &str = "codesphere:done";
/// The wish that was given up, how often it was tried, when, and why.
pub const GAVE_UP: &str = "codesphere:gaveup";
/// Present once the service is to be deleted.
pub const DELETING: &str = "codesphere:deleting";
/// The plan that was sent, by its id.
pub const PLAN_ID: &str = "codesphere:plan/id";
/// The class chosen, with the cpu and memory it was chosen for.
pub const PIN_CLASS: &str = "codesphere:pin/class";
/// The plan's (or the provider's default) parameters, as they were when it was chosen.
pub const PIN_PLAN: &str = "codesphere:pin/plan";
/// The catalogue's defaults for what no request can set, as they were at create.
pub const PIN_INSTANCE: &str = "codesphere:pin/instance";

/// The longest value RDS stores, in characters.
pub const LONGEST_VALUE: usize = 256;

/// Stands for a value that was sent as null; no escape sequence reads like it.
const NULL: &str = "=null";

/// Key of a plan parameter that was sent.
#[must_use]
pub fn parameter(parameter: Parameter) -> String {
    format!("codesphere:plan/{parameter}")
}

/// Key of a config value that was sent.
#[must_use]
pub fn config(key: ConfigKey) -> String {
    format!("codesphere:config/{key}")
}

/// Key of a default that stands in for a config value that was not sent.
#[must_use]
pub fn pin_config(key: ConfigKey) -> String {
    format!("codesphere:pin/{key}")
}

/// Key of the VersionId wanted for a password.
#[must_use]
pub fn secret_version(which: Which) -> String {
    format!("codesphere:secret/{which}")
}

/// Key of the ARN of the secret that holds a password.
#[must_use]
pub fn secret_arn(which: Which) -> String {
    format!("codesphere:secret-arn/{which}")
}

/// Key of the password last seen to work: `VersionId@DbiResourceId`.
#[must_use]
pub fn applied(which: Which) -> String {
    format!("codesphere:applied/{which}")
}

/// Writes a value so that RDS takes it; `None` is null.
#[must_use]
pub fn encode(value: Option<&str>) -> String {
    let Some(value) = value else { return NULL.to_owned() };
    let mut text = String::with_capacity(value.len());
    for (at, byte) in value.bytes().enumerate() {
        // RDS would trim a space at either end.
        let inner_space = byte == b' ' && at != 0 && at + 1 != value.len();
        if byte.is_ascii_alphanumeric() || b"_.:/+-@".contains(&byte) || inner_space {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("={byte:02X}"));
        }
    }
    text
}

/// Reads what [`encode`] wrote: `Ok(None)` is null, `Err` a value someone else wrote.
pub fn decode(text: &str) -> Result<Option<String>, &'static str> {
    if text == NULL {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'=' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
            return Err("has a broken escape sequence");
        };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| "has a broken escape sequence")?);
    }
    String::from_utf8(bytes).map(Some).map_err(|_| "is not UTF-8")
}

/// Writes several small values into one tag: `key:value key:value`.
pub(super) fn join<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
    pairs.join(" ")
}

/// Finds one value in what [`join`] wrote.
pub(super) fn part<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.split(' ')
        .find_map(|pair| pair.split_once(':').filter(|(name, _)| *name == key).map(|(_, value)| value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_survives_in_the_alphabet_of_rds(value in ".{0,80}") {
            let text = encode(Some(&value));
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:/=+-@ ".contains(&b)));
            prop_assert_eq!(decode(&text).unwrap(), Some(value));
        }
    }

    #[test]
    fn null_is_no_text() {
        assert_eq!(decode(&encode(None)), Ok(None));
        assert_ne!(encode(Some("=null")), encode(None));
        assert!(decode("=zz").is_err());
    }

    #[test]
    fn small_values_share_a_tag() {
        let text = join([("cpu", "5".to_owned()), ("memory", "512".to_owned())]);
        assert_eq!(text, "cpu:5 memory:512");
        assert_eq!(part(&text, "memory"), Some("512"));
        assert_eq!(part(&text, "mem"), None);
    }
}
