//! KMS: the key that storage and secrets are encrypted with.

use serde::Deserialize;
use serde_json::json;

use super::Aws;
use super::failure::{Failure, Outcome};
use super::signed::{self, Question};

const OPERATION: &str = "DescribeKey";

/// A KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Key {
    /// `Enabled`, `Disabled`, `PendingDeletion`, …
    pub key_state: String,
    /// `SYMMETRIC_DEFAULT`, which RDS and Secrets Manager take alone, or another.
    pub key_spec: String,
    /// `ENCRYPT_DECRYPT`, or another.
    pub key_usage: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    key_metadata: Key,
}

#[derive(Deserialize)]
struct Refused {
    #[serde(rename = "__type")]
    code: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

impl Aws {
    /// DescribeKey, by ARN, id or alias; `None` where there is none.
    pub async fn key(&self, id: &str) -> Outcome<Option<Key>> {
        let body = json!({"KeyId": id}).to_string();
        let headers =
            [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "TrentService.DescribeKey")];
        let question = Question { service: "kms", operation: OPERATION, headers: &headers, body: &body };
        let answer = signed::ask(&self.config, question).await?;
        let unreadable = |error: serde_json::Error| Failure::unreachable(OPERATION, Box::new(error));
        if answer.status == 200 {
            let described: Described = serde_json::from_str(&answer.body).map_err(unreadable)?;
            return Ok(Some(described.key_metadata));
        }
        let refused: Refused = serde_json::from_str(&answer.body).map_err(unreadable)?;
        // The code may come with a namespace before it.
        let code = refused.code.as_deref().map(|code| code.rsplit('#').next().unwrap_or(code));
        let failure = Failure::answered(OPERATION, answer.status, code, refused.message.as_deref());
        if failure.is_code("NotFoundException") { Ok(None) } else { Err(failure) }
    }
}
