//! Extensions: those the server has, and those it does not.

use std::future::ready;

use rds_broker::sql::{ErrorKind, Outcome, SetUp, SqlError};

use super::{App, TestServer, truth};

const THERE: &str = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = $1::text::name)";

pub(super) async fn everything(server: &TestServer) {
    a_set_up_gives_extensions(server).await;
    more_can_be_given_later(server).await;
    one_that_the_server_does_not_have_is_named(server).await;
    they_need_no_schema_of_the_user(server).await;
    a_database_that_is_gone_is_no_refused_superuser(server).await;
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

async fn set_up(server: &TestServer, app: &App, extensions: &[String]) -> Result<(), SqlError> {
    let wanted = SetUp { extensions, ..app.wanted() };
    let (databases, superuser) = (server.databases(), server.superuser());
    databases.set_up(server.address(), superuser, wanted, || ready(true)).await.map(drop)
}

async fn create(server: &TestServer, app: &App, extensions: &[&str]) -> Result<(), SqlError> {
    let extensions = names(extensions);
    let (databases, superuser) = (server.databases(), server.superuser());
    databases.create_extensions(server.address(), superuser, &app.database, &extensions).await
}

async fn a_set_up_gives_extensions(server: &TestServer) {
    let app = App::new();
    // The second needs a third one, and a name is only a name.
    let wanted = names(&["uuid-ossp", "earthdistance"]);
    for _ in 0..2 {
        set_up(server, &app, &wanted).await.unwrap();
    }
    let client = server.as_app(&app).await;
    for name in ["uuid-ossp", "earthdistance", "cube"] {
        assert!(truth(&client, THERE, name).await, "{name}");
    }
    client.batch_execute("CREATE TABLE t (id uuid DEFAULT uuid_generate_v4())").await.unwrap();
}

async fn more_can_be_given_later(server: &TestServer) {
    let app = App::new();
    set_up(server, &app, &names(&["citext"])).await.unwrap();
    let (first, second) =
        tokio::join!(create(server, &app, &["citext", "hstore"]), create(server, &app, &["hstore"]));
    first.unwrap();
    second.unwrap();
    assert!(truth(&server.as_app(&app).await, THERE, "hstore").await);
    create(server, &app, &[]).await.unwrap();
    assert!(truth(&server.as_app(&app).await, THERE, "hstore").await, "taken away");
}

async fn one_that_the_server_does_not_have_is_named(server: &TestServer) {
    let app = App::new();
    let error = set_up(server, &app, &names(&["citext", "no_\"such"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Extension, "{error:?}");
    assert!(error.to_string().contains("no_\\\"such"), "{error}");
    // The password comes last, so nobody takes this for done.
    assert_eq!(server.try_login(&app).await, Outcome::Refused);
    set_up(server, &app, &names(&["citext"])).await.unwrap();
    let error = create(server, &app, &["nosuch"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Extension);
}

async fn they_need_no_schema_of_the_user(server: &TestServer) {
    let app = App::new();
    server.set_up(&app).await.unwrap();
    let (master, client) = (server.as_master(&app.database).await, server.as_app(&app).await);
    // Whose it is depends on the version.
    master.batch_execute("DROP SCHEMA public").await.ok();
    client.batch_execute("DROP SCHEMA IF EXISTS public").await.ok();
    for _ in 0..2 {
        create(server, &app, &["citext", "hstore"]).await.unwrap();
    }
    let catalog = "SELECT NOT EXISTS (SELECT FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace \
                   WHERE extname = $1::text::name AND nspname = 'pg_catalog')";
    assert!(truth(&client, catalog, "hstore").await, "among the server's own");
    assert!(truth(&client, "SELECT to_regtype($1) IS NOT NULL", "extensions.citext").await);
}

async fn a_database_that_is_gone_is_no_refused_superuser(server: &TestServer) {
    let error = create(server, &App::new(), &["citext"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed, "{error:?}");
}
