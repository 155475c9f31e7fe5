//! How a login ends, and that no error holds a secret.

use std::error::Error as StdError;
use std::future::ready;
use std::time::{Duration, Instant};

use rds_broker::sql::{Databases, ErrorKind, Login, Outcome, RDS_CA_BUNDLE, Server, SqlError};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;

use super::{App, TestServer, password};

/// `impossible` is a wish that the server refuses in the middle of a set-up.
pub(super) async fn everything(server: &TestServer, impossible: &App) {
    what_the_server_refuses_is_refused(server).await;
    a_server_that_does_not_prove_itself_is_unreachable(server).await;
    a_server_that_does_not_answer_is_unreachable(server).await;
    a_refused_superuser_is_told_apart(server).await;
    no_error_holds_a_secret(server, impossible).await;
}

async fn what_the_server_refuses_is_refused(server: &TestServer) {
    let databases = server.databases();
    let wrong: SecretString = password();
    let known = server.superuser();
    let database = App::new().database;
    assert_eq!(databases.try_login(server.address(), known).await.unwrap(), Outcome::Worked);
    for login in [
        Login { password: &wrong, ..known },
        Login { user: "nobody_of_that_name", ..known },
        Login { database: &database, ..known },
    ] {
        assert_eq!(
            databases.try_login(server.address(), login).await.unwrap(),
            Outcome::Refused,
            "{login:?}"
        );
    }
}

async fn a_server_that_does_not_prove_itself_is_unreachable(server: &TestServer) {
    let other_authority = Databases::new(RDS_CA_BUNDLE).unwrap();
    let error = other_authority.try_login(server.address(), server.superuser()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error:?}");
    // The same server under a name its certificate is not for.
    let alias = Server { host: "0.0.0.0", ..server.address() };
    let error = server.databases().try_login(alias, server.superuser()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(chain(&error).contains("certificate"), "{}", chain(&error));
}

async fn a_server_that_does_not_answer_is_unreachable(server: &TestServer) {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let address = Server { host: "127.0.0.1", port, ..server.address() };
    let started = Instant::now();
    let error = server.databases().try_login(address, server.superuser()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    drop(silent);
    let error = server.databases().try_login(address, server.superuser()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
}

/// The engine sets the superuser's password anew on this kind alone.
async fn a_refused_superuser_is_told_apart(server: &TestServer) {
    let wrong = password();
    let superuser = Login { password: &wrong, ..server.superuser() };
    let app = App::new();
    let result = server.databases().set_up(server.address(), superuser, app.wanted(), || ready(true)).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Denied);
}

async fn no_error_holds_a_secret(server: &TestServer, impossible: &App) {
    let error = server.set_up(impossible).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    let text = format!("{error} {error:?} {}", chain(&error));
    for secret in [impossible.password.expose_secret(), server.password.expose_secret(), "SCRAM-SHA-256", "*"]
    {
        assert!(!text.contains(secret), "{text}");
    }
}

fn chain(error: &SqlError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(&format!(": {error}"));
        next = error.source();
    }
    text
}
