//! What the user may do, and who else may not.

use rds_broker::sql::{Login, Outcome};
use secrecy::SecretString;
use tokio_postgres::error::SqlState;

use super::{App, TestServer, quoted, truth};

pub(super) async fn everything(server: &TestServer) {
    the_user_has_no_right_beyond_its_database(server).await;
    nobody_else_gets_in(server).await;
    what_a_user_was_given_later_stays(server).await;
    a_role_that_may_not_log_in_is_refused(server).await;
}

async fn the_user_has_no_right_beyond_its_database(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let client = server.as_app(&app).await;
    let plain = "SELECT NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls) \
                 FROM pg_roles WHERE rolname = $1::text::name";
    assert!(truth(&client, plain, &app.user).await);
    let member = "SELECT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member \
                  WHERE r.rolname = $1::text::name)";
    assert!(!truth(&client, member, &app.user).await, "is a member of another role");
    for refused in ["CREATE ROLE other", "CREATE DATABASE other", "ALTER ROLE CURRENT_USER CREATEDB"] {
        let error = client.batch_execute(refused).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{refused}");
    }
}

async fn nobody_else_gets_in(server: &TestServer) {
    let (app, other) = (App::new(), App::new());
    server.set_up(&app).await.unwrap();
    server.set_up(&other).await.unwrap();
    let trespass = Login { database: &app.database, ..other.login() };
    let error = server.session(trespass).await.map(drop).expect_err("another user got in");
    assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE));

    // A role made by hand, which has what PUBLIC has.
    let hand = App::new();
    let by_hand: SecretString = "by-hand".into();
    let create = format!("CREATE ROLE {} LOGIN PASSWORD 'by-hand'", quoted(&hand.user));
    server.as_master("postgres").await.batch_execute(&create).await.unwrap();
    let trespass = Login { user: &hand.user, password: &by_hand, database: &app.database };
    let error = server.session(trespass).await.map(drop).expect_err("a role made by hand got in");
    assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE));
}

async fn what_a_user_was_given_later_stays(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let master = server.as_master("postgres").await;
    master.batch_execute(&format!("ALTER ROLE {} CREATEDB CREATEROLE", quoted(&app.user))).await.unwrap();
    server.set_up(&app.rotated()).await.unwrap();
    let given = "SELECT rolcreatedb AND rolcreaterole FROM pg_roles WHERE rolname = $1::text::name";
    assert!(truth(&master, given, &app.user).await);
}

async fn a_role_that_may_not_log_in_is_refused(server: &TestServer) {
    let asleep = App::new();
    let master = server.as_master("postgres").await;
    master.batch_execute(&format!("CREATE ROLE {} NOLOGIN", quoted(&asleep.user))).await.unwrap();
    let login = Login { database: "postgres", ..asleep.login() };
    assert_eq!(server.databases().try_login(server.address(), login).await.unwrap(), Outcome::Refused);
}
