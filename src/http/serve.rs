//! The server: plain HTTP, or TLS where the settings name a certificate.

use std::net::SocketAddr;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;
use tokio::sync::oneshot;

use super::{router, tls};
use crate::app::App;

/// How long a connection may take to send the head of a request, also between two: longer than a load balancer
/// keeps idle connections (60 s in AWS), so that it is the balancer that closes them and never meets a closed one.
const HEAD_WITHIN: Duration = Duration::from_secs(75);
/// How long a TLS handshake may take, and the first request of a connection.
const FIRST_WITHIN: Duration = Duration::from_secs(10);

/// Serves until `drained` says so, and then until the requests under way are answered.
///
/// # Errors
/// Where the listener fails, or the TLS files cannot be used.
pub async fn serve(
    listener: std::net::TcpListener,
    app: App,
    drained: oneshot::Receiver<()>,
) -> anyhow::Result<()> {
    let handle = Handle::<SocketAddr>::new();
    let drain = handle.clone();
    tokio::spawn(async move {
        // A dropped sender means the same as a sent signal.
        drop(drained.await);
        // How long it may take is for the caller to say.
        drain.graceful_shutdown(None);
    });
    let tls = app.config().tls.clone();
    let renewed = tls.map(|files| tls::renewed(files, app.config().reload_every)).transpose()?;
    let mut server = axum_server::from_tcp(listener)?
        .http1_only()
        .first_request_timeout(FIRST_WITHIN)
        .accept_error_handler(|peer, error| {
            tracing::debug!(peer = peer.map(tracing::field::display), %error, "A connection was not accepted");
        })
        .handle(handle);
    server.http_builder().http1().header_read_timeout(HEAD_WITHIN);
    let service = router(app).into_make_service();
    match renewed {
        None => server.serve(service).await?,
        Some(config) => {
            let acceptor = RustlsAcceptor::new(config).handshake_timeout(FIRST_WITHIN);
            server.acceptor(acceptor).serve(service).await?;
        }
    }
    Ok(())
}
