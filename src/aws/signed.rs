//! Signed requests to EC2, KMS and IAM, for the reads of [`crate::preflight`] that neither RDS nor Secrets Manager answers.
//!
//! The SDK's crate of EC2 alone takes longer to build than everything else here together; the signature is the SDK's own.

use std::time::{Duration, SystemTime};

use anyhow::Context;
use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use http::Request;

use super::failure::{Failure, Outcome};

/// Within what one request must be answered.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The one service that is not in a region.
const GLOBAL: &str = "iam";

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    /// The service as endpoints and signatures name it.
    pub(super) service: &'static str,
    pub(super) operation: &'static str,
    /// Name and value of the headers that say in which form it is asked.
    pub(super) headers: &'a [(&'static str, &'static str)],
    pub(super) body: &'a str,
}

/// An answer, whatever it says.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Asks once.
pub(super) async fn ask(config: &SdkConfig, question: Question<'_>) -> Outcome<Answered> {
    let answer = exchange(config, question).await;
    answer.map_err(|error| Failure::unreachable(question.operation, error.into()))
}

async fn exchange(config: &SdkConfig, question: Question<'_>) -> anyhow::Result<Answered> {
    let request = signed(config, question).await?;
    let client = reqwest::Client::builder().timeout(TIMEOUT).build().context("no client can be made")?;
    let response = client.execute(request.try_into().context("the request cannot be sent")?).await?;
    let status = response.status().as_u16();
    Ok(Answered { status, body: response.text().await? })
}

async fn signed(config: &SdkConfig, question: Question<'_>) -> anyhow::Result<Request<String>> {
    let region = config.region().context("no region is set")?.as_ref();
    let provider = config.credentials_provider().context("there are no credentials")?;
    let identity = provider.provide_credentials().await.context("there are no credentials")?.into();
    let url = match config.endpoint_url() {
        Some(url) => format!("{}/", url.trim_end_matches('/')),
        None => format!("https://{}/", host(question.service, region)),
    };
    let mut request = Request::post(&url);
    for (name, value) in question.headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(question.body.to_owned())?;
    let params = SigningParams::builder()
        .identity(&identity)
        .region(if question.service == GLOBAL { home(region) } else { region })
        .name(question.service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let body = SignableBody::Bytes(question.body.as_bytes());
    let signable = SignableRequest::new("POST", &url, question.headers.iter().copied(), body)?;
    sign(signable, &params)?.into_parts().0.apply_to_request_http1x(&mut request);
    Ok(request)
}

/// Where AWS answers for a region (AWS General Reference, "Regional endpoints" and "IAM endpoints").
fn host(service: &str, region: &str) -> String {
    let (china, government) = (region.starts_with("cn-"), region.starts_with("us-gov-"));
    match service {
        GLOBAL if china => "iam.cn-north-1.amazonaws.com.cn".to_owned(),
        GLOBAL if government => "iam.us-gov.amazonaws.com".to_owned(),
        GLOBAL => "iam.amazonaws.com".to_owned(),
        _ => format!("{service}.{region}.amazonaws.com{}", if china { ".cn" } else { "" }),
    }
}

/// The region that signs for what is in none: one of each partition's.
fn home(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "cn-north-1"
    } else if region.starts_with("us-gov-") {
        "us-gov-west-1"
    } else {
        "us-east-1"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_asked_where_it_is() {
        assert_eq!(host("kms", "eu-central-1"), "kms.eu-central-1.amazonaws.com");
        assert_eq!(host("ec2", "cn-north-1"), "ec2.cn-north-1.amazonaws.com.cn");
        assert_eq!(
            (host("iam", "eu-central-1").as_str(), home("eu-central-1")),
            ("iam.amazonaws.com", "us-east-1")
        );
        assert_eq!(home("us-gov-east-1"), "us-gov-west-1");
    }
}
