//! The command line, as a process.

use std::io::Read;
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn run(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rds-broker"));
    command.env_clear().args(arguments).envs(settings.iter().copied()).stdin(Stdio::null());
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn help_names_every_command_and_says_what_it_is_for() {
    let help = run(&["--help"], &[]);
    assert!(help.status.success() && help.stderr.is_empty());
    for command in ["serve", "health", "check", "services", "catalog", "provider", "openapi"] {
        assert!(text(&help).contains(&format!("  {command}")), "{}", text(&help));
        let own = run(&[command, "--help"], &[]);
        assert!(own.status.success() && text(&own).contains("Usage: rds-broker"), "{}", text(&own));
    }
    assert_eq!(text(&run(&["--version"], &[])), format!("rds-broker {}\n", env!("CARGO_PKG_VERSION")));
    let mistyped = run(&["provder"], &[]);
    assert_eq!(mistyped.status.code(), Some(64));
    assert!(String::from_utf8(mistyped.stderr).unwrap().contains("provider"), "what was meant is named");
}

#[test]
fn the_entries_of_the_platform_are_yaml_and_need_neither_token_nor_aws() {
    let printed =
        run(&["provider", "--endpoint", "https://broker.example.com/rds/", "--author", "DBAs"], &[]);
    assert!(printed.status.success());
    let read: Value = serde_norway::from_str(&text(&printed)).unwrap();
    let entries = read["codesphere"]["managedServices"].as_array().unwrap();
    let of = |key: &str| entries.iter().map(|entry| entry[key].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(of("name"), ["postgres-rds", "mysql-rds", "mariadb-rds"]);
    assert_eq!(of("author"), ["DBAs"; 3]);
    assert_eq!(entries[2]["backend"]["api"]["endpoint"], "https://broker.example.com/rds/mariadb");
    assert!(text(&printed).contains("managedServiceBackends"));
    for endpoint in ["broker.example.com", "ftp://x", "https://", "https://x?y=1"] {
        assert_eq!(run(&["provider", "--endpoint", endpoint], &[]).status.code(), Some(64), "{endpoint}");
    }
}

#[test]
fn a_catalogue_is_shown_and_all_that_is_wrong_with_one_is_said() {
    let shown = text(&run(&["catalog", "show"], &[]));
    for part in
        ["PostgreSQL (/postgres)", "Extra Large", "db.m6g.xlarge", "48 GiB gp3", "17.10", "max_connections"]
    {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let fine = run(&["catalog", "validate"], &[]);
    assert_eq!(text(&fine), "The catalogue can be used. It offers postgres, mysql, mariadb.\n");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let builtin = include_str!("../../src/model/catalog/default.toml");
    std::fs::write(&file, builtin.replacen("cpu = 5", "cpu = 99999", 2).replacen("id = 1", "id = 0", 1))
        .unwrap();
    let path = file.to_str().unwrap();
    for output in [
        run(&["catalog", "validate", path], &[]),
        run(&["catalog", "validate"], &[("BROKER_CATALOG", path)]),
        run(&["provider", "--catalog", path], &[]),
        run(&["openapi", "--catalog", path], &[]),
    ] {
        assert_eq!(output.status.code(), Some(64));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.lines().count() >= 2, "one mistake hides another: {said}");
    }
}

#[test]
fn the_printed_document_is_the_one_that_is_served() {
    let document: Value = serde_json::from_str(&text(&run(&["openapi"], &[]))).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let catalog = rds_broker::model::Catalog::builtin();
    assert_eq!(document, rds_broker::contract::openapi::document(&catalog));
}

#[test]
fn health_asks_the_broker_of_these_settings() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for (answer, code) in [("HTTP/1.1 200 OK\r\n\r\n", 0), ("HTTP/1.1 503 Service Unavailable\r\n\r\n", 1)] {
        let listener = listener.try_clone().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 512];
            let length = stream.read(&mut head).unwrap();
            std::io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&head[..length]).into_owned()
        });
        let listen = format!("0.0.0.0:{port}");
        let asked = run(&["health"], &[("BROKER_LISTEN", &listen), ("BROKER_TOKENS", "any")]);
        assert_eq!(asked.status.code(), Some(code));
        assert!(server.join().unwrap().starts_with("GET /health HTTP/1.1\r\n"));
    }
    drop(listener);
    let listen = format!("127.0.0.1:{port}");
    let nobody = run(&["health"], &[("BROKER_LISTEN", &listen), ("BROKER_TOKENS", "any")]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8(nobody.stderr).unwrap().contains("does not answer"));
}
