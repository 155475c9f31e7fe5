//! A life in any order, killed at any point: on each engine everything that a user can do and that RDS can do to them,
//! shuffled, with the broker killed at some call of AWS in the middle of each. What is left is the last wish, and the data.
//!
//! A failure names its seed: `STORY_SEED=<seed> cargo test any_order` does the same again.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;

use super::crash::broker_behind_a_proxy;
use super::engines::{Engine, MARIADB, MYSQL, POSTGRES};
use crate::broker::{Broker, booking_of, eventually, password};
use crate::database::Session;
use crate::lab::lab;
use crate::proxy::Cut;

/// Of the calls that follow a request, the last at which the broker may be killed.
const LAST_CALL: usize = 4;

#[tokio::test]
async fn on_postgresql() {
    any_order(&POSTGRES).await;
}

#[tokio::test]
async fn on_mysql() {
    any_order(&MYSQL).await;
}

#[tokio::test]
async fn on_mariadb() {
    any_order(&MARIADB).await;
}

/// What a user does, or what happens to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// A row is written.
    Use,
    /// The instance breaks. It is repaired when the next request has been taken.
    Break,
    Grow,
    Resize,
    TakeBackSize,
    Upgrade,
    RotateUser,
    RotateSuperuser,
    SetParameters,
    TakeBackParameters,
    SetOptions,
    TakeBackOptions,
}

const DEEDS: [Deed; 16] = [
    Deed::Use,
    Deed::Use,
    Deed::Break,
    Deed::Break,
    Deed::Grow,
    Deed::Grow,
    Deed::Resize,
    Deed::Resize,
    Deed::TakeBackSize,
    Deed::Upgrade,
    Deed::RotateUser,
    Deed::RotateSuperuser,
    Deed::SetParameters,
    Deed::TakeBackParameters,
    Deed::SetOptions,
    Deed::TakeBackOptions,
];

/// A life: how the broker dies in the middle of each request, and after which of them the user waits.
#[derive(Clone, Debug)]
struct Life {
    born: Cut,
    deeds: Vec<(Deed, Cut, bool)>,
    /// Whether the upgrade is a major one.
    major: bool,
    ended: Cut,
}

fn life(seed: u64) -> Life {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let cut = || {
        (1..=LAST_CALL, any::<bool>())
            .prop_map(|(call, before)| if before { Cut::Before(call) } else { Cut::After(call) })
    };
    let deeds =
        (Just(DEEDS.to_vec()).prop_shuffle(), proptest::collection::vec((cut(), any::<bool>()), DEEDS.len()));
    let deeds = deeds.prop_map(|(deeds, how)| {
        deeds.into_iter().zip(how).map(|(deed, (cut, waits))| (deed, cut, waits)).collect()
    });
    let lives = (cut(), deeds, any::<bool>(), cut()).prop_map(|(born, deeds, major, ended)| Life {
        born,
        deeds,
        major,
        ended,
    });
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    lives.new_tree(&mut runner).expect("a life").current()
}

/// Another one each time, unless one is asked for.
#[expect(clippy::disallowed_methods, reason = "a setting of this test, and of nothing else")]
fn seed() -> u64 {
    match std::env::var("STORY_SEED") {
        Ok(seed) => seed.parse().expect("STORY_SEED is a number"),
        Err(_) => Uuid::new_v4().as_u64_pair().0,
    }
}

async fn any_order(engine: &Engine) {
    let seed = seed();
    let life = life(seed);
    let lived = AssertUnwindSafe(live(engine, &life)).catch_unwind().await;
    assert!(
        lived.is_ok(),
        "what went wrong is above; STORY_SEED={seed} is this life on {}: {life:?}",
        engine.provider
    );
}

/// What was asked for last.
struct Wish {
    storage: u64,
    memory: u64,
    config: serde_json::Map<String, Value>,
    user: String,
    superuser: String,
    /// How many rows were written.
    rows: u32,
    /// Passwords that must work no more: the user's, and the superuser's.
    old: (Vec<String>, Vec<String>),
}

impl Wish {
    fn of(body: &Value) -> Self {
        let number = |key: &str| body["plan"]["parameters"][key].as_u64().unwrap();
        let secret = |key: &str| body["secrets"][key].as_str().unwrap().to_owned();
        Self {
            storage: number("storage"),
            memory: number("memory"),
            config: body["config"].as_object().unwrap().clone(),
            user: secret("userPassword"),
            superuser: secret("superuserPassword"),
            rows: 0,
            old: <_>::default(),
        }
    }

    /// The request for a deed; `None` where it is none of the broker's business.
    fn ask(&mut self, deed: Deed, version: &str) -> Option<Value> {
        let new = password()[..35].to_owned();
        Some(match deed {
            Deed::Use | Deed::Break => return None,
            Deed::Grow => {
                self.storage += 12_000;
                json!({"plan": {"parameters": {"storage": self.storage}}})
            }
            Deed::Resize => self.resize(self.memory % 4000 + 1500),
            Deed::TakeBackSize => self.resize(512),
            Deed::Upgrade => self.configure(json!({"version": version})),
            Deed::SetParameters => self.configure(json!({"parameters": {"max_connections": 77}})),
            Deed::TakeBackParameters => self.configure(json!({"parameters": null})),
            Deed::SetOptions => self.configure(json!({"multiAz": true, "backupRetentionDays": 3})),
            Deed::TakeBackOptions => self.configure(json!({"multiAz": null, "backupRetentionDays": null})),
            Deed::RotateUser => {
                self.old.0.push(std::mem::replace(&mut self.user, new));
                json!({"secrets": {"userPassword": self.user}})
            }
            Deed::RotateSuperuser => {
                self.old.1.push(std::mem::replace(&mut self.superuser, new));
                json!({"secrets": {"superuserPassword": self.superuser}})
            }
        })
    }

    fn resize(&mut self, memory: u64) -> Value {
        self.memory = memory;
        json!({"plan": {"parameters": {"memory": memory}}})
    }

    fn configure(&mut self, config: Value) -> Value {
        for (key, value) in config.as_object().unwrap() {
            match value {
                Value::Null => self.config.remove(key),
                value => self.config.insert(key.clone(), value.clone()),
            };
        }
        json!({"config": config})
    }
}

async fn live(engine: &Engine, life: &Life) {
    let (broker, proxy) = broker_behind_a_proxy(engine.provider).await;
    let id = Uuid::new_v4();
    let mut body = booking_of(engine.provider, id);
    body["config"] = json!({"version": engine.first});
    let mut wish = Wish::of(&body);
    proxy.cut(life.born, broker.killer());
    broker.insist("POST", "", Some(&body)).await;
    let mut deaths = 0;
    let repair = async || lab().happens(&broker.identifier(id), json!({"kind": "recover"})).await;
    let mut broken = false;
    for &(deed, cut, waits) in &life.deeds {
        let Some(change) = wish.ask(deed, if life.major { engine.major } else { engine.minor }) else {
            if std::mem::take(&mut broken) {
                repair().await;
            }
            match deed {
                Deed::Use => write_a_row(&broker, id, &mut wish).await,
                _ => {
                    break_it(&broker, id).await;
                    broken = true;
                }
            }
            continue;
        };
        deaths += usize::from(proxy.has_cut());
        proxy.cut(cut, broker.killer());
        broker.insist("PATCH", &format!("/{id}"), Some(&change)).await;
        if std::mem::take(&mut broken) {
            repair().await;
        }
        if waits {
            broker.until_settled(id).await;
        }
    }
    if broken {
        repair().await;
    }
    let status = broker.until_settled(id).await;
    // Not every request is followed by so many calls.
    assert!(deaths > 0, "it was never killed");
    assert_reached(engine, &broker, id, &wish, &status).await;
    broker.assert_aws_holds(&[id]).await;

    proxy.cut(life.ended, broker.killer());
    broker.insist("DELETE", &format!("/{id}"), None).await;
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

/// As soon as the database serves its user. It may restart in the middle: what was written then is not written twice.
async fn write_a_row(broker: &Broker, id: Uuid, wish: &mut Wish) {
    wish.rows += 1;
    let number = wish.rows;
    let statements = [
        "create table if not exists kept (number integer primary key)".to_owned(),
        format!(
            "insert into kept select {number} where not exists (select * from kept where number = {number})"
        ),
    ];
    let password = &wish.user;
    eventually("a row to be written", async || {
        let serves = |status: &Value| status["details"]["ready"] == true;
        let status = broker.until(id, "the database to serve its user", serves).await;
        let mut session = Session::open(&status, password).await.ok()?;
        for statement in &statements {
            session.run(statement).await.ok()?;
        }
        Some(())
    })
    .await;
}

/// Until that is told.
async fn break_it(broker: &Broker, id: Uuid) {
    // A status that no call repairs: the broker may be about to make one.
    let breaks = json!({"kind": "status", "status": "failed"});
    lab().happens(&broker.identifier(id), breaks).await;
    let told = "RDS gave up on the database;";
    broker
        .until(id, "the break to be told", |status| {
            status["error"].as_str().is_some_and(|error| error.starts_with(told))
                && status["details"]["ready"] == false
        })
        .await;
}

/// The last wish holds: as it is told, as RDS has it, and as the database itself shows.
async fn assert_reached(engine: &Engine, broker: &Broker, id: Uuid, wish: &Wish, status: &Value) {
    assert_eq!(status.get("error"), None, "{status}");
    let plan = json!({"storage": wish.storage, "cpu": 5, "memory": wish.memory});
    assert_eq!(status["plan"]["parameters"], plan);
    assert_eq!(status["config"], Value::Object(wish.config.clone()));

    let seen = lab().describe(&broker.identifier(id)).await;
    let classes =
        [(1073, "db.t4g.micro"), (2147, "db.t4g.small"), (4294, "db.t4g.medium"), (8589, "db.t4g.large")];
    let class = classes.iter().find(|(most, _)| wish.memory <= *most).unwrap().1;
    assert_eq!(seen.db_instance_class(), Some(class));
    assert_eq!(seen.engine_version(), wish.config["version"].as_str());
    let gib = i32::try_from((wish.storage * 1_000_000).div_ceil(1 << 30)).unwrap();
    assert!(seen.allocated_storage() >= Some(gib), "{:?} of {gib} GiB", seen.allocated_storage());
    let has_options = wish.config.contains_key("multiAz");
    assert_eq!(seen.multi_az(), Some(has_options));
    assert_eq!(seen.backup_retention_period(), Some(if has_options { 3 } else { 7 }));

    let mut user = Session::open(status, &wish.user).await.expect("the user's last password works");
    assert!(user.ask(engine.version).await.starts_with(wish.config["version"].as_str().unwrap()));
    let connections = user.ask(engine.show_connections).await;
    assert_eq!(connections == "77", wish.config.contains_key("parameters"), "{connections} connections");
    if wish.rows > 0 {
        assert_eq!(user.ask(engine.count_rows).await, wish.rows.to_string(), "rows that were written");
    }
    Session::open_as_superuser(status, &wish.superuser).await.expect("the superuser's last password works");
    for old in &wish.old.0 {
        assert!(Session::open(status, old).await.is_err(), "an old password of the user works");
    }
    for old in &wish.old.1 {
        assert!(
            Session::open_as_superuser(status, old).await.is_err(),
            "an old password of the superuser works"
        );
    }
}
