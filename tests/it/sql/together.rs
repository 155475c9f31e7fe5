//! Several replicas at one server.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rds_broker::sql::{Outcome, SetUpOutcome};
use tokio::sync::oneshot;

use super::{App, TestServer};

pub(super) async fn everything(server: &TestServer) {
    replicas_with_one_wish_all_succeed(server).await;
    the_wish_is_read_inside_the_lock(server).await;
}

async fn replicas_with_one_wish_all_succeed(server: &TestServer) {
    let app = App::new();
    let racing = (0..8).map(|_| server.set_up(&app));
    for outcome in futures_util::future::join_all(racing).await {
        assert_eq!(outcome.unwrap(), SetUpOutcome::Applied);
    }
    assert_eq!(server.try_login(&app).await, Outcome::Worked);
}

/// A replica asks whether its wish still stands only when no other is at work, so the old one loses.
async fn the_wish_is_read_inside_the_lock(server: &TestServer) {
    let new = App::new();
    let old = new.rotated();
    let databases = server.databases();
    let (release, released) = oneshot::channel::<()>();
    let (entered, has_entered) = oneshot::channel::<()>();
    let asked = Arc::new(AtomicBool::new(false));

    let first = databases.set_up(server.address(), server.superuser(), new.wanted(), || async {
        entered.send(()).unwrap();
        released.await.unwrap();
        true
    });
    let second = async {
        has_entered.await.unwrap();
        let was_asked = asked.clone();
        let stale = || {
            was_asked.store(true, Ordering::SeqCst);
            ready(false)
        };
        databases.set_up(server.address(), server.superuser(), old.wanted(), stale).await
    };
    let watch = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!asked.load(Ordering::SeqCst), "asked while another replica held the lock");
        release.send(()).unwrap();
    };
    let (first, second, ()) = tokio::join!(first, second, watch);
    assert_eq!((first.unwrap(), second.unwrap()), (SetUpOutcome::Applied, SetUpOutcome::Superseded));
    assert_eq!(server.try_login(&new).await, Outcome::Worked);
    assert_eq!(server.try_login(&old).await, Outcome::Refused);
}
