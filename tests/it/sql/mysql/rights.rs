//! What the user may do, and who else may not.

use mysql_async::Conn;
use rds_broker::sql::{Login, Outcome};

use super::{App, TestServer, as_app, as_master, code, options, quoted, refused, rows, run, session};

/// "No right on the database", "wrong password or no TLS", "no right on the table", "…for this statement".
const NO_RIGHT: [u16; 4] = [1044, 1045, 1142, 1227];

pub(super) async fn everything(server: &TestServer) {
    the_user_may_do_everything_in_its_database(server).await;
    the_user_has_no_right_beyond_its_database(server).await;
    underscores_are_no_wildcards(server).await;
    nobody_else_gets_in(server).await;
    nobody_gets_in_without_tls(server).await;
    a_locked_user_is_refused(server).await;
}

async fn the_user_may_do_everything_in_its_database(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let mut client = as_app(server, &app).await;
    for statement in [
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "CREATE INDEX i ON t (v(10))",
        "ALTER TABLE t ADD COLUMN w int",
        "CREATE TABLE child (id int, FOREIGN KEY (id) REFERENCES t (id))",
        "CREATE VIEW seen AS SELECT id FROM t",
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.w = 1",
        "CREATE PROCEDURE p() SELECT 1",
        "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
        "CREATE TEMPORARY TABLE tmp (id int)",
        "INSERT INTO t (id) VALUES (f())",
        "LOCK TABLES t WRITE",
        "UNLOCK TABLES",
        "CALL p()",
        "DROP TABLE child",
    ] {
        run(&mut client, statement).await;
    }
    let database = quoted(&app.database);
    run(&mut client, &format!("DROP DATABASE {database}")).await;
    run(&mut client, &format!("CREATE DATABASE {database}")).await;
}

async fn the_user_has_no_right_beyond_its_database(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let mut client = as_app(server, &app).await;
    for statement in [
        "CREATE DATABASE other".to_owned(),
        "CREATE USER other".to_owned(),
        "SELECT * FROM mysql.user".to_owned(),
        "SELECT * FROM mysql.global_priv".to_owned(),
        "SET GLOBAL max_connections = 10".to_owned(),
        "SELECT LOAD_FILE('/etc/hostname') INTO OUTFILE '/tmp/never'".to_owned(),
        format!("GRANT SELECT ON {}.* TO '{}'@'%'", quoted(&app.database), server.master),
        format!("ALTER USER '{}'@'%' ACCOUNT LOCK", app.user),
    ] {
        let code = refused(&mut client, &statement).await;
        assert!(NO_RIGHT.contains(&code), "{statement}: {code}");
    }
    let grants: Vec<String> = rows(&mut client, "SHOW GRANTS").await;
    assert_eq!(grants.len(), 2, "{grants:?}");
    assert!(grants[0].starts_with("GRANT USAGE ON *.*"), "{grants:?}");
    assert!(grants.iter().all(|grant| !grant.contains("GRANT OPTION")), "{grants:?}");
}

async fn underscores_are_no_wildcards(server: &TestServer) {
    let app = App::new();
    let app = App::named(&app.database.replacen('d', "a_b%c", 1), &app.user);
    server.set_up(&app).await.unwrap();
    let mut master = as_master(server).await;
    for alike in [("_", "x"), ("%", "xyz"), ("%", "")] {
        let alike = App { database: app.database.replacen(alike.0, alike.1, 1), ..app.clone() };
        run(&mut master, &format!("CREATE DATABASE {}", quoted(&alike.database))).await;
        assert_eq!(server.try_login(&alike).await, Outcome::Refused, "{}", alike.database);
    }
    assert_eq!(server.try_login(&app).await, Outcome::Worked);
    let seen: Vec<String> = rows(&mut as_app(server, &app).await, "SHOW DATABASES").await;
    assert_eq!(seen, [app.database.as_str(), "information_schema"]);
}

async fn nobody_else_gets_in(server: &TestServer) {
    let (app, other) = (App::new(), App::new());
    server.set_up(&app).await.unwrap();
    server.set_up(&other).await.unwrap();
    let trespass = Login { database: &app.database, ..other.login() };
    let error = session(server, trespass).await.map(drop).expect_err("another user got in");
    assert_eq!(code(error), 1044);
}

async fn nobody_gets_in_without_tls(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let error = Conn::new(options(server, app.login())).await.map(drop).expect_err("no TLS was taken");
    assert!([1045, 3159].contains(&code(error)));
}

async fn a_locked_user_is_refused(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    run(&mut as_master(server).await, &format!("ALTER USER '{}'@'%' ACCOUNT LOCK", app.user)).await;
    assert_eq!(server.try_login(&app).await, Outcome::Refused);
    server.set_up(&app).await.unwrap();
    run(&mut as_master(server).await, &format!("ALTER USER '{}'@'%' PASSWORD EXPIRE", app.user)).await;
    assert_eq!(server.try_login(&app).await, Outcome::Refused);
    server.set_up(&app).await.unwrap();
    assert_eq!(server.try_login(&app).await, Outcome::Worked);
}
