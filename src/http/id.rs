//! Service ids of paths and queries; a malformed one is named.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::error::{Error, FieldError, Result};
use crate::model::ServiceId;

/// How much of a malformed id is repeated, in characters.
const SHOWN: usize = 64;

/// The service id that a path names.
pub(super) struct Id(pub(super) ServiceId);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        // A path that is not UTF-8 has no text to show; axum's own answer to it would not be JSON.
        let text = Path::<String>::from_request_parts(parts, state).await;
        let text = text.map_or_else(|_| char::REPLACEMENT_CHARACTER.to_string(), |Path(text)| text);
        text.parse().map(Self).map_err(|error| Error::fields(vec![malformed(&text, error)]))
    }
}

/// The ids of a query; all malformed ones are named together.
pub(super) fn all(texts: &[String]) -> Result<Vec<ServiceId>> {
    let mut wrong = Vec::new();
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        match text.parse() {
            Ok(id) => ids.push(id),
            Err(error) => wrong.push(malformed(text, error)),
        }
    }
    if wrong.is_empty() { Ok(ids) } else { Err(Error::fields(wrong)) }
}

fn malformed(text: &str, error: impl std::fmt::Display) -> FieldError {
    let shown: String = text.chars().filter(|character| !character.is_control()).take(SHOWN).collect();
    FieldError { path: "id".into(), message: format!("{error}, not \"{shown}\"") }
}
