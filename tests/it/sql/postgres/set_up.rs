//! Making a database and its user, and making it again.

use std::future::ready;

use rds_broker::sql::{ErrorKind, Login, Outcome, SetUpOutcome};

use super::super::KEYWORDS;
use super::{App, TestServer, quoted, truth};

pub(super) async fn everything(server: &TestServer) {
    a_new_user_owns_a_new_database(server).await;
    repeating_changes_nothing_and_loses_nothing(server).await;
    a_rotation_ends_with_the_new_password_alone(server).await;
    a_database_made_by_the_master_is_taken_over(server).await;
    any_part_may_have_been_done_before(server).await;
    names_are_only_names(server).await;
    keywords_are_only_names(server).await;
    a_name_that_the_server_would_cut_off_touches_nothing(server).await;
    a_superseded_wish_changes_nothing(server).await;
}

async fn a_new_user_owns_a_new_database(server: &TestServer) {
    let app = App::new();
    assert_eq!(server.try_login(&app).await, Outcome::Refused);
    assert_eq!(server.set_up(&app).await.unwrap(), SetUpOutcome::Applied);
    assert_eq!(server.try_login(&app).await, Outcome::Worked);
    let client = server.as_app(&app).await;
    client.batch_execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)").await.unwrap();
    let owns =
        "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = $1::text::name";
    assert!(truth(&client, owns, &app.database).await);
}

async fn repeating_changes_nothing_and_loses_nothing(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let client = server.as_app(&app).await;
    client.batch_execute("CREATE SCHEMA own; CREATE TABLE own.kept (id int)").await.unwrap();
    for _ in 0..3 {
        assert_eq!(server.set_up(&app).await.unwrap(), SetUpOutcome::Applied);
    }
    client.batch_execute("INSERT INTO own.kept VALUES (1)").await.unwrap();
    assert_eq!(server.try_login(&app).await, Outcome::Worked);
}

async fn a_rotation_ends_with_the_new_password_alone(server: &TestServer) {
    let old = App::new();
    server.set_up(&old).await.unwrap();
    let new = old.rotated();
    server.set_up(&new).await.unwrap();
    assert_eq!(server.try_login(&new).await, Outcome::Worked);
    assert_eq!(server.try_login(&old).await, Outcome::Refused);
}

/// As RDS leaves the `DBName` of `CreateDBInstance`.
async fn a_database_made_by_the_master_is_taken_over(server: &TestServer) {
    let app = App::new();
    let master = server.as_master("postgres").await;
    master.batch_execute(&format!("CREATE DATABASE {}", quoted(&app.database))).await.unwrap();
    server.set_up(&app).await.unwrap();
    server.as_app(&app).await.batch_execute("CREATE TABLE mine (id int)").await.unwrap();
}

/// What a broker that was killed half-way leaves behind.
async fn any_part_may_have_been_done_before(server: &TestServer) {
    let steps = ["CREATE ROLE {u} NOLOGIN", "GRANT {u} TO CURRENT_USER", "CREATE DATABASE {d}"];
    for done in 1..=steps.len() {
        let app = App::new();
        let master = server.as_master("postgres").await;
        for step in &steps[..done] {
            let step = step.replace("{u}", &quoted(&app.user)).replace("{d}", &quoted(&app.database));
            master.batch_execute(&step).await.unwrap();
        }
        // Before the last step nobody can log in, so a login that works proves that all was done.
        assert_eq!(server.try_login(&app).await, Outcome::Refused);
        assert_eq!(server.set_up(&app).await.unwrap(), SetUpOutcome::Applied, "after {done} steps");
        server.as_app(&app).await.batch_execute("CREATE TABLE mine (id int)").await.unwrap();
    }
}

async fn names_are_only_names(server: &TestServer) {
    let tail = uuid::Uuid::new_v4().simple().to_string();
    let longest = format!("{tail}{}", "x".repeat(63 - tail.len()));
    for shape in ["Up\"per", "x'; DROP ROLE y; --", "%I %L $1", "back\\slash", "sélect", "tab\tle", "--"] {
        let app = App::named(&format!("{shape}{tail}"), &format!("{shape}{tail}"));
        server.set_up(&app).await.unwrap_or_else(|error| panic!("{shape}: {error:?}"));
        server.as_app(&app).await.batch_execute("CREATE TABLE mine (id int)").await.unwrap();
    }
    let app = App::named(&longest, &longest);
    server.set_up(&app).await.unwrap();
    assert_eq!(server.set_up(&app).await.unwrap(), SetUpOutcome::Applied);
    assert_eq!(server.try_login(&app).await, Outcome::Worked);
}

async fn keywords_are_only_names(server: &TestServer) {
    for (number, database) in KEYWORDS.into_iter().enumerate() {
        let old = App::named(database, KEYWORDS[(number + 1) % KEYWORDS.len()]);
        server.set_up(&old).await.unwrap_or_else(|error| panic!("{database}: {error:?}"));
        let app = old.rotated();
        server.set_up(&app).await.unwrap_or_else(|error| panic!("{database}: {error:?}"));
        assert_eq!(server.try_login(&old).await, Outcome::Refused, "{database}");
        let client = server.as_app(&app).await;
        client.batch_execute("CREATE TABLE mine (id int)").await.unwrap();
        assert!(truth(&client, "SELECT current_user = $1", &app.user).await);
        assert!(truth(&client, "SELECT current_database() = $1", &app.database).await);
    }
}

/// `PostgreSQL` cuts a name off at 63 bytes without a word: whatever has the shorter name would be meant.
async fn a_name_that_the_server_would_cut_off_touches_nothing(server: &TestServer) {
    let tail = uuid::Uuid::new_v4().simple().to_string();
    let longest = format!("{tail}{}", "y".repeat(63 - tail.len()));
    let taken = App::named(&longest, &longest);
    server.set_up(&taken).await.unwrap();
    // 64 characters, and 64 bytes of 63 characters.
    for longer in [format!("{longest}y"), format!("{}é", &longest[..62])] {
        let new = App::new();
        for app in [App::named(&longer, &new.user), App::named(&new.database, &longer)] {
            let error = server.set_up(&app).await.map(drop).expect_err(&longer);
            assert_eq!(error.kind(), ErrorKind::Failed, "{error:?}");
            assert_eq!(server.try_login(&app).await, Outcome::Refused);
        }
    }
    assert_eq!(server.try_login(&taken).await, Outcome::Worked);
    let owns =
        "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = $1::text::name";
    assert!(truth(&server.as_app(&taken).await, owns, &taken.database).await, "it was given to another");

    // Nor is anything made under a shorter name.
    let new = App::new();
    let longer = format!("{}{}", new.database, "z".repeat(64 - new.database.len()));
    server.set_up(&App::named(&longer, &new.user)).await.map(drop).expect_err(&longer);
    let shorter = Login { database: &longer[..63], ..server.superuser() };
    assert!(server.session(shorter).await.is_err(), "a database with a shorter name was made");
}

async fn a_superseded_wish_changes_nothing(server: &TestServer) {
    let app = App::new();
    let (databases, superuser) = (server.databases(), server.superuser());
    let outcome = databases.set_up(server.address(), superuser, app.wanted(), || ready(false)).await;
    assert_eq!(outcome.unwrap(), SetUpOutcome::Superseded);
    let master = server.as_master("postgres").await;
    let role = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1::text::name)";
    let database = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1::text::name)";
    assert!(!truth(&master, role, &app.user).await);
    assert!(!truth(&master, database, &app.database).await);
}
