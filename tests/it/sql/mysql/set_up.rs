//! Making a database and its user, and making it again.

use std::future::ready;

use rds_broker::sql::{ErrorKind, Login, Outcome, SetUpOutcome};

use super::super::KEYWORDS;
use super::{App, TestServer, as_app, as_master, quoted, rows, run, session};

pub(super) async fn everything(server: &TestServer) {
    a_new_user_has_a_new_database(server).await;
    repeating_changes_nothing_and_loses_nothing(server).await;
    a_rotation_ends_with_the_new_password_alone(server).await;
    a_database_made_by_the_master_is_taken_over(server).await;
    any_part_may_have_been_done_before(server).await;
    names_are_only_names(server).await;
    keywords_are_only_names(server).await;
    a_name_that_is_too_long_makes_nothing(server).await;
    passwords_are_only_passwords(server).await;
    a_superseded_wish_changes_nothing(server).await;
    a_login_needs_no_database(server).await;
}

async fn a_new_user_has_a_new_database(server: &TestServer) {
    let app = App::new();
    assert_eq!(server.try_login(&app).await, Outcome::Refused);
    assert_eq!(server.set_up(&app).await.unwrap(), SetUpOutcome::Applied);
    assert_eq!(server.try_login(&app).await, Outcome::Worked);
    let mut client = as_app(server, &app).await;
    let charset: Vec<String> = rows(&mut client, "SELECT @@character_set_database").await;
    assert_eq!(charset, ["utf8mb4"]);
}

async fn repeating_changes_nothing_and_loses_nothing(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let mut client = as_app(server, &app).await;
    run(&mut client, "CREATE TABLE kept (id int)").await;
    for _ in 0..3 {
        assert_eq!(server.set_up(&app).await.unwrap(), SetUpOutcome::Applied);
    }
    run(&mut client, "INSERT INTO kept VALUES (1)").await;
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
    run(&mut as_master(server).await, &format!("CREATE DATABASE {}", quoted(&app.database))).await;
    server.set_up(&app).await.unwrap();
    run(&mut as_app(server, &app).await, "CREATE TABLE mine (id int)").await;
}

/// What a broker that was killed half-way leaves behind.
async fn any_part_may_have_been_done_before(server: &TestServer) {
    let steps = [
        "CREATE DATABASE {d}",
        "CREATE USER '{u}'@'%' IDENTIFIED BY 'of an older wish' REQUIRE SSL ACCOUNT LOCK",
        "GRANT SELECT ON {d}.* TO '{u}'@'%'",
    ];
    for done in 1..=steps.len() {
        let app = App::new();
        let mut master = as_master(server).await;
        for step in &steps[..done] {
            run(&mut master, &step.replace("{u}", &app.user).replace("{d}", &quoted(&app.database))).await;
        }
        // Before the last step nobody can log in, so a login that works proves that all was done.
        let older = App { password: "of an older wish".into(), ..app.clone() };
        assert_eq!(server.try_login(&older).await, Outcome::Refused);
        assert_eq!(server.set_up(&app).await.unwrap(), SetUpOutcome::Applied, "after {done} steps");
        run(&mut as_app(server, &app).await, "CREATE TABLE mine (id int)").await;
    }
}

async fn names_are_only_names(server: &TestServer) {
    let tail = uuid::Uuid::new_v4().simple().to_string();
    let shapes = [
        "Up\"per",
        "x'; DROP USER y; --",
        "a`b``",
        "back\\slash\\",
        "sélect",
        "数据库",
        "tab\tle",
        "--",
        "%",
        "a_b",
        "'@'localhost",
        "select",
        "/*!",
        "\\_",
        "*",
    ];
    for shape in shapes {
        let app = App::named(&format!("{shape}{tail}"), &format!("{shape}{tail}"));
        server.set_up(&app).await.unwrap_or_else(|error| panic!("{shape}: {error:?}"));
        run(&mut as_app(server, &app).await, "CREATE TABLE mine (id int)").await;
    }
    for length in [63, 64] {
        for filler in ["x", "_"] {
            let longest = format!("{tail}{}x", filler.repeat(length - tail.len() - 1));
            // The longest user name of MySQL has 32 characters.
            let app = App::named(&longest, &App::new().user[..32]);
            server.set_up(&app).await.unwrap_or_else(|error| panic!("{longest}: {error:?}"));
            assert_eq!(server.set_up(&app).await.unwrap(), SetUpOutcome::Applied);
            run(&mut as_app(server, &app).await, "CREATE TABLE mine (id int)").await;
        }
    }
}

async fn keywords_are_only_names(server: &TestServer) {
    for (number, database) in KEYWORDS.into_iter().enumerate() {
        let old = App::named(database, KEYWORDS[(number + 1) % KEYWORDS.len()]);
        server.set_up(&old).await.unwrap_or_else(|error| panic!("{database}: {error:?}"));
        let app = old.rotated();
        server.set_up(&app).await.unwrap_or_else(|error| panic!("{database}: {error:?}"));
        assert_eq!(server.try_login(&old).await, Outcome::Refused, "{database}");
        let mut client = as_app(server, &app).await;
        run(&mut client, "CREATE TABLE mine (id int)").await;
        let who: Vec<(String, String)> = rows(&mut client, "SELECT CURRENT_USER(), DATABASE()").await;
        assert_eq!(who, [(format!("{}@%", app.user), app.database)]);
    }
}

async fn a_name_that_is_too_long_makes_nothing(server: &TestServer) {
    let new = App::new();
    let longer = format!("{}{}", new.database, "z".repeat(65 - new.database.len()));
    let app = App::named(&longer, &new.user);
    let error = server.set_up(&app).await.map(drop).expect_err(&longer);
    assert_eq!(error.kind(), ErrorKind::Failed, "{error:?}");
    let mut master = as_master(server).await;
    let made: Vec<String> = rows(&mut master, &format!("SHOW DATABASES LIKE '{}%'", new.database)).await;
    assert!(made.is_empty(), "{made:?}");
    let nowhere = Login { database: "", ..app.login() };
    assert_eq!(server.databases().try_login(server.address(), nowhere).await.unwrap(), Outcome::Refused);
}

async fn passwords_are_only_passwords(server: &TestServer) {
    let app = App::new();
    for password in
        ["'; DROP DATABASE x; -- ", "\\", "ends in \\'", "\"`%_$1?", "pässwörd 密码", "new\nline\0"]
    {
        let app = App { password: password.into(), ..app.clone() };
        server.set_up(&app).await.unwrap_or_else(|error| panic!("{password}: {error:?}"));
        if !password.contains('\0') {
            assert_eq!(server.try_login(&app).await, Outcome::Worked, "{password}");
        }
    }
}

async fn a_superseded_wish_changes_nothing(server: &TestServer) {
    let app = App::new();
    let (databases, superuser) = (server.databases(), server.superuser());
    let outcome = databases.set_up(server.address(), superuser, app.wanted(), || ready(false)).await;
    assert_eq!(outcome.unwrap(), SetUpOutcome::Superseded);
    let mut master = as_master(server).await;
    let found: Vec<String> = rows(&mut master, &format!("SHOW DATABASES LIKE '{}'", app.database)).await;
    assert!(found.is_empty());
    assert_eq!(super::refused(&mut master, &format!("SHOW GRANTS FOR '{}'@'%'", app.user)).await, 1141);
}

/// What the superuser's login says of a database does not matter to a set-up.
async fn a_login_needs_no_database(server: &TestServer) {
    let app = App::new();
    let superuser = Login { database: "there_is_none", ..server.superuser() };
    let done = server.databases().set_up(server.address(), superuser, app.wanted(), || ready(true)).await;
    assert_eq!(done.unwrap(), SetUpOutcome::Applied);
    let nowhere = Login { database: "", ..app.login() };
    assert_eq!(server.databases().try_login(server.address(), nowhere).await.unwrap(), Outcome::Worked);
    session(server, nowhere).await.unwrap();
}
