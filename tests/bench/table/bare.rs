//! What the broker is compared with: an axum handler that returns bytes, in a process of its own, on the same server with
//! the same settings, and nothing else.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::http::header::{AGE, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;

/// Serves each file of a folder under its name, and prints where.
pub(crate) async fn serve(folder: &Path) -> anyhow::Result<()> {
    let mut router = Router::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| anyhow::anyhow!("{}", name.display()))?;
        let bytes = Bytes::from(std::fs::read(entry.path())?);
        let answer = async move || {
            ([(CONTENT_TYPE, "application/json"), (AGE, "7")], Body::from(bytes.clone())).into_response()
        };
        router = router.route(&format!("/{name}"), get(answer));
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    writeln!(std::io::stdout(), "{address}")?;
    let mut server = axum_server::from_tcp(listener)?.http1_only();
    server.http_builder().http1().header_read_timeout(Duration::from_secs(75));
    server.serve(router.into_make_service()).await?;
    Ok(())
}

/// A running one. Ends with this value.
#[derive(Debug)]
pub(crate) struct Bare {
    process: Child,
    /// Where it answers.
    pub(crate) url: String,
}

impl Bare {
    /// Starts this very program as one.
    pub(crate) fn start(folder: &Path) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--bare")
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let output = process.stdout.as_mut().context("no output")?;
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
        Ok(Self { process, url: format!("http://{}", line.trim()) })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
