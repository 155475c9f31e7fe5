//! TLS in the process itself, for those who have no load balancer in front: certificate and key from files that are
//! read again when they change.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::{ExposeSecret, SecretSlice};

use crate::config::TlsFiles;

/// Both files as they were read.
struct Pems {
    certificate: Vec<u8>,
    key: SecretSlice<u8>,
}

impl Pems {
    fn read(files: &TlsFiles) -> Result<Self, String> {
        let read = |name: &str, path: &Path| {
            std::fs::read(path).map_err(|error| format!("{name} cannot be read: {error}"))
        };
        let certificate = read("BROKER_TLS_CERTIFICATE", &files.certificate)?;
        let key = read("BROKER_TLS_KEY", &files.key)?.into();
        Ok(Self { certificate, key })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.certificate == other.certificate && self.key.expose_secret() == other.key.expose_secret()
    }

    fn config(&self) -> Result<ServerConfig, String> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.map_err(|_| "BROKER_TLS_CERTIFICATE holds a certificate that cannot be read")?;
        if chain.is_empty() {
            return Err("BROKER_TLS_CERTIFICATE holds no PEM certificate".to_owned());
        }
        let key = PrivateKeyDer::from_pem_slice(self.key.expose_secret())
            .map_err(|_| "BROKER_TLS_KEY holds no PEM key that can be read")?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be set up: {error}"))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| {
                format!("BROKER_TLS_KEY and BROKER_TLS_CERTIFICATE cannot be used together: {error}")
            })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// Whether the files can be used.
///
/// # Errors
/// A sentence that names the setting, and what is wrong with its file.
pub fn check(files: &TlsFiles) -> Result<(), String> {
    Pems::read(files)?.config().map(drop)
}

/// The configuration, and a task that renews it when the files change. What cannot be used is told and changes nothing.
pub(super) fn renewed(files: TlsFiles, every: Duration) -> anyhow::Result<RustlsConfig> {
    let mut used = Pems::read(&files).map_err(anyhow::Error::msg)?;
    let config = used.config().map_err(anyhow::Error::msg)?;
    let shared = RustlsConfig::from_config(Arc::new(config));
    let renew = shared.clone();
    tokio::spawn(async move {
        let mut told = None;
        loop {
            tokio::time::sleep(every).await;
            let read = Pems::read(&files);
            let outcome = match read {
                Ok(now) if now.is_same(&used) => Ok(()),
                Ok(now) => now.config().map(|config| {
                    renew.reload_from_config(Arc::new(config));
                    used = now;
                    tracing::info!("The TLS certificate was renewed");
                }),
                Err(problem) => Err(problem),
            };
            let problem = outcome.err();
            if problem.is_some() && problem != told {
                tracing::error!(problem, "The TLS files could not be used; the certificate stays as it was");
            }
            told = problem;
        }
    });
    Ok(shared)
}
