//! The user owns a database: nothing of it may be run with the master's rights, and nothing the user
//! can do there may stop the next rotation.

use std::future::ready;

use rds_broker::sql::{Login, Outcome};

use super::{App, TestServer, as_app, quoted, rows, run};

pub(super) async fn everything(server: &TestServer) {
    functions_of_the_user_are_not_called(server).await;
    a_dropped_database_is_made_again(server).await;
    locks_of_the_user_stop_no_rotation(server).await;
}

/// Named like what the set-up calls, with the caller's rights, in the database the login names.
async fn functions_of_the_user_are_not_called(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let mut client = as_app(server, &app).await;
    run(&mut client, "CREATE TABLE calls (who text)").await;
    run(
        &mut client,
        "CREATE FUNCTION `GET_LOCK` (name text, seconds int) RETURNS int SQL SECURITY INVOKER \
         BEGIN INSERT INTO calls VALUES (CURRENT_USER()); RETURN 1; END",
    )
    .await;
    let new = app.rotated();
    let superuser = Login { database: &app.database, ..server.superuser() };
    server.databases().set_up(server.address(), superuser, new.wanted(), || ready(true)).await.unwrap();
    assert_eq!(server.try_login(&new).await, Outcome::Worked);
    assert_eq!(server.try_login(&app).await, Outcome::Refused);
    let calls: Vec<String> = rows(&mut client, "SELECT who FROM calls").await;
    assert!(calls.is_empty(), "{calls:?}");
}

async fn a_dropped_database_is_made_again(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    run(&mut as_app(server, &app).await, &format!("DROP DATABASE {}", quoted(&app.database))).await;
    assert_eq!(server.try_login(&app).await, Outcome::Refused);
    server.set_up(&app).await.unwrap();
    assert_eq!(server.try_login(&app).await, Outcome::Worked);
}

async fn locks_of_the_user_stop_no_rotation(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let mut client = as_app(server, &app).await;
    run(&mut client, "CREATE TABLE busy (id int)").await;
    run(&mut client, "LOCK TABLES busy WRITE").await;
    let new = app.rotated();
    server.set_up(&new).await.unwrap();
    assert_eq!(server.try_login(&new).await, Outcome::Worked);
}
