//! Bytes to JSON: one object, without duplicate keys, errors without content.

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{Error, Result};

/// The document, which must be an object.
///
/// # Errors
/// [`crate::error::Kind::Invalid`], with the place of the mistake but nothing of the text: it may be a secret.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>> {
    match serde_json::from_slice::<Strict>(bytes) {
        Ok(Strict(Value::Object(object))) => Ok(object),
        Ok(_) => Err(Error::invalid("The body must be a JSON object.")),
        Err(error) if error.classify() == serde_json::error::Category::Data => Err(Error::invalid(format!(
            "The body holds a key twice (line {}, column {}).",
            error.line(),
            error.column()
        ))),
        Err(error) if error.is_eof() => Err(Error::invalid("The body ends before the JSON does.")),
        Err(error) => Err(Error::invalid(format!(
            "The body is not valid JSON (line {}, column {}).",
            error.line(),
            error.column()
        ))),
    }
}

/// JSON in which a key that stands twice in one object is an error: readers disagree on which one counts.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let Strict(value) = entries.next_value()?;
            if all.insert(key, value).is_some() {
                return Err(A::Error::custom("twice"));
            }
        }
        Ok(Value::Object(all))
    }
}
