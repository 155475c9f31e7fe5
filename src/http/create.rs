//! `POST /`: books a service.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use super::Scope;
use super::body::JsonBody;
use super::log::About;
use crate::contract;

/// `201` once AWS has accepted the instance, or the existing one carries the same wish.
pub(super) async fn create(State(scope): State<Scope>, body: JsonBody) -> Response {
    let request = match contract::create(scope.provider, body.0.expose_secret()) {
        Ok(request) => request,
        Err(error) => return error.into_response(),
    };
    let about = About(request.id);
    let mut response = match scope.app.create(request).await {
        Ok(()) => StatusCode::CREATED.into_response(),
        Err(error) => error.into_response(),
    };
    response.extensions_mut().insert(about);
    response
}
