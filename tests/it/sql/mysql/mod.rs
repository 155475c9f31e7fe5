//! `MySQL` and `MariaDB`. In the lab a `MariaDB` server stands in for both.

mod rights;
mod set_up;
mod untrusted;

use mysql_async::prelude::{FromRow, Queryable};
use mysql_async::{Conn, Error, OptsBuilder, SslOpts};
use rds_broker::model::Provider;
use rds_broker::sql::Login;
use secrecy::ExposeSecret;

use super::{App, TestServer, login, server, together};

/// What a parameter group may say that changes how statements are read and what they may do.
const STRANGE: [(&str, &str); 4] = [
    ("sql_mode", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,IGNORE_SPACE"),
    ("character_set_server", "latin1"),
    ("collation_server", "latin1_bin"),
    ("lock_wait_timeout", "1"),
];

#[tokio::test(flavor = "multi_thread")]
async fn on_mysql() {
    on_the_newest(Provider::Mysql, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_mariadb() {
    on_the_newest(Provider::Mariadb, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_strange_parameter_group() {
    on_the_newest(Provider::Mariadb, &STRANGE).await;
}

async fn on_the_newest(provider: Provider, settings: &[(&str, &str)]) {
    let version = server::versions(provider).await.pop().expect("a version that runs here");
    let server = TestServer::start(provider, &version, settings).await;
    let mode: Vec<String> = rows(&mut as_master(&server).await, "SELECT @@GLOBAL.sql_mode").await;
    assert_eq!(mode[0].contains("ANSI_QUOTES"), !settings.is_empty(), "{mode:?}");
    everything(&server).await;
    server.remove().await;
}

/// All scenarios, one after the other.
async fn everything(server: &TestServer) {
    set_up::everything(server).await;
    rights::everything(server).await;
    untrusted::everything(server).await;
    together::everything(server).await;
    // No account has a name so long: the statement that holds the password is refused.
    let impossible = App::named(&App::new().database, &"u".repeat(300));
    login::everything(server, &impossible).await;
}

/// A session of the master user, in no database.
async fn as_master(server: &TestServer) -> Conn {
    session(server, server.superuser()).await.unwrap()
}

/// A session of the app's user in its own database.
async fn as_app(server: &TestServer, app: &App) -> Conn {
    session(server, app.login()).await.unwrap()
}

async fn session(server: &TestServer, login: Login<'_>) -> Result<Conn, Error> {
    let tls = SslOpts::default().with_root_certs(vec![server.ca_pem.clone().into()]);
    let session = Conn::new(options(server, login).ssl_opts(tls.with_disable_built_in_roots(true))).await;
    let mut session = session?;
    // The tests' own statements are written for it.
    session.query_drop("SET NAMES utf8mb4").await?;
    session.query_drop("SET sql_mode = 'STRICT_ALL_TABLES'").await?;
    Ok(session)
}

fn options(server: &TestServer, login: Login<'_>) -> OptsBuilder {
    OptsBuilder::default()
        .ip_or_hostname(&server.host)
        .tcp_port(server.port)
        .user(Some(login.user))
        .pass(Some(login.password.expose_secret()))
        .db_name(Some(login.database).filter(|name| !name.is_empty()))
        .prefer_socket(false)
}

async fn run(session: &mut Conn, statement: &str) {
    session.query_drop(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
}

/// The number of the error with which a statement is refused.
async fn refused(session: &mut Conn, statement: &str) -> u16 {
    code(session.query_drop(statement).await.expect_err(statement))
}

fn code(error: Error) -> u16 {
    match error {
        Error::Server(said) => said.code,
        other => panic!("not from the server: {other:?}"),
    }
}

/// All rows a question has for an answer.
async fn rows<T: FromRow + Send + 'static>(session: &mut Conn, question: &str) -> Vec<T> {
    session.query(question).await.unwrap_or_else(|error| panic!("{question}: {error:?}"))
}

/// A name quoted for a statement of the tests.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
