//! Verified TLS: which certificate authorities are trusted.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// A file of certificate authorities that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// It holds no certificate.
    #[error("the CA file holds no PEM certificate")]
    Empty,
    /// A certificate in it cannot be read.
    #[error("certificate {number} of the CA file cannot be read")]
    Broken {
        /// Which, counted from 1.
        number: usize,
    },
    /// The TLS library refuses the configuration.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

/// A client that trusts exactly these authorities, and verifies names.
pub(super) fn client_config(ca_pem: &[u8]) -> Result<rustls::ClientConfig, CaError> {
    let mut roots = rustls::RootCertStore::empty();
    for (index, certificate) in CertificateDer::pem_slice_iter(ca_pem).enumerate() {
        let broken = || CaError::Broken { number: index + 1 };
        roots.add(certificate.map_err(|_| broken())?).map_err(|_| broken())?;
    }
    if roots.is_empty() {
        return Err(CaError::Empty);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(CaError::Setup)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_in_bundle_is_trusted_whole() {
        assert!(client_config(super::super::RDS_CA_BUNDLE).is_ok());
        let certificates = CertificateDer::pem_slice_iter(super::super::RDS_CA_BUNDLE).count();
        assert!(certificates > 80, "{certificates}");
    }

    #[test]
    fn a_file_that_is_no_bundle_is_told() {
        assert!(matches!(client_config(b"hello"), Err(CaError::Empty)));
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(client_config(broken), Err(CaError::Broken { number: 1 })));
    }
}
