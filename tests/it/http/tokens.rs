//! Tokens are replaced without a restart, and nothing that cannot be read takes a valid one away.

use std::fs;

use crate::broker::eventually;
use crate::world::World;

async fn answer(world: &World, token: &str) -> u16 {
    world.call("GET", "/postgres", &[("x-api-key", token)], "").await.status
}

async fn until(world: &World, token: &str, status: u16) {
    let what = format!("{status} for {token}");
    eventually(&what, async || (answer(world, token).await == status).then_some(())).await;
}

#[tokio::test]
async fn a_file_of_tokens_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens");
    fs::write(&file, "old-token\n").unwrap();
    let path = file.to_str().unwrap();
    let settings =
        [("BROKER_TOKENS", "world-token"), ("BROKER_TOKENS_FILE", path), ("BROKER_RELOAD_SECONDS", "0.05")];
    let world = World::with(&settings).await;
    assert_eq!(answer(&world, "old-token").await, 200);
    // Both while the platform is told the new one, then the new one alone.
    fs::write(&file, "old-token\nnew-token\n").unwrap();
    until(&world, "new-token", 200).await;
    assert_eq!(answer(&world, "old-token").await, 200);
    fs::write(&file, "new-token\n").unwrap();
    until(&world, "old-token", 401).await;
    for broken in ["", "with blanks in it\n"] {
        fs::write(&file, broken).unwrap();
        // The next good content shows that the broken one was read, or skipped, before.
        assert_eq!(answer(&world, "new-token").await, 200, "{broken:?}");
        fs::write(&file, "new-token\nlater-token\n").unwrap();
        until(&world, "later-token", 200).await;
        fs::write(&file, "new-token\n").unwrap();
        until(&world, "later-token", 401).await;
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(answer(&world, "new-token").await, 200);
    assert_eq!(answer(&world, "world-token").await, 200, "those of the environment stay");
}

#[tokio::test]
async fn a_secret_of_tokens_is_read_again() {
    let settings =
        [("BROKER_TOKENS", ""), ("BROKER_TOKENS_SECRET", "tokens"), ("BROKER_RELOAD_SECONDS", "0.05")];
    let world = World::unobserved(&settings);
    // Nobody can be answered before it was read, and /ready says why.
    assert_eq!(answer(&world, "first-token").await, 401);
    let ready = world.call("GET", "/ready", &[], "").await;
    assert_eq!(ready.status, 503);
    assert!(ready.json()["error"].as_str().unwrap().contains("No token could be read"), "{}", ready.text);
    let store = |text: &str| {
        let value = [("v1".to_owned(), text.to_owned())].into();
        world.state().secrets.insert("tokens".to_owned(), value)
    };
    store(r#"["first-token"]"#);
    until(&world, "first-token", 200).await;
    eventually("readiness", async || {
        (world.call("GET", "/ready", &[], "").await.status == 200).then_some(())
    })
    .await;
    world.fail("GetSecretValue", Some("AccessDeniedException"));
    let calls = || world.state().calls.iter().filter(|call| *call == "GetSecretValue").count();
    let before = calls();
    eventually("a failed reading", async || (calls() > before + 1).then_some(())).await;
    assert_eq!(answer(&world, "first-token").await, 200);
    store(r#"["second-token"]"#);
    world.fail("GetSecretValue", None);
    until(&world, "second-token", 200).await;
    until(&world, "first-token", 401).await;
}

#[tokio::test]
async fn a_file_that_is_gone_after_the_start_takes_no_token_away_while_the_secret_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens");
    fs::write(&file, "file-token\n").unwrap();
    let settings = [
        ("BROKER_TOKENS", ""),
        ("BROKER_TOKENS_FILE", file.to_str().unwrap()),
        ("BROKER_TOKENS_SECRET", "tokens"),
        ("BROKER_RELOAD_SECONDS", "0.05"),
    ];
    let world = World::unobserved(&settings);
    // Nothing was awaited since the start has read it, so it was not read again.
    fs::remove_file(&file).unwrap();
    let value = [("v1".to_owned(), "secret-token".to_owned())].into();
    world.state().secrets.insert("tokens".to_owned(), value);
    let world = world.observed().await;
    until(&world, "secret-token", 200).await;
    assert_eq!(answer(&world, "file-token").await, 200);
    fs::write(&file, "later-token\n").unwrap();
    until(&world, "later-token", 200).await;
    assert_eq!((answer(&world, "file-token").await, answer(&world, "secret-token").await), (401, 200));
}

#[tokio::test]
async fn a_token_that_stays_keeps_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens");
    fs::write(&file, "old-token").unwrap();
    let path = file.to_str().unwrap();
    let settings = [
        ("BROKER_TOKENS_FILE", path),
        ("BROKER_RELOAD_SECONDS", "0.05"),
        ("BROKER_REQUESTS_PER_SECOND", "1"),
        ("BROKER_REQUESTS_BURST", "1000"),
    ];
    let world = World::with(&settings).await;
    for _ in 0..1000 {
        answer(&world, "old-token").await;
    }
    fs::write(&file, "old-token,new-token").unwrap();
    until(&world, "new-token", 200).await;
    // A fresh limit would let hundreds through.
    let mut answers = Vec::new();
    for _ in 0..100 {
        answers.push(answer(&world, "old-token").await);
    }
    assert!(answers.contains(&429), "{answers:?}");
}
