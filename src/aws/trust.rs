//! IAM: who may assume a role.

use roxmltree::Document;
use serde::Deserialize;
use serde_json::Value;

use super::Aws;
use super::failure::{Failure, Outcome};
use super::signed::{self, Question};

const OPERATION: &str = "GetRole";

/// A role, and who it trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// ARN, with the path that the name alone does not tell.
    pub arn: String,
    /// The services that may assume it, whatever conditions there are.
    pub trusts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    statement: Value,
}

impl Aws {
    /// GetRole, by the ARN of a role; `None` where there is none of its name.
    pub async fn role(&self, arn: &str) -> Outcome<Option<Role>> {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let body = format!("Action={OPERATION}&Version=2010-05-08&RoleName={}", encoded(name));
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let question = Question { service: "iam", operation: OPERATION, headers: &headers, body: &body };
        let answer = signed::ask(&self.config, question).await?;
        let document = Document::parse(&answer.body)
            .map_err(|error| Failure::unreachable(OPERATION, Box::new(error)))?;
        let text = |name| {
            document.descendants().find(|node| node.tag_name().name() == name).and_then(|node| node.text())
        };
        if answer.status != 200 {
            let failure = Failure::answered(OPERATION, answer.status, text("Code"), text("Message"));
            return if failure.is_code("NoSuchEntity") { Ok(None) } else { Err(failure) };
        }
        let policy = decoded(text("AssumeRolePolicyDocument").unwrap_or_default());
        let policy: Policy = serde_json::from_str(&policy)
            .map_err(|error| Failure::unreachable(OPERATION, Box::new(error)))?;
        Ok(Some(Role { arn: text("Arn").unwrap_or_default().to_owned(), trusts: trusted(&policy.statement) }))
    }
}

/// The services of all statements that let someone assume the role.
fn trusted(statements: &Value) -> Vec<String> {
    let lets_assume = |statement: &&Value| {
        let actions = listed(&statement["Action"]);
        statement["Effect"] == "Allow"
            && actions
                .iter()
                .any(|action| ["sts:assumerole", "sts:*", "*"].contains(&&*action.to_lowercase()))
    };
    let all = statements.as_array().map_or(std::slice::from_ref(statements), Vec::as_slice);
    all.iter().filter(lets_assume).flat_map(|statement| listed(&statement["Principal"]["Service"])).collect()
}

/// What IAM writes alone or in a list.
fn listed(value: &Value) -> Vec<String> {
    let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// For a form: names of roles may hold `+`, `=` and `,`.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// IAM answers with policies encoded as in a URL (RFC 3986).
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(&part.as_bytes()[2..]);
            }
            None => bytes.extend(format!("%{part}").as_bytes()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_policies_survive_the_forms_they_travel_in() {
        assert_eq!(encoded("rds+monitoring@home"), "rds%2Bmonitoring%40home");
        assert_eq!(decoded("%7B%22a%22%3A%20%22100%25+%C3%A4%22%7D"), "{\"a\": \"100%+ä\"}");
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn trusted_is_who_a_statement_lets_assume_the_role() {
        let allow = |action: Value, service: Value| json!({"Effect": "Allow", "Action": action, "Principal": {"Service": service}});
        let rds = "monitoring.rds.amazonaws.com";
        assert_eq!(trusted(&allow(json!("sts:AssumeRole"), json!(rds))), [rds]);
        let several = json!([
            allow(json!("sts:TagSession"), json!("ec2.amazonaws.com")),
            allow(json!(["sts:AssumeRole"]), json!([rds]))
        ]);
        assert_eq!(trusted(&several), [rds]);
        assert!(
            trusted(&json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}))
                .is_empty()
        );
        assert!(
            trusted(&json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"Service": rds}}))
                .is_empty()
        );
    }
}
