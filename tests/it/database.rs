//! Clients of the databases: what a user of the service does with the connection string.

use std::sync::Arc;

use mysql_async::prelude::Queryable;
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

/// A user's session on any of the engines.
pub(crate) enum Session {
    Postgres(Client),
    Mysql(Box<mysql_async::Conn>),
}

impl Session {
    /// The same as the superuser.
    pub(crate) async fn open_as_superuser(status: &Value, password: &str) -> Result<Self, Refused> {
        let mut status = status.clone();
        let details = &mut status["details"];
        let (scheme, rest) = details["dsn"].as_str().expect("a dsn").split_once("://").unwrap();
        let (_, address) = rest.split_once('@').unwrap();
        details["dsn"] =
            format!("{scheme}://{}@{address}", details["superuserName"].as_str().unwrap()).into();
        Self::open(&status, password).await
    }

    /// Logs in through the `dsn` of a status document.
    pub(crate) async fn open(status: &Value, password: &str) -> Result<Self, Refused> {
        let dsn = status["details"]["dsn"].as_str().expect("a dsn");
        if dsn.starts_with("postgresql:") {
            return connect(status, password).await.map(Self::Postgres);
        }
        assert!(dsn.ends_with("?ssl-mode=REQUIRED"), "{dsn}");
        let (_, rest) = dsn.split_once("://").unwrap();
        let (user, rest) = rest.split_once('@').unwrap();
        let (address, rest) = rest.split_once('/').unwrap();
        let (host, port) = address.split_once(':').unwrap();
        let ca = std::fs::read(&lab().ca_file).unwrap();
        let tls = mysql_async::SslOpts::default().with_root_certs(vec![ca.into()]);
        let options = mysql_async::OptsBuilder::default()
            .ip_or_hostname(host)
            .tcp_port(port.parse().unwrap())
            .user(Some(user))
            .pass(Some(password))
            .db_name(rest.split_once('?').map(|(database, _)| database))
            .prefer_socket(false)
            .ssl_opts(tls.with_disable_built_in_roots(true));
        let session = mysql_async::Conn::new(options).await;
        session.map(|session| Self::Mysql(Box::new(session))).map_err(|error| Refused(format!("{error:?}")))
    }

    pub(crate) async fn run(&mut self, statement: &str) -> Result<(), Refused> {
        match self {
            Self::Postgres(client) => {
                client.batch_execute(statement).await.map_err(|error| Refused(format!("{error:?}")))
            }
            Self::Mysql(session) => {
                session.query_drop(statement).await.map_err(|error| Refused(format!("{error:?}")))
            }
        }
    }

    /// One value as text.
    pub(crate) async fn ask(&mut self, question: &str) -> String {
        match self {
            Self::Postgres(client) => ask(client, question).await,
            Self::Mysql(session) => {
                let answer: Result<Option<String>, _> = session.query_first(question).await;
                answer.unwrap_or_else(|error| panic!("{question}: {error:?}")).expect("a row")
            }
        }
    }
}
