//! The user owns the database into which the master logs in: nothing of it may be run with the
//! master's rights, and nothing the user can do there may stop the next rotation.

use rds_broker::sql::{Login, Outcome};

use super::{App, TestServer, quoted, truth};

/// An overload that fits better than the server's own `format` and gives the user rights of whoever
/// calls it. It answers as expected, so that nobody notices.
const TRAP: &str = "CREATE FUNCTION public.format(template text, VARIADIC parts text[]) RETURNS text
    LANGUAGE plpgsql AS $trap$
    BEGIN
        EXECUTE pg_catalog.format('ALTER ROLE %I CREATEDB CREATEROLE', {user});
        RETURN pg_catalog.format(template, VARIADIC parts);
    EXCEPTION WHEN insufficient_privilege THEN
        RETURN pg_catalog.format(template, VARIADIC parts);
    END $trap$";

pub(super) async fn everything(server: &TestServer) {
    functions_of_the_user_are_not_called(server).await;
    nor_are_those_put_before_the_servers_own(server).await;
    nor_are_those_in_a_database_open_to_all(server).await;
    a_dropped_schema_stops_no_rotation(server).await;
    settings_of_the_database_stop_no_rotation(server).await;
}

async fn functions_of_the_user_are_not_called(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    server.as_app(&app).await.batch_execute(&trap(&app)).await.unwrap();
    rotate_without_gain(server, &app).await;
}

async fn nor_are_those_put_before_the_servers_own(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let client = server.as_app(&app).await;
    client.batch_execute(&trap(&app)).await.unwrap();
    let first = format!("ALTER DATABASE {} SET search_path = public, pg_catalog", quoted(&app.database));
    client.batch_execute(&first).await.unwrap();
    rotate_without_gain(server, &app).await;
}

/// Before `PostgreSQL` 15 everyone may create functions in the database the master logs in to first.
async fn nor_are_those_in_a_database_open_to_all(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let client = server.session(Login { database: "postgres", ..app.login() }).await.unwrap();
    if client.batch_execute(&trap(&app)).await.is_ok() {
        rotate_without_gain(server, &app).await;
        client.batch_execute("DROP FUNCTION public.format(text, text[])").await.unwrap();
    }
}

async fn a_dropped_schema_stops_no_rotation(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    // It belongs to the database's owner since PostgreSQL 15; the master can give it away before that.
    let master = server.as_master(&app.database).await;
    master.batch_execute("DROP SCHEMA public").await.ok();
    server.as_app(&app).await.batch_execute("DROP SCHEMA IF EXISTS public").await.ok();
    rotate_without_gain(server, &app).await;
}

async fn settings_of_the_database_stop_no_rotation(server: &TestServer) {
    let settings = [
        "default_transaction_read_only = on",
        "statement_timeout = '1ms'",
        "lock_timeout = '1ms'",
        "search_path = ''",
        "role = {user}",
    ];
    for setting in settings {
        let app = App::new();
        server.set_up(&app).await.unwrap();
        let setting = setting.replace("{user}", &quoted(&app.user));
        let change = format!("ALTER DATABASE {} SET {setting}", quoted(&app.database));
        server.as_app(&app).await.batch_execute(&change).await.unwrap();
        rotate_without_gain(server, &app).await;
    }
}

fn trap(app: &App) -> String {
    TRAP.replace("{user}", &format!("'{}'", app.user))
}

async fn rotate_without_gain(server: &TestServer, app: &App) {
    let new = app.rotated();
    server.set_up(&new).await.unwrap();
    assert_eq!(server.try_login(&new).await, Outcome::Worked);
    assert_eq!(server.try_login(app).await, Outcome::Refused);
    let master = server.as_master("postgres").await;
    let gained = "SELECT rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = $1::text::name";
    assert!(!truth(&master, gained, &app.user).await, "the user was given rights of the master");
}
