//! MySQL and MariaDB: logging in, and making a database and its user.
//!
//! The superuser is RDS's master user, which has most rights on all databases, but neither SUPER nor
//! FILE. Nothing that a user has planted in their database is run in its session: it is in no
//! database, and names nothing inside of one.

mod failure;
mod flavour;
mod quote;
mod set_up;

use std::fmt;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};
use secrecy::ExposeSecret;

use super::{ErrorKind, Login, Outcome, Server, SqlError};

/// None: there is no database that every master user may enter.
pub(super) const HOME: &str = "";

/// The largest packet of the driver; its statements and answers are some hundred bytes.
const LARGEST_PACKET: usize = 1 << 20;

/// The way to MySQL and MariaDB servers.
#[derive(Clone)]
pub(super) struct Driver {
    /// What all connections have in common: with it they share the TLS configuration.
    common: Opts,
}

impl fmt::Debug for Driver {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Driver").finish_non_exhaustive()
    }
}

impl Driver {
    /// Trusts the authorities of a file that was read without a fault, and no others.
    pub(super) fn new(ca_pem: &[u8]) -> Self {
        // The driver asks rustls for the process's cryptography; where one is chosen, it is this one.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let tls = SslOpts::default()
            .with_root_certs(vec![ca_pem.to_vec().into()])
            .with_disable_built_in_roots(true);
        let common = OptsBuilder::default()
            // With them the driver never goes on without TLS.
            .ssl_opts(tls)
            // On a loopback address it would otherwise move on to a socket, which has no TLS.
            .prefer_socket(false)
            // Asked of the server where they are not given.
            .max_allowed_packet(Some(LARGEST_PACKET))
            .wait_timeout(Some(super::SET_UP_TIMEOUT.as_secs() as usize))
            .stmt_cache_size(0);
        Self { common: common.into() }
    }

    pub(super) async fn try_login(&self, server: Server<'_>, login: Login<'_>) -> Result<Outcome, SqlError> {
        match self.log_in(server, login).await {
            Ok(session) => {
                close(session).await;
                Ok(Outcome::Worked)
            }
            Err(refused) if refused.kind() == ErrorKind::Denied => Ok(Outcome::Refused),
            Err(error) => Err(error),
        }
    }

    /// A session that can be used: a login with an expired password works, but nothing after it.
    async fn log_in(&self, server: Server<'_>, login: Login<'_>) -> Result<Conn, SqlError> {
        let database = Some(login.database).filter(|name| !name.is_empty());
        let options = OptsBuilder::from_opts(self.common.clone())
            .ip_or_hostname(server.host)
            .tcp_port(server.port)
            .user(Some(login.user))
            .pass(Some(login.password.expose_secret()))
            .db_name(database);
        let mut session = Conn::new(options).await.map_err(failure::connecting)?;
        session.query_drop("SELECT 1").await.map_err(failure::connecting)?;
        Ok(session)
    }
}

/// Says goodbye, so that the server logs no lost connection. How that ends changes nothing.
async fn close(session: Conn) {
    drop(session.disconnect().await);
}
