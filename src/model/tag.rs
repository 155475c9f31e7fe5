//! The tags that are the broker's record on an instance: their keys, and how values are written.
//!
//! RDS takes only letters, digits, space and `_ . : / = + - @` in tags, at most 256 characters
//! each, and at most 50 tags on a resource (RDS API reference, `Tag`). Values are escaped, so
//! that any text survives; what does not fit is refused before anything is written.

use super::{ConfigKey, Parameter, Tags, Which};

/// What the keys of all of them begin with.
pub const PREFIX: &str = "codesphere:";
/// Name of the broker that owns the resource; on secrets and parameter groups too.
pub const BROKER: &str = "codesphere:broker";
/// The provider under whose path the service was booked; on secrets too.
pub const PROVIDER: &str = "codesphere:provider";
/// The service id; on secrets too.
pub const SERVICE: &str = "codesphere:service";
/// When a parameter group was made, in seconds since 1970; on parameter groups only.
pub const MADE_AT: &str = "codesphere:made-at";
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
/// What of a wish was given up: how often each was tried, when, and why. A list, see [`spread`].
pub const GAVE_UP: &str = "codesphere:gaveup";
/// Why it was given up, where a version of this broker has written it that knew one reason for all.
pub const GAVE_UP_WHY: &str = "codesphere:gaveup/why";
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

/// Tags at most for what was given up.
pub const GAVE_UP_CHUNKS: usize = 3;

/// Stands for a value that was sent as null; no escape sequence reads like it.
const NULL: &str = "=null";

/// For how many seconds AWS may not know the tags of what is new when it decides what the broker may do with it: it caches
/// them for minutes (RDS user guide, "Specifying conditions: using custom tags").
const KNOWN_AFTER: u64 = 15 * 60;

/// Whether AWS may refuse what it would permit if it knew the tags already of what was made then (both in seconds since 1970).
#[must_use]
pub fn may_be_unknown(made_at: u64, now: u64) -> bool {
    // Clocks differ; what is from a future far away is damaged, and not new.
    now.abs_diff(made_at) < KNOWN_AFTER
}

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

/// Tags at most for one list, [`LONGEST_VALUE`] characters each.
#[must_use]
pub fn most_chunks(key: ConfigKey) -> usize {
    if key == ConfigKey::Parameters { 8 } else { 3 }
}

/// The tags of a list that was sent.
#[must_use]
pub fn list(key: ConfigKey, text: Option<&str>) -> Tags {
    match text {
        Some(text) => spread(&config(key), text),
        None => Tags::from([(config(key), NULL.to_owned())]),
    }
}

/// Reads what [`list`] wrote; `Ok(None)` where it was not sent, or sent as null.
///
/// # Errors
/// What is wrong with it, to follow its name.
pub fn read_list(key: ConfigKey, tags: &Tags) -> Result<Option<String>, &'static str> {
    let name = config(key);
    if tags.get(&name).is_some_and(|first| first == NULL) { Ok(None) } else { gather(&name, tags) }
}

/// How much text [`spread`] gets into so many tags.
#[must_use]
pub fn room(chunks: usize) -> usize {
    chunks * LONGEST_VALUE - HEAD.len()
}

/// What the first of several tags begins with: how many there are.
const HEAD: &str = "00+";

/// A text over as many tags as it takes. RDS takes all tags of one call or none, and the first says
/// how many belong together, so what a longer value has left behind means nothing.
/// The text must hold no space, which RDS would trim at an end.
#[must_use]
pub fn spread(name: &str, text: &str) -> Tags {
    let mut chunks: Vec<String> = Vec::new();
    let mut chunk = HEAD.to_owned();
    for character in text.chars() {
        if chunk.len() == LONGEST_VALUE {
            chunks.push(std::mem::take(&mut chunk));
        }
        chunk.push(character);
    }
    chunks.push(chunk);
    let count = format!("{:02}", chunks.len());
    chunks[0].replace_range(..count.len(), &count);
    let key = |number: usize| if number == 0 { name.to_owned() } else { format!("{name}.{number}") };
    chunks.into_iter().enumerate().map(|(number, chunk)| (key(number), chunk)).collect()
}

/// Reads what [`spread`] wrote; `Ok(None)` where nothing was.
///
/// # Errors
/// What is wrong with it, to follow its name.
pub fn gather(name: &str, tags: &Tags) -> Result<Option<String>, &'static str> {
    let Some(first) = tags.get(name) else { return Ok(None) };
    let (count, text) = first.split_once('+').ok_or("has no length")?;
    let count: usize = count.parse().map_err(|_| "has no length")?;
    let mut text = text.to_owned();
    for number in 1..count {
        text.push_str(tags.get(&format!("{name}.{number}")).ok_or("is not whole")?);
    }
    Ok(Some(text))
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
pub(in crate::model) fn join<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
    pairs.join(" ")
}

/// Finds one value in what [`join`] wrote.
pub(in crate::model) fn part<'a>(text: &'a str, key: &str) -> Option<&'a str> {
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
    fn a_list_is_spread_over_tags_and_what_a_longer_one_left_means_nothing() {
        let key = ConfigKey::Parameters;
        let (long, short) = ("ab+".repeat(200), "a:1+b:2".to_owned());
        let mut tags = list(key, Some(&long));
        assert_eq!(tags.len(), 3);
        assert!(tags.values().all(|value| value.chars().count() <= LONGEST_VALUE));
        assert_eq!(read_list(key, &tags), Ok(Some(long)));
        tags.extend(list(key, Some(&short)));
        assert_eq!(read_list(key, &tags), Ok(Some(short)));
        tags.extend(list(key, Some("")));
        assert_eq!(read_list(key, &tags), Ok(Some(String::new())));
        tags.extend(list(key, None));
        assert_eq!(read_list(key, &tags), Ok(None));
        let torn = Tags::from([(config(key), "03+abc".to_owned())]);
        assert_eq!(read_list(key, &torn), Err("is not whole"));
    }

    #[test]
    fn all_that_can_be_recorded_of_a_service_fits_on_its_instance() {
        let mut tags = vec![BROKER, PROVIDER, SERVICE, TEAM, SUBDOMAIN, INCARNATION, WISH, DONE, DELETING];
        tags.extend([GAVE_UP_WHY, PLAN_ID, PIN_CLASS, PIN_PLAN, PIN_INSTANCE]);
        let mut count = tags.len() + GAVE_UP_CHUNKS + Parameter::ALL.len() + 3 * Which::ALL.len();
        for &key in ConfigKey::ALL {
            count += if key.is_list() { most_chunks(key) } else { 1 } + usize::from(key.has_pin());
        }
        assert!(count <= 50, "{count} tags");
    }

    #[test]
    fn tags_are_known_after_minutes_whatever_the_clocks_say() {
        assert!(may_be_unknown(1_000, 1_000) && may_be_unknown(1_000, 1_899));
        assert!(!may_be_unknown(1_000, 1_900) && !may_be_unknown(0, 1_900));
        assert!(may_be_unknown(1_060, 1_000), "made by a replica whose clock is ahead");
    }

    #[test]
    fn small_values_share_a_tag() {
        let text = join([("cpu", "5".to_owned()), ("memory", "512".to_owned())]);
        assert_eq!(text, "cpu:5 memory:512");
        assert_eq!(part(&text, "memory"), Some("512"));
        assert_eq!(part(&text, "mem"), None);
    }
}
