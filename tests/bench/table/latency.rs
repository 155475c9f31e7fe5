//! 2. How fast status is told, as a ratio to a bare handler that returns the same bytes.
//!
//! Both are loaded in turn, several times, and each round gives a ratio: what else happens on the machine befalls both. The
//! medians count.

use std::path::Path;

use anyhow::ensure;
use rds_broker::model::ServiceId;

use crate::bare::Bare;
use crate::footprint::Started;
use crate::load::{self, Load};
use crate::platform::{self, IDS_AT_ONCE, Platform};
use crate::report::{Row, median, number};
use crate::{Rows, Setting};

const ROUNDS: usize = 7;
const SECONDS: u32 = 3;
const WARM_UP: u32 = 1;
/// How old, in seconds, what is known of settled services may get while callers ask: the setting's default.
const SETTLED: u64 = 60;
/// Of the bare handler's throughput, at least; and of its p99, at most.
const BOUNDS: (f64, f64) = (0.7, 2.0);

/// What is asked for.
struct Case {
    name: &'static str,
    what: &'static str,
    paths: Vec<String>,
}

pub(crate) async fn measure(setting: &Setting, started: &Started) -> Rows {
    let fleet = &setting.mixed;
    let ids = &fleet.ids;
    let settled = ids.iter().enumerate().filter(|(number, _)| !fleet.is_moving(*number));
    let settled: Vec<ServiceId> = settled.map(|(_, id)| *id).collect();
    let case = |name, what, paths| Case { name, what, paths };
    let cases = [
        case("hundred", "GET of 100 ids", platform::paths(&settled, 100)),
        case("thousand", "GET of 1,000 ids", platform::paths(&settled, 1000)),
        case("all", "GET of the list of all 10,000", vec!["/postgres".to_owned()]),
        case("mixed-hundred", "GET of 100 ids, one of them in transition", platform::paths(ids, 100)),
        case("mixed-thousand", "GET of 1,000 ids, ten of them in transition", platform::paths(ids, 1000)),
    ];
    let folder = tempfile::tempdir()?;
    let bodies = folder.path().join("bodies");
    std::fs::create_dir(&bodies)?;
    until_fresh(&started.platform, ids).await?;
    for case in &cases {
        for (number, path) in case.paths.iter().enumerate() {
            std::fs::write(bodies.join(bare_name(case, number)), answer(&started.platform, path).await?)?;
        }
    }
    let bare = Bare::start(&bodies)?;
    let mut rows = Vec::new();
    for case in &cases {
        rows.extend(compare(started, &bare, case, folder.path()).await?);
    }
    Ok(rows)
}

/// Nobody has asked for as long as the other measurements took: the broker looks at everything again first, and callers
/// would wait for that.
async fn until_fresh(platform: &Platform, ids: &[ServiceId]) -> anyhow::Result<()> {
    let mut requests = platform::paths(ids, IDS_AT_ONCE);
    requests.push("/postgres".to_owned());
    platform::until("everything to be fresh", async || {
        for request in &requests {
            if platform.get(request).await?.age.is_none_or(|age| age > SETTLED) {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await
}

/// Under what name the bare handler returns what the broker answers to the request of that number.
fn bare_name(case: &Case, number: usize) -> String {
    format!("{}-{number}", case.name)
}

/// What the broker answers.
async fn answer(platform: &Platform, path: &str) -> anyhow::Result<bytes::Bytes> {
    let answer = platform.get(path).await?;
    ensure!(answer.status == 200, "a request was answered {}", answer.status);
    Ok(answer.body)
}

async fn compare(started: &Started, bare: &Bare, case: &Case, folder: &Path) -> Rows {
    let (of_broker, of_bare) = (folder.join("broker"), folder.join("bare"));
    std::fs::write(&of_broker, case.paths.join("\n"))?;
    // The same head for the same bytes, but for the name.
    let renamed = case.paths.iter().enumerate();
    let renamed: Vec<_> =
        renamed.map(|(number, path)| path.replacen("postgres", &bare_name(case, number), 1)).collect();
    std::fs::write(&of_bare, renamed.join("\n"))?;
    load::run(&started.broker.url, &of_broker, WARM_UP).await?;
    load::run(&bare.url, &of_bare, WARM_UP).await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let own = load::run(&started.broker.url, &of_broker, SECONDS).await?;
        rounds.push((own, load::run(&bare.url, &of_bare, SECONDS).await?));
    }
    let middle =
        |value: &dyn Fn(&(Load, Load)) -> f64| median(&mut rounds.iter().map(value).collect::<Vec<_>>());
    let throughput = middle(&|(own, bare)| own.per_second / bare.per_second);
    let ratios = [0, 1, 2].map(|at| middle(&|(own, bare)| own.latency[at] / bare.latency[at]));
    let own = [0, 1, 2].map(|at| middle(&|(own, _)| own.latency[at]));
    Ok(vec![
        Row::bound(
            format!("{}: requests/s, as a ratio to a bare axum handler", case.what),
            format!(
                "{} = {throughput:.2} of {}",
                number(middle(&|(own, _)| own.per_second)),
                number(middle(&|(_, bare)| bare.per_second))
            ),
            format!("≥ {}", BOUNDS.0),
            throughput >= BOUNDS.0,
        ),
        Row::bound(
            "… p50 / p99 / p99.9, and as ratios",
            format!(
                "{:.1} / {:.1} / {:.1} ms; {:.2} / {:.2} / {:.2}",
                own[0], own[1], own[2], ratios[0], ratios[1], ratios[2]
            ),
            format!("p99 ≤ {}×", BOUNDS.1),
            ratios[1] <= BOUNDS.1,
        ),
    ])
}
