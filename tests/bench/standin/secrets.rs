//! Secrets Manager: JSON, as far as the broker uses it.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::fleet::secret_arn;
use super::{Aws, document, lock};

/// Its largest page.
const PAGE: usize = 100;

pub(super) fn answer(aws: &Aws, operation: &str, body: &[u8]) -> Response {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| asked[name].as_str().unwrap_or_default();
    match operation {
        "CreateSecret" => {
            let (name, version) = (text("Name"), text("ClientRequestToken"));
            let arn = secret_arn(name);
            lock(&aws.made).secrets.insert(arn.clone(), text("SecretString").to_owned());
            found(json!({"ARN": arn, "Name": name, "VersionId": version}))
        }
        "DeleteSecret" => {
            let arn = text("SecretId");
            lock(&aws.made).secrets.remove(arn);
            found(json!({"ARN": arn}))
        }
        "ListSecrets" => list(aws, text("NextToken").parse().unwrap_or(0)),
        "DescribeSecret" => found(json!({"ARN": text("SecretId")})),
        "GetSecretValue" => match lock(&aws.made).secrets.get(text("SecretId")) {
            Some(value) => {
                found(json!({"ARN": text("SecretId"), "VersionId": text("VersionId"), "SecretString": value}))
            }
            None => refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        },
        _ => refused("InvalidAction", &format!("The stand-in knows no {operation}")),
    }
}

/// A page of the fleet's secrets, from a place on. What was made by calls is not listed: listings lag.
fn list(aws: &Aws, from: usize) -> Response {
    let to = (from + PAGE).min(aws.fleet.secrets());
    let entry = |number| {
        let (name, tags) = aws.fleet.secret(number)?;
        let tags: Vec<_> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        Some(json!({"ARN": secret_arn(&name), "Name": name, "Tags": tags, "CreatedDate": 1_767_225_600.0}))
    };
    let entries: Vec<Value> = (from..to).filter_map(entry).collect();
    let mut answer = json!({"SecretList": entries});
    if to < aws.fleet.secrets() {
        answer["NextToken"] = to.to_string().into();
    }
    found(answer)
}

fn found(answer: Value) -> Response {
    document(StatusCode::OK, "application/x-amz-json-1.1", answer.to_string())
}

pub(super) fn refused(code: &str, message: &str) -> Response {
    let body = json!({"__type": code, "message": message});
    document(StatusCode::BAD_REQUEST, "application/x-amz-json-1.1", body.to_string())
}
