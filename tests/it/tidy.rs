//! The architecture as a test: who may import whom, and who may know what.

use std::fs;
use std::path::{Path, PathBuf};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
    all
}

/// Path below `src` and text without comments.
fn sources() -> Vec<(String, String)> {
    let code = |text: String| {
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    files(Path::new(SOURCES))
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(SOURCES).unwrap().display().to_string();
            (name, code(fs::read_to_string(path).unwrap()))
        })
        .collect()
}

#[test]
fn imports_point_one_way() {
    // Folder → modules of ours it may name.
    let allowed: [(&str, &[&str]); 8] = [
        ("model/", &["model", "error"]),
        ("contract/", &["model", "error", "contract"]),
        ("decide/", &["model", "decide"]),
        ("sql/", &["model", "sql"]),
        ("aws/", &["model", "decide", "error", "metrics", "spans", "aws"]),
        ("engine/", &["aws", "sql", "decide", "model", "contract", "error", "metrics", "spans", "engine"]),
        ("preflight/", &["aws", "config", "model", "error", "preflight"]),
        ("http/", &["app", "config", "contract", "model", "error", "spans", "http"]),
    ];
    for (name, text) in sources() {
        let Some((_, may)) = allowed.iter().find(|(folder, _)| name.starts_with(folder)) else { continue };
        for rest in text.split("crate::").skip(1) {
            let module: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            assert!(module.is_empty() || may.contains(&module.as_str()), "{name} names crate::{module}");
        }
    }
}

#[test]
fn only_one_folder_knows_each_foreign_thing() {
    let owners = [
        ("axum", "http/"),
        ("aws_sdk_", "aws/"),
        ("aws_config", "aws/"),
        ("tokio_postgres", "sql/"),
        ("mysql_async", "sql/"),
        ("opentelemetry_otlp", "telemetry/"),
    ];
    for (name, text) in sources() {
        for (word, owner) in owners {
            let named = text.contains(&format!("use {word}")) || text.contains(&format!("{word}::"));
            assert!(!named || name.starts_with(owner), "{name} names {word}, which only {owner} may");
        }
    }
}

#[test]
fn nouns_and_verbs_are_pure() {
    for (name, text) in sources() {
        if !name.starts_with("model/") && !name.starts_with("decide/") {
            continue;
        }
        for word in ["async ", "tokio", "::now()", "rand::", "new_v4", "std::fs", "std::env"] {
            assert!(!text.contains(word), "{name} holds {word:?}: model and decide are pure");
        }
    }
}

#[test]
fn files_stay_small() {
    for (name, text) in sources() {
        let lines = text.lines().take_while(|line| !line.contains("#[cfg(test)]")).count();
        assert!(lines <= 350, "{name} has {lines} lines of code: is it one idea?");
    }
}
