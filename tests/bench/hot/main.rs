//! The hot paths, each alone: what is done per service and per request, without sockets.
//!
//! `open`: from the tags of an instance to what it should be. `decide`: the next step, of a service at rest and of one in
//! transition. `answer`: a request from its head to its body, through all layers, of services whose documents are rendered
//! already, and of services in transition, whose documents are rendered (unpacked, opened, decided, written) once a second at
//! most.

#[allow(dead_code, unreachable_pub, reason = "the table needs more of it")]
#[path = "../standin/mod.rs"]
mod standin;

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use aws_config::BehaviorVersion;
use aws_sdk_rds::config::{Credentials, Region};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use criterion::{BenchmarkId, Criterion, Throughput};
use rds_broker::app::App;
use rds_broker::aws::{Aws, Budget};
use rds_broker::config::Config;
use rds_broker::decide::{Evidence, decide};
use rds_broker::http;
use rds_broker::metrics::Metrics;
use rds_broker::model::{BrokerName, Catalog, Desired, Instance, Observed, Provider, Record, ServiceId};
use rds_broker::sql::RDS_CA_BUNDLE;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use standin::fleet::{BROKER, Fleet, service};
use standin::{Behaviour, StandIn, TOKEN};

/// Nothing is observed again while something is measured.
const SETTINGS: [(&str, &str); 6] = [
    ("BROKER_TOKENS", TOKEN),
    ("BROKER_REFRESH_ACTIVE_SECONDS", "3600"),
    ("BROKER_REFRESH_SETTLED_SECONDS", "43200"),
    ("BROKER_STALE_LIMIT_SECONDS", "86400"),
    ("BROKER_REQUESTS_PER_SECOND", "1000000"),
    ("BROKER_REQUESTS_BURST", "1000000"),
];

fn main() -> anyhow::Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    verbs(&mut criterion)?;
    answers(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

/// What is pure.
fn verbs(criterion: &mut Criterion) -> anyhow::Result<()> {
    let broker: BrokerName = BROKER.parse().map_err(anyhow::Error::msg)?;
    let catalog = Catalog::builtin();
    let id: ServiceId = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11".parse()?;
    for (name, moving) in [("at rest", false), ("in transition", true)] {
        let instance = service(&broker, &catalog, id, moving)?;
        let open = |instance: &Instance| {
            Desired::of(
                &Record::owner(&broker, instance),
                instance,
                &broker,
                catalog.provider(Provider::Postgres),
            )
        };
        criterion
            .bench_function(&format!("open/{name}"), |bencher| bencher.iter(|| open(black_box(&instance))));
        let desired = open(&instance).context("an instance that is not the broker's")?;
        let evidence = Evidence::default();
        criterion.bench_function(&format!("decide/{name}"), |bencher| {
            bencher
                .iter(|| decide(black_box(&desired), &Observed::Present(black_box(&instance)), &evidence, 0));
        });
    }
    Ok(())
}

/// What goes through all layers.
fn answers(criterion: &mut Criterion) -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    for (name, moving_every, sizes) in
        [("at rest", None, &[100, 1000][..]), ("in transition", Some(1), &[1, 100][..])]
    {
        let fleet = Arc::new(Fleet::new(10_000, moving_every)?);
        let router = runtime.block_on(broker(&fleet))?;
        let mut group = criterion.benchmark_group(format!("answer/{name}"));
        for &size in sizes {
            let ids: Vec<String> = fleet.ids.iter().take(size).map(|id| format!("id={id}")).collect();
            let path = format!("/postgres?{}", ids.join("&"));
            group.throughput(Throughput::Elements(size as u64));
            group.bench_with_input(BenchmarkId::from_parameter(size), &path, |bencher, path| {
                bencher.iter(|| told(&runtime, &router, path));
            });
        }
        group.finish();
        if moving_every.is_none() {
            criterion.bench_function("answer/list of 10000", |bencher| {
                bencher.iter(|| told(&runtime, &router, "/postgres"));
            });
        }
    }
    Ok(())
}

/// A broker over a fleet, once it has observed it.
async fn broker(fleet: &Arc<Fleet>) -> anyhow::Result<Router> {
    let aws = StandIn::start(Arc::clone(fleet), Behaviour::default()).await?;
    let lookup =
        |name: &str| SETTINGS.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let config = Config::parse(lookup, []).map_err(|mistakes| anyhow::anyhow!("{mistakes:?}"))?;
    let sdk = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::for_tests())
        .endpoint_url(aws.url())
        .retry_config(aws_sdk_rds::config::retry::RetryConfig::disabled())
        .load()
        .await;
    let budget = Budget { per_second: 100_000.0, burst: NonZeroU32::MAX };
    let metrics = Arc::new(Metrics::default());
    let clients = Aws::with_config(&sdk, budget, budget, Arc::clone(&metrics));
    let app = App::with_aws(config, Catalog::builtin(), RDS_CA_BUNDLE, clients, metrics)?;
    let router = http::router(app);
    let begun = Instant::now();
    while get(&router, "/postgres").await.0 != 200 {
        ensure!(begun.elapsed() < Duration::from_secs(60), "the broker did not observe the fleet");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(router)
}

/// The length of an answer that must be one: what is refused is quick.
fn told(runtime: &Runtime, router: &Router, path: &str) -> usize {
    let (status, length) = runtime.block_on(get(router, path));
    assert_eq!(status, 200, "{path}");
    length
}

/// Status and length of an answer.
async fn get(router: &Router, path: &str) -> (u16, usize) {
    let request = Request::get(path).header("authorization", TOKEN).body(Body::empty());
    let Ok(request) = request else { return (0, 0) };
    let Ok(response) = router.clone().oneshot(request).await;
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
    (status, body.len())
}
