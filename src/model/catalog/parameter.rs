//! Server parameters that users may set: which, and within what bounds.

use serde::Deserialize;

use crate::model::Scalar;

/// The longest value of a parameter of text, in characters.
pub const LONGEST_TEXT: usize = 200;

/// A server parameter that users may set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum AllowedParameter {
    /// A whole number, in the parameter's own unit.
    Integer {
        /// The least.
        minimum: i64,
        /// The most.
        maximum: i64,
        /// Whether it takes a reboot.
        #[serde(default)]
        reboot: bool,
    },
    /// On or off.
    Boolean {
        /// Whether it takes a reboot.
        #[serde(default)]
        reboot: bool,
    },
    /// Text, one of `values` where there are any.
    Text {
        /// What it can be; anything where empty.
        #[serde(default)]
        values: Vec<String>,
        /// Whether it takes a reboot.
        #[serde(default)]
        reboot: bool,
    },
}

impl AllowedParameter {
    /// Whether the server takes a new value only when it starts.
    #[must_use]
    pub fn needs_reboot(&self) -> bool {
        match self {
            Self::Integer { reboot, .. } | Self::Boolean { reboot } | Self::Text { reboot, .. } => *reboot,
        }
    }

    /// Whether a value may be set.
    ///
    /// # Errors
    /// What is wrong with it, to follow the name of the field.
    pub fn check(&self, value: &Scalar) -> Result<(), String> {
        match (self, value) {
            (Self::Integer { minimum, maximum, .. }, Scalar::Number(number)) => {
                if (minimum..=maximum).contains(&number) {
                    Ok(())
                } else {
                    Err(format!("must be between {minimum} and {maximum}"))
                }
            }
            (Self::Integer { .. }, _) => Err("must be a whole number".to_owned()),
            (Self::Boolean { .. }, Scalar::Flag(_)) => Ok(()),
            (Self::Boolean { .. }, _) => Err("must be true or false".to_owned()),
            (Self::Text { values, .. }, Scalar::Text(text)) => {
                if !values.is_empty() && !values.contains(text) {
                    return Err(format!("must be one of {}", values.join(", ")));
                }
                if text.chars().count() > LONGEST_TEXT {
                    return Err(format!("must have at most {LONGEST_TEXT} characters"));
                }
                Ok(())
            }
            (Self::Text { .. }, _) => Err("must be a string".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_by_kind_and_bounds() {
        let number = AllowedParameter::Integer { minimum: 1, maximum: 9, reboot: true };
        assert!(number.check(&Scalar::Number(9)).is_ok() && number.needs_reboot());
        assert_eq!(number.check(&Scalar::Number(10)).unwrap_err(), "must be between 1 and 9");
        assert!(number.check(&Scalar::Text("5".into())).is_err());
        let choice = AllowedParameter::Text { values: vec!["ON".into(), "OFF".into()], reboot: false };
        assert!(choice.check(&Scalar::Text("ON".into())).is_ok());
        assert_eq!(choice.check(&Scalar::Text("on".into())).unwrap_err(), "must be one of ON, OFF");
        assert!(AllowedParameter::Boolean { reboot: false }.check(&Scalar::Number(1)).is_err());
        let text = AllowedParameter::Text { values: vec![], reboot: false };
        assert!(text.check(&Scalar::Text("x".repeat(201))).is_err());
    }
}
