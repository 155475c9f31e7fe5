//! A client of the databases: what a user of the service does with the connection string.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::lab::lab;

/// Why a login did not work.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) String);

/// Logs in through the `dsn` of a status document, with the lab's CA and nothing else trusted.
pub(crate) async fn connect(status: &Value, password: &str) -> Result<Client, Refused> {
    let dsn = status["details"]["dsn"].as_str().expect("a dsn");
    connect_to(dsn, password).await
}

pub(crate) async fn connect_to(dsn: &str, password: &str) -> Result<Client, Refused> {
    let mut config: tokio_postgres::Config = dsn.parse().expect("a connection string");
    config.password(password);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&lab().ca_file).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (client, connection) =
        config.connect(MakeRustlsConnect::new(tls)).await.map_err(|error| Refused(format!("{error:?}")))?;
    tokio::spawn(connection);
    Ok(client)
}

/// One value as text.
pub(crate) async fn ask(client: &Client, question: &str) -> String {
    client.query_one(question, &[]).await.unwrap_or_else(|error| panic!("{question}: {error:?}")).get(0)
}
