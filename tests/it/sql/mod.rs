//! `rds_broker::sql` against real `PostgreSQL` servers, each scenario a function over one server.
//!
//! The servers are as RDS makes them: TLS only, a master user that is no superuser. Every scenario
//! takes names of its own, so that they can share a server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod login;
mod rights;
mod server;
mod set_up;
mod together;
mod untrusted;

use std::future::ready;
use std::sync::Arc;

use rds_broker::model::Provider;
use rds_broker::sql::{Databases, Login, Outcome, Server, SetUp, SetUpOutcome, SqlError};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::{Client, Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A running server and its master user.
struct TestServer {
    identifier: String,
    host: String,
    port: u16,
    master: String,
    password: SecretString,
    ca_pem: Vec<u8>,
}

#[tokio::test(flavor = "multi_thread")]
async fn on_every_version_that_runs_here() {
    let versions = server::versions().await;
    assert!(versions.len() > 1, "{versions:?}");
    let runs = versions.into_iter().map(|version| async move {
        let of = version.clone();
        let run = tokio::spawn(async move {
            let server = TestServer::start(&of).await;
            everything(&server).await;
            server.remove().await;
        });
        run.await.is_err().then_some(version)
    });
    let failed: Vec<String> = futures_util::future::join_all(runs).await.into_iter().flatten().collect();
    assert!(failed.is_empty(), "failed on {failed:?}; what each found is above");
}

/// All scenarios, one after the other.
async fn everything(server: &TestServer) {
    set_up::everything(server).await;
    rights::everything(server).await;
    together::everything(server).await;
    untrusted::everything(server).await;
    login::everything(server).await;
}

impl TestServer {
    fn databases(&self) -> Databases {
        Databases::new(&self.ca_pem).unwrap()
    }

    fn address(&self) -> Server<'_> {
        Server { provider: Provider::Postgres, host: &self.host, port: self.port }
    }

    fn superuser(&self) -> Login<'_> {
        Login { user: &self.master, password: &self.password, database: "postgres" }
    }

    /// Sets up what nothing stands against.
    async fn set_up(&self, app: &App) -> Result<SetUpOutcome, SqlError> {
        self.databases().set_up(self.address(), self.superuser(), app.wanted(), || ready(true)).await
    }

    /// How a login with the app's password ends.
    async fn try_login(&self, app: &App) -> Outcome {
        self.databases().try_login(self.address(), app.login()).await.unwrap()
    }

    /// A session of the master user.
    async fn as_master(&self, database: &str) -> Client {
        self.session(Login { database, ..self.superuser() }).await.unwrap()
    }

    /// A session of the app's user in its own database.
    async fn as_app(&self, app: &App) -> Client {
        self.session(app.login()).await.unwrap()
    }

    async fn session(&self, login: Login<'_>) -> Result<Client, tokio_postgres::Error> {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&self.ca_pem) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (client, connection) = Config::new()
            .host(&self.host)
            .port(self.port)
            .user(login.user)
            .password(login.password.expose_secret())
            .dbname(login.database)
            .ssl_mode(SslMode::Require)
            .connect(MakeRustlsConnect::new(tls))
            .await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

/// A database and its user, as a service wishes them.
#[derive(Clone)]
struct App {
    database: String,
    user: String,
    password: SecretString,
}

impl App {
    /// Names that nobody else has.
    fn new() -> Self {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        Self::named(&format!("d{unique}"), &format!("u{unique}"))
    }

    fn named(database: &str, user: &str) -> Self {
        Self { database: database.into(), user: user.into(), password: password() }
    }

    /// The same service with another password.
    fn rotated(&self) -> Self {
        Self { password: password(), ..self.clone() }
    }

    fn wanted(&self) -> SetUp<'_> {
        SetUp { database: &self.database, user: &self.user, password: &self.password }
    }

    fn login(&self) -> Login<'_> {
        Login { user: &self.user, password: &self.password, database: &self.database }
    }
}

fn password() -> SecretString {
    // Everything the contract allows that a quoting mistake would trip over.
    format!("a{}\\$;%I`?#&=:", uuid::Uuid::new_v4().simple()).into()
}

/// A name quoted for a statement of the tests.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The one boolean a question has for an answer.
async fn truth(client: &Client, question: &str, name: &str) -> bool {
    client.query_one(question, &[&name]).await.unwrap().get(0)
}
