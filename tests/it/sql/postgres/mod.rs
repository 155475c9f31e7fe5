//! `PostgreSQL`, every version that runs here.

mod extensions;
mod rights;
mod set_up;
mod untrusted;

use std::sync::Arc;

use rds_broker::model::Provider;
use rds_broker::sql::Login;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;
use tokio_postgres::{Client, Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{App, TestServer, login, server, together};

#[tokio::test(flavor = "multi_thread")]
async fn on_every_version_that_runs_here() {
    let versions = server::versions(Provider::Postgres).await;
    assert!(versions.len() > 1, "{versions:?}");
    let runs = versions.into_iter().map(|version| async move {
        let of = version.clone();
        let run = tokio::spawn(async move {
            let server = TestServer::start(Provider::Postgres, &of, &[]).await;
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
    extensions::everything(server).await;
    rights::everything(server).await;
    untrusted::everything(server).await;
    together::everything(server).await;
    // RDS's own database, which the master does not own: a statement is refused half-way.
    let impossible = App { database: "template0".into(), ..App::new() };
    login::everything(server, &impossible).await;
}

impl TestServer {
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

/// A name quoted for a statement of the tests.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The one boolean a question has for an answer.
async fn truth(client: &Client, question: &str, name: &str) -> bool {
    client.query_one(question, &[&name]).await.unwrap().get(0)
}
