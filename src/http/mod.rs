//! IN. The only module that knows axum: routes, layers, and nothing else.

mod backups;
mod body;
mod create;
mod delete;
mod docs;
mod guard;
mod health;
mod id;
mod log;
mod log_level;
mod read;
mod respond;
mod serve;
pub mod tls;
mod update;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, Request};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{delete, get, patch, post, put};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::error::{Error, Kind};
use crate::model::Provider;
use guard::Guard;
pub use serve::serve;

/// Where a provider's routes answer: the platform's own library adds the second form.
const PREFIXES: [&str; 2] = ["", "/api/v1"];

/// What handlers of one provider's routes reach.
#[derive(Clone)]
struct Scope {
    app: App,
    provider: Provider,
}

impl FromRef<Scope> for App {
    fn from_ref(scope: &Scope) -> Self {
        scope.app.clone()
    }
}

/// All routes over an application: what the process serves and what tests call.
pub fn router(app: App) -> Router {
    let guard = Arc::new(Guard::new(app.clone()));
    let mut services = Router::new();
    for provider in app.catalog().providers() {
        let scope = Scope { app: app.clone(), provider };
        for prefix in PREFIXES {
            services = services.merge(routes(&format!("{prefix}/{provider}")).with_state(scope.clone()));
        }
    }
    let operator = Router::new()
        .route("/admin/log-level", put(log_level::set))
        .route("/admin/log-level/", put(log_level::set))
        .with_state(app.clone());
    let services = services
        .merge(operator)
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(guard, guard::admit));
    let health = Router::new()
        .route("/health", get(health::health))
        .route("/health/", get(health::health))
        .route("/ready", get(health::ready))
        .route("/ready/", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/metrics/", get(health::metrics))
        .method_not_allowed_fallback(wrong_method)
        .with_state(app.clone());
    services
        .merge(health)
        .merge(docs::routes(&app))
        .layer(CatchPanicLayer::custom(respond::panicked))
        .layer(from_fn_with_state(app, log::request))
}

/// One provider's routes, each with and without the trailing slash.
fn routes(base: &str) -> Router<Scope> {
    let mut router = Router::new();
    for slash in ["", "/"] {
        let path = |rest: &str| format!("{base}{rest}{slash}");
        router = router
            .route(&path(""), post(create::create).get(read::read))
            .route(&path("/{id}"), patch(update::update).delete(delete::delete))
            .route(&path("/backups/{backup}"), put(backups::backups).merge(delete(backups::backups)))
            .route(&path("/backups/{backup}/status"), post(backups::backups));
    }
    router
}

async fn unknown_path() -> Error {
    Error::not_found("There is nothing at this path.")
}

async fn wrong_method(request: Request) -> Response {
    let error = Error::new(Kind::MethodNotAllowed, format!("{} is not possible here.", request.method()));
    axum::response::IntoResponse::into_response(error)
}
