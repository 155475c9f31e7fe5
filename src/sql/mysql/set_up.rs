//! Making a database and its user.

use mysql_async::Conn;
use mysql_async::prelude::Queryable;

use super::failure::executing;
use super::flavour::Flavour;
use super::quote::{account, grant_pattern, identifier};
use super::{Driver, close};
use crate::sql::{Login, Server, SetUp, SetUpOutcome, SqlError};

/// Settings of the superuser's session: those of a parameter group must change neither how statements are
/// read nor how long they wait. Characters first: quoting is right in UTF-8 only.
const SESSION: [&str; 4] = [
    "SET NAMES utf8mb4",
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    "SET SESSION lock_wait_timeout = 30, innodb_lock_wait_timeout = 30, autocommit = 1",
    "SET SESSION TRANSACTION READ WRITE",
];

/// Takes the lock that serialises set-ups of one server, which the session's end releases. The lock is
/// waited for less long than a statement may take.
const LOCK: &str = "SELECT GET_LOCK('rds-broker', 30)";

/// All rights inside a database that the master user has on RDS; ALL would also mean MariaDB's DELETE
/// HISTORY and SHOW CREATE ROUTINE, which it does not have everywhere, and so be refused.
const RIGHTS: &str = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, \
    CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, \
    EVENT, TRIGGER";

impl Driver {
    pub(in crate::sql) async fn set_up<F, Fut>(
        &self,
        server: Server<'_>,
        login: Login<'_>,
        wanted: SetUp<'_>,
        still_wanted: F,
    ) -> Result<SetUpOutcome, SqlError>
    where
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = bool> + Send,
    {
        // In no database, whatever the login says.
        let mut session = self.log_in(server, Login { database: super::HOME, ..login }).await?;
        for setting in SESSION {
            run(&mut session, setting).await?;
        }
        let flavour = Flavour::of(&mut session).await?;
        run(&mut session, flavour.time_limit()).await?;
        lock(&mut session).await?;
        let outcome = if still_wanted().await {
            make(&mut session, flavour, wanted).await?;
            SetUpOutcome::Applied
        } else {
            SetUpOutcome::Superseded
        };
        close(session).await;
        Ok(outcome)
    }
}

async fn make(session: &mut Conn, flavour: Flavour, wanted: SetUp<'_>) -> Result<(), SqlError> {
    let SetUp { database, user, password, .. } = wanted;
    let (user, identified) = (account(user), flavour.identified(password));
    // Not even tried where there is one: it would wait for whoever holds a table of it locked.
    let there: Vec<String> = session.query("SHOW DATABASES").await.map_err(executing)?;
    if there.iter().all(|name| name != database) {
        let name = identifier(database);
        run(session, &format!("CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4")).await?;
    }
    // Locked until all is done. It has its password already, as some servers take no account without.
    run(session, &format!("CREATE USER IF NOT EXISTS {user} {identified} REQUIRE SSL ACCOUNT LOCK")).await?;
    run(session, &format!("GRANT {RIGHTS} ON {}.* TO {user}", grant_pattern(database))).await?;
    run(session, &format!("ALTER USER {user} {identified} REQUIRE SSL ACCOUNT UNLOCK")).await
}

async fn lock(session: &mut Conn) -> Result<(), SqlError> {
    let answer: Option<Option<i64>> = session.query_first(LOCK).await.map_err(executing)?;
    // 0: waited in vain; NULL: the wait was ended.
    if answer.flatten() == Some(1) { Ok(()) } else { Err(SqlError::locked()) }
}

async fn run(session: &mut Conn, statement: &str) -> Result<(), SqlError> {
    session.query_drop(statement).await.map_err(executing)
}
