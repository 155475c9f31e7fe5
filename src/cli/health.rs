//! `health`: asks the broker on this machine, as the health check of a container without a shell.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{settings, tell, unusable};
use crate::config::Config;

/// Within what it must answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

pub(super) fn run() -> ExitCode {
    let config = match settings::config() {
        Ok(config) => config,
        Err(mistakes) => return unusable(&mistakes),
    };
    match check(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            tell(&[problem]);
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn check(config: &Config) -> Result<(), String> {
    let address = address(&config.listen);
    let asked = async {
        let stream = TcpStream::connect(&address).await?;
        if config.tls.is_none() {
            return ask(stream).await;
        }
        let connector = TlsConnector::from(Arc::new(client()?));
        let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
        ask(connector.connect(name, stream).await?).await
    };
    match tokio::time::timeout(ANSWER_WITHIN, asked).await {
        Ok(Ok(head)) if head.starts_with("HTTP/1.1 200") => Ok(()),
        Ok(Ok(head)) => Err(format!("{address} answers {}", head.lines().next().unwrap_or("nothing"))),
        Ok(Err(error)) => Err(format!("{address} does not answer: {error}")),
        Err(_elapsed) => Err(format!("{address} did not answer within {ANSWER_WITHIN:?}")),
    }
}

/// Who listens at all addresses is reached at the loopback one.
fn address(listen: &str) -> String {
    match listen.rsplit_once(':') {
        Some(("0.0.0.0", port)) => format!("127.0.0.1:{port}"),
        Some(("[::]", port)) => format!("[::1]:{port}"),
        _ => listen.to_owned(),
    }
}

/// The head of the answer, as far as it comes at once.
async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<String> {
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut head = vec![0; 512];
    let length = stream.read(&mut head).await?;
    head.truncate(length);
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Believes any certificate: it is this machine that is asked, nothing secret is sent, and the names in the certificate are
/// not those of the loopback address.
fn client() -> std::io::Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let schemes = provider.signature_verification_algorithms.supported_schemes();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(schemes)))
        .with_no_client_auth();
    Ok(config)
}

#[derive(Debug)]
struct Anyone(Vec<SignatureScheme>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clone()
    }
}
