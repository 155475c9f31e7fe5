//! The body of a request: declared as JSON, at most 64 KiB, wiped from memory as far as it is ours.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use secrecy::SecretSlice;

use crate::error::{Error, Kind};

/// The largest body, in bytes.
const LARGEST: usize = 64 * 1024;

/// The bytes of a JSON body; they may hold passwords, so they cannot be printed.
pub(super) struct JsonBody(pub(super) SecretSlice<u8>);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        if !is_json(request.headers()) {
            return Err(Error::new(Kind::UnsupportedMediaType, "The content type must be application/json."));
        }
        let bytes = to_bytes(request.into_body(), LARGEST).await.map_err(|error| {
            let too_large =
                std::error::Error::source(&error).is_some_and(|cause| cause.to_string().contains("limit"));
            if too_large {
                Error::new(Kind::TooLarge, "The body is larger than 64 KiB.")
            } else {
                Error::invalid("The body could not be read.").caused_by(error)
            }
        })?;
        Ok(Self(SecretSlice::from(bytes.to_vec())))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(CONTENT_TYPE).map(|value| value.to_str()) else { return false };
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}
