//! Signed requests to EC2 and KMS, for the two reads of [`crate::preflight`] that neither RDS nor Secrets Manager answers.
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
        None => format!("https://{}.{region}.{}/", question.service, domain(region)),
    };
    let mut request = Request::post(&url);
    for (name, value) in question.headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(question.body.to_owned())?;
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
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

/// Where AWS's endpoints of a region are (AWS General Reference, "Regional endpoints").
fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}
