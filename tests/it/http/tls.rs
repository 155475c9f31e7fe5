//! HTTPS by the process itself, with a certificate that is renewed without a restart.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use tokio::sync::oneshot;

use crate::broker::eventually;
use crate::world::World;

/// Writes a new certificate and its key, and returns the certificate.
fn certify(folder: &Path) -> String {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("key.pem"), certified.signing_key.serialize_pem()).unwrap();
    fs::write(folder.join("certificate.pem"), certified.cert.pem()).unwrap();
    certified.cert.pem()
}

/// A client that trusts one certificate alone, and makes a connection of its own for each request.
fn trusting(certificate: &str) -> reqwest::Client {
    reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(certificate.as_bytes()).unwrap()])
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

async fn health(client: &reqwest::Client, address: SocketAddr) -> Option<u16> {
    let url = format!("https://localhost:{}/health", address.port());
    client.get(url).send().await.ok().map(|answer| answer.status().as_u16())
}

#[tokio::test]
async fn a_renewed_certificate_is_used_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let first = certify(folder.path());
    let [certificate, key] =
        ["certificate.pem", "key.pem"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    let world = World::with(&[
        ("BROKER_TLS_CERTIFICATE", &certificate),
        ("BROKER_TLS_KEY", &key),
        ("BROKER_RELOAD_SECONDS", "0.05"),
    ])
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (drain, drained) = oneshot::channel();
    let server = tokio::spawn(rds_broker::http::serve(listener, world.app.clone(), drained));
    assert_eq!(health(&trusting(&first), address).await, Some(200));
    let plain = reqwest::get(format!("http://localhost:{}/health", address.port())).await;
    assert!(plain.is_err(), "plain HTTP is not answered");

    let second = certify(folder.path());
    eventually("the new certificate", async || {
        (health(&trusting(&second), address).await == Some(200)).then_some(())
    })
    .await;
    assert_eq!(health(&trusting(&first), address).await, None, "the old one is no longer shown");

    fs::write(&certificate, "not a certificate").unwrap();
    let files =
        rds_broker::config::TlsFiles { certificate: certificate.clone().into(), key: key.clone().into() };
    let problem = rds_broker::http::tls::check(&files).unwrap_err();
    assert_eq!(problem, "BROKER_TLS_CERTIFICATE holds no PEM certificate");
    let third = certify(folder.path());
    eventually("the certificate after a broken one", async || {
        (health(&trusting(&third), address).await == Some(200)).then_some(())
    })
    .await;
    drop(drain);
    server.await.unwrap().unwrap();
}

#[test]
fn what_is_wrong_with_the_files_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    certify(folder.path());
    fs::rename(file("key.pem"), file("other.pem")).unwrap();
    certify(folder.path());
    fs::write(file("empty.pem"), "").unwrap();
    for (certificate, key, problem) in [
        ("missing.pem", "key.pem", "BROKER_TLS_CERTIFICATE cannot be read"),
        ("certificate.pem", "missing.pem", "BROKER_TLS_KEY cannot be read"),
        ("empty.pem", "key.pem", "BROKER_TLS_CERTIFICATE holds no PEM certificate"),
        ("certificate.pem", "empty.pem", "BROKER_TLS_KEY holds no PEM key"),
        ("certificate.pem", "other.pem", "cannot be used together"),
    ] {
        let files = rds_broker::config::TlsFiles { certificate: file(certificate), key: file(key) };
        let said = rds_broker::http::tls::check(&files).unwrap_err();
        assert!(said.contains(problem), "{certificate}, {key}: {said}");
    }
}
