//! Values of config keys: as JSON has them, and as text that fits into tags.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::ConfigKey;

/// The value of a config key. Serialises to the very JSON that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Setting {
    /// A string.
    Text(String),
    /// True or false.
    Flag(bool),
    /// A whole number, not negative.
    Number(u32),
    /// Server parameters by name.
    Parameters(BTreeMap<String, Scalar>),
    /// Names, in the order in which they were sent.
    Names(Vec<String>),
}

/// The value of one server parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// True or false.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A string.
    Text(String),
}

/// What kind of value a config key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// [`Setting::Text`].
    Text,
    /// [`Setting::Flag`].
    Flag,
    /// [`Setting::Number`].
    Number,
    /// [`Setting::Parameters`].
    Parameters,
    /// [`Setting::Names`].
    Names,
}

impl Scalar {
    /// A value of RDS's, which knows only texts: a number where it is one.
    #[must_use]
    pub fn of_rds(text: &str) -> Self {
        let number = text.parse().ok().filter(|number: &i64| number.to_string() == text);
        number.map_or_else(|| Self::Text(text.to_owned()), Self::Number)
    }
}

impl fmt::Display for Scalar {
    /// As RDS takes it as a `ParameterValue`: its booleans are 1 and 0.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => out.write_str(if *flag { "1" } else { "0" }),
            Self::Number(number) => write!(out, "{number}"),
            Self::Text(text) => out.write_str(text),
        }
    }
}

impl Setting {
    /// The string, where it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text that [`Self::from_text`] reads. Lists use only letters, digits and `_.:/@+=-`, so that
    /// it can be cut anywhere.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Parameters(parameters) => {
                let entry = |(name, value): (&String, &Scalar)| format!("{}:{}", word(name), scalar(value));
                parameters.iter().map(entry).collect::<Vec<_>>().join("+")
            }
            Self::Names(names) => names.iter().map(|name| word(name)).collect::<Vec<_>>().join("+"),
        }
    }

    /// Reads what [`Self::to_text`] wrote for this key.
    ///
    /// # Errors
    /// What is wrong with it, to follow the name of the tag.
    pub fn from_text(key: ConfigKey, text: &str) -> Result<Self, &'static str> {
        let entries = || text.split('+').filter(|entry| !entry.is_empty());
        match key.kind() {
            SettingKind::Text => Ok(Self::Text(text.to_owned())),
            SettingKind::Flag => text.parse().map(Self::Flag).map_err(|_| "is neither true nor false"),
            SettingKind::Number => text.parse().map(Self::Number).map_err(|_| "is not a number"),
            SettingKind::Names => entries().map(unword).collect::<Result<_, _>>().map(Self::Names),
            SettingKind::Parameters => {
                let read = |entry: &str| {
                    let (name, value) = entry.split_once(':').ok_or("has an entry without a value")?;
                    Ok((unword(name)?, unscalar(value)?))
                };
                entries().map(read).collect::<Result<_, _>>().map(Self::Parameters)
            }
        }
    }
}

/// Strings begin with a point, so that `"5"` and `5` stay apart.
fn scalar(value: &Scalar) -> String {
    match value {
        Scalar::Flag(flag) => flag.to_string(),
        Scalar::Number(number) => number.to_string(),
        Scalar::Text(text) => format!(".{}", word(text)),
    }
}

fn unscalar(text: &str) -> Result<Scalar, &'static str> {
    if let Some(text) = text.strip_prefix('.') {
        return unword(text).map(Scalar::Text);
    }
    match text {
        "true" => Ok(Scalar::Flag(true)),
        "false" => Ok(Scalar::Flag(false)),
        number => number.parse().map(Scalar::Number).map_err(|_| "has an entry that is no value"),
    }
}

/// Everything but letters, digits and `_./@-` is written as `=XX`.
fn word(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_./@-".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("={byte:02X}"));
        }
    }
    out
}

fn unword(text: &str) -> Result<String, &'static str> {
    super::tag::decode(text)?.ok_or("has an entry that is null")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn a_scalar() -> impl Strategy<Value = Scalar> {
        prop_oneof![
            any::<bool>().prop_map(Scalar::Flag),
            any::<i64>().prop_map(Scalar::Number),
            ".{0,20}".prop_map(Scalar::Text),
        ]
    }

    proptest! {
        #[test]
        fn parameters_survive_as_text_that_can_be_cut_anywhere(
            parameters in proptest::collection::btree_map("[a-z_.]{1,12}", a_scalar(), 0..8)
        ) {
            let setting = Setting::Parameters(parameters);
            let text = setting.to_text();
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:/@+=-".contains(&byte)));
            prop_assert_eq!(Setting::from_text(ConfigKey::Parameters, &text), Ok(setting));
        }

        #[test]
        fn names_survive_in_their_order(names in proptest::collection::vec("[a-z+ -]{1,12}", 0..6)) {
            let setting = Setting::Names(names);
            prop_assert_eq!(Setting::from_text(ConfigKey::Extensions, &setting.to_text()), Ok(setting));
        }
    }

    #[test]
    fn a_setting_is_echoed_as_it_was_sent() {
        let json = |setting: &Setting| serde_json::to_string(setting).unwrap();
        assert_eq!(json(&Setting::Flag(true)), "true");
        assert_eq!(json(&Setting::Number(7)), "7");
        let parameters = BTreeMap::from([
            ("a".to_owned(), Scalar::Text("5".to_owned())),
            ("b".to_owned(), Scalar::Number(5)),
            ("c".to_owned(), Scalar::Flag(false)),
        ]);
        assert_eq!(json(&Setting::Parameters(parameters)), r#"{"a":"5","b":5,"c":false}"#);
        assert_eq!(Scalar::Flag(true).to_string(), "1");
    }
}
