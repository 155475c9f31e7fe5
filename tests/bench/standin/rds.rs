//! RDS: its query protocol, as far as the broker uses it.

use axum::http::StatusCode;
use axum::response::Response;
use rds_broker::model::Tags;

use super::calls::Asks;
use super::fleet::{Described, creating};
use super::{Aws, document, lock};

/// RDS's largest page, and what it takes where none is asked for.
const PAGE: usize = 100;

/// A form's fields.
pub(super) type Parameters = Vec<(String, String)>;

pub(super) fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// What instances a call asks for.
pub(super) fn asks(parameters: &Parameters) -> Asks {
    match (parameter(parameters, "Filters.Filter.1.Name"), parameter(parameters, "Marker")) {
        (Some(_), _) => Asks::Named,
        (None, Some(_)) => Asks::Further,
        (None, None) => Asks::First,
    }
}

/// The values whose names begin so.
fn values<'a>(parameters: &'a Parameters, start: &'a str) -> impl Iterator<Item = &'a str> {
    parameters.iter().filter(move |(key, _)| key.starts_with(start)).map(|(_, value)| value.as_str())
}

pub(super) fn answer(aws: &Aws, operation: &str, parameters: &Parameters) -> Response {
    match operation {
        "DescribeDBInstances" => describe(aws, parameters),
        "CreateDBInstance" => create(aws, parameters),
        "DescribeDBParameterGroups" => found(operation, "<DBParameterGroups/>"),
        _ => refused("InvalidAction", &format!("The stand-in knows no {operation}")),
    }
}

fn describe(aws: &Aws, parameters: &Parameters) -> Response {
    let moment = aws.behaviour.tells_the_moment.then(|| aws.begun.elapsed());
    let mut xml = String::from("<DBInstances>");
    let made = lock(&aws.made);
    if parameter(parameters, "Filters.Filter.1.Name") == Some("db-instance-id") {
        for identifier in values(parameters, "Filters.Filter.1.Values.") {
            let found = aws.fleet.get(identifier).or_else(|| made.instances.get(identifier));
            if let Some(described) = found {
                described.write(&mut xml, moment);
            }
        }
        xml.push_str("</DBInstances>");
        return found("DescribeDBInstances", &xml);
    }
    let size = parameter(parameters, "MaxRecords").and_then(|size| size.parse().ok()).unwrap_or(PAGE);
    let from = match parameter(parameters, "Marker").map(str::parse) {
        None => 0,
        Some(Ok(from)) => from,
        Some(Err(_)) => return refused("InvalidParameterValue", "Marker"),
    };
    // What was made stands behind the fleet.
    let (page, more) = aws.fleet.page(from, size);
    let (mut count, mut more) = (0, more);
    for described in page {
        described.write(&mut xml, moment);
        count += 1;
    }
    let behind = (from + count).saturating_sub(aws.fleet.ids.len());
    for described in made.instances.values().skip(behind).take(size - count) {
        described.write(&mut xml, moment);
        count += 1;
    }
    more |= from + count < aws.fleet.ids.len() + made.instances.len();
    xml.push_str("</DBInstances>");
    if more {
        xml.push_str(&format!("<Marker>{}</Marker>", from + count));
    }
    found("DescribeDBInstances", &xml)
}

fn create(aws: &Aws, parameters: &Parameters) -> Response {
    let get = |name: &str| parameter(parameters, name).unwrap_or_default();
    let identifier = get("DBInstanceIdentifier");
    let mut made = lock(&aws.made);
    if aws.fleet.get(identifier).is_some() || made.instances.contains_key(identifier) {
        made.double_creates += 1;
        return refused("DBInstanceAlreadyExists", "DB instance already exists");
    }
    let mut tags = Tags::new();
    for (key, name) in parameters.iter().filter(|(key, _)| key.starts_with("Tags.") && key.ends_with(".Key"))
    {
        let value = key.strip_suffix("Key").map(|start| format!("{start}Value")).unwrap_or_default();
        tags.insert(name.clone(), get(&value).to_owned());
    }
    let (engine, version, class) = (get("Engine"), get("EngineVersion"), get("DBInstanceClass"));
    let described = Described::new(&creating(identifier, engine, version, class, tags));
    let mut xml = String::new();
    described.write(&mut xml, None);
    made.instances.insert(identifier.to_owned(), described);
    found("CreateDBInstance", &xml)
}

fn found(operation: &str, result: &str) -> Response {
    let xml = format!(
        "<{operation}Response xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata></{operation}Response>"
    );
    document(StatusCode::OK, "text/xml", xml)
}

pub(super) fn refused(code: &str, message: &str) -> Response {
    let xml = format!(
        "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ErrorResponse>"
    );
    document(StatusCode::BAD_REQUEST, "text/xml", xml)
}
