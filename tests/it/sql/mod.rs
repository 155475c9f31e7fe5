//! `rds_broker::sql` against real servers, each scenario a function over one server.
//!
//! The servers are as RDS makes them: a master user that is no superuser, and TLS. Every scenario
//! takes names of its own, so that they can share a server. What is the same on every engine is
//! here, the rest in a folder per engine.

mod login;
mod mysql;
mod postgres;
mod server;
mod together;

use std::future::ready;

use rds_broker::model::Provider;
use rds_broker::sql::{self, Databases, Login, Outcome, Server, SetUp, SetUpOutcome, SqlError};
use secrecy::SecretString;

/// Words of SQL, each a name of a database and of a user, as they stand.
const KEYWORDS: [&str; 6] = ["select", "table", "user", "order", "grant", "null"];

/// A running server and its master user.
struct TestServer {
    provider: Provider,
    identifier: String,
    host: String,
    port: u16,
    master: String,
    password: SecretString,
    ca_pem: Vec<u8>,
}

impl TestServer {
    fn databases(&self) -> Databases {
        Databases::new(&self.ca_pem).unwrap()
    }

    fn address(&self) -> Server<'_> {
        Server { provider: self.provider, host: &self.host, port: self.port }
    }

    fn superuser(&self) -> Login<'_> {
        Login { user: &self.master, password: &self.password, database: sql::home_database(self.provider) }
    }

    /// Sets up what nothing stands against.
    async fn set_up(&self, app: &App) -> Result<SetUpOutcome, SqlError> {
        self.databases().set_up(self.address(), self.superuser(), app.wanted(), || ready(true)).await
    }

    /// How a login with the app's password ends.
    async fn try_login(&self, app: &App) -> Outcome {
        self.databases().try_login(self.address(), app.login()).await.unwrap()
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
        SetUp { database: &self.database, user: &self.user, password: &self.password, extensions: &[] }
    }

    fn login(&self) -> Login<'_> {
        Login { user: &self.user, password: &self.password, database: &self.database }
    }
}

fn password() -> SecretString {
    // Everything the contract allows that a quoting mistake would trip over.
    format!("a{}\\$;%I`?#&=:", uuid::Uuid::new_v4().simple()).into()
}
