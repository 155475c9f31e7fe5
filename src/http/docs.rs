//! What the broker says about itself: its OpenAPI document, the same as a page for people that loads nothing from
//! elsewhere, and an icon per provider. Needs no token: nothing in it is secret.

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::app::App;
use crate::contract::openapi;
use crate::error::Error;
use crate::model::Provider;

const CONTENT_SECURITY: HeaderName = HeaderName::from_static("content-security-policy");

/// The routes; what they answer is worked out once.
pub(super) fn routes(app: &App) -> Router {
    let document = openapi::document(app.catalog());
    let page = Bytes::from(page(&document));
    let json = Bytes::from(document.to_string());
    let mut router = Router::new();
    for slash in ["", "/"] {
        let (json, page) = (json.clone(), page.clone());
        let document = move || async move { ([(CONTENT_TYPE, "application/json")], json) };
        let shown = move || async move {
            let policy = "default-src 'none'; style-src 'unsafe-inline'";
            ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY, policy)], page)
        };
        router = router
            .route(&format!("/openapi.json{slash}"), get(document))
            .route(&format!("/docs{slash}"), get(shown));
    }
    let offered: Arc<Vec<Provider>> = Arc::new(app.catalog().providers().collect());
    router.route("/icons/{file}", get(move |Path(file): Path<String>| async move { icon(&offered, &file) }))
}

/// A drum, as databases are drawn, with the first letters of the engine.
fn icon(offered: &[Provider], file: &str) -> Response {
    let named = file.strip_suffix(".svg").and_then(Provider::by_name);
    let Some(provider) = named.filter(|provider| offered.contains(provider)) else {
        return Error::not_found("There is nothing at this path.").into_response();
    };
    let letters: String = provider.traits().display_name.chars().take(2).collect();
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\"><g fill=\"#2e5a88\"><path d=\"M8 14v36c0 5 11 9 24 \
         9s24-4 24-9V14z\"/><ellipse cx=\"32\" cy=\"14\" rx=\"24\" ry=\"9\" fill=\"#5b8bbd\"/></g><text x=\"32\" y=\"46\" \
         fill=\"#fff\" font-family=\"sans-serif\" font-size=\"22\" text-anchor=\"middle\">{letters}</text></svg>"
    );
    let mut response = ([(CONTENT_TYPE, "image/svg+xml")], svg).into_response();
    response.headers_mut().insert(CONTENT_SECURITY, HeaderValue::from_static("default-src 'none'"));
    response
}

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}\
    h2{border-bottom:1px solid #ccc}summary{cursor:pointer;padding:.2rem 0}code,pre{background:#f4f4f4;border-radius:3px}\
    pre{padding:.7rem;overflow:auto}b{display:inline-block;min-width:4.5rem}details{margin-left:.5rem}";

/// The document as a page. All its texts are this program's or the catalogue's; what the catalogue says is escaped.
fn page(document: &Value) -> String {
    let mut page = String::new();
    // Writing into a string never fails.
    write_page(&mut page, document).unwrap_or_default();
    page
}

fn write_page(page: &mut String, document: &Value) -> std::fmt::Result {
    let info = |key: &str| escaped(document["info"][key].as_str().unwrap_or_default());
    write!(
        page,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title><style>{STYLE}</style></head><body>\
         <h1>{0} {1}</h1><p>{2}. {3}</p><p>The same for machines: <a href=\"/openapi.json\">openapi.json</a></p><h2>Calls</h2>",
        info("title"),
        info("version"),
        info("summary"),
        info("description"),
    )?;
    let nothing = Map::new();
    let paths = document["paths"].as_object().unwrap_or(&nothing);
    // The second form of a provider's paths says the same again.
    for (path, operations) in paths.iter().filter(|(path, _)| !path.starts_with("/api/v1")) {
        for (method, operation) in operations.as_object().unwrap_or(&nothing) {
            if method == "parameters" {
                continue;
            }
            write!(
                page,
                "<details><summary><b>{}</b> <code>{}</code> {}</summary><ul>",
                method.to_uppercase(),
                escaped(path),
                escaped(operation["summary"].as_str().unwrap_or_default()),
            )?;
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            if let Some(name) = schema.as_str().and_then(|text| text.rsplit('/').next()) {
                write!(page, "<li>body: <a href=\"#{0}\">{0}</a></li>", escaped(name))?;
            }
            for (status, answer) in operation["responses"].as_object().unwrap_or(&nothing) {
                let what = escaped(answer["description"].as_str().unwrap_or_default());
                write!(page, "<li><code>{}</code> {what}</li>", escaped(status))?;
            }
            page.push_str("</ul></details>");
        }
    }
    page.push_str("<p>Every provider's calls also answer below <code>/api/v1</code>.</p><h2>Documents</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().unwrap_or(&nothing) {
        let text = escaped(&format!("{schema:#}"));
        let name = escaped(name);
        write!(page, "<details id=\"{name}\" open><summary>{name}</summary><pre>{text}</pre></details>")?;
    }
    page.push_str("</body></html>");
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
