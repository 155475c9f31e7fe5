//! 3. How old what callers get is, with a budget of 2 calls/s.
//!
//! The stand-in writes into each description when it made it (as its allocated storage), so the age of each status
//! document is known, whatever the header `Age` says; and that the header is honest is measured as well.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::ensure;

use crate::broker::Broker;
use crate::calls::LATENCY;
use crate::platform::{Answer, IDS_AT_ONCE, Platform, paths, poll, until_calm, while_polled};
use crate::report::{Row, median};
use crate::standin::fleet::Fleet;
use crate::standin::{Behaviour, StandIn};
use crate::{Rows, Setting};

const CALLERS: u32 = 10;
/// Three windows.
const DURING: Duration = Duration::from_secs(180);
/// The settings' defaults; with a second for what is settled, as the next look at it begins when the window ends: were it
/// to begin earlier, more than a call per hundred services would be made in a window.
const BOUNDS: [f64; 2] = [5.0, 61.0];

/// The ages of all documents that callers got.
#[derive(Debug, Default)]
pub(crate) struct Ages {
    /// In seconds, of what was in transition.
    pub(crate) moving: Vec<f64>,
    /// In seconds, of what was settled.
    pub(crate) settled: Vec<f64>,
    /// By how many seconds the oldest document was older than the header said, at most.
    pub(crate) hidden: f64,
    /// Services that were asked for and not in the answer.
    pub(crate) missing: usize,
}

/// Works in an answer to the request of that number.
pub(crate) fn note(
    ages: &mut Ages,
    aws: &StandIn,
    fleet: &Fleet,
    moving: &HashSet<String>,
    at: usize,
    answer: &Answer,
) -> anyhow::Result<()> {
    let documents = answer.documents()?;
    let asked = fleet.ids.chunks(IDS_AT_ONCE).nth(at).map_or(0, <[_]>::len);
    ages.missing += asked.saturating_sub(documents.len());
    let mut oldest: f64 = 0.0;
    for (id, document) in &documents {
        let age = aws.age_of(document.details.allocated_storage, answer.at).as_secs_f64();
        oldest = oldest.max(age);
        if moving.contains(id) { &mut ages.moving } else { &mut ages.settled }.push(age);
    }
    ages.hidden = ages.hidden.max(oldest - answer.age.unwrap_or_default() as f64);
    Ok(())
}

/// The ids of what is in transition.
pub(crate) fn moving(fleet: &Fleet) -> HashSet<String> {
    let numbered = fleet.ids.iter().enumerate();
    numbered.filter(|(number, _)| fleet.is_moving(*number)).map(|(_, id)| id.to_string()).collect()
}

pub(crate) async fn measure(setting: &Setting) -> Rows {
    let fleet = &setting.mixed;
    let behaviour = Behaviour { latency: LATENCY, tells_the_moment: true, ..Behaviour::default() };
    let aws = StandIn::start(Arc::clone(fleet), behaviour).await?;
    let broker = Broker::start(&setting.binary, &aws, &[("BROKER_RDS_CALLS_PER_SECOND", "2")]).await?;
    let platform = Platform::of(&broker)?;
    platform.until_listed(&broker, fleet.ids.len()).await?;
    until_calm(&aws).await?;
    let ages = Mutex::new((Ages::default(), Vec::new()));
    let moving = moving(fleet);
    let mut requests = paths(&fleet.ids, IDS_AT_ONCE);
    let list = requests.len();
    requests.push("/postgres".to_owned());
    let seen = |at, answer: Answer| {
        ensure!(answer.status == 200, "a poll was answered {}", answer.status);
        let mut ages = ages.lock().map_err(|_| anyhow::anyhow!("a caller has panicked"))?;
        if at == list {
            ages.1.push(answer.age.unwrap_or(u64::MAX) as f64);
            return Ok(());
        }
        note(&mut ages.0, &aws, fleet, &moving, at, &answer)
    };
    let enough = async {
        tokio::time::sleep(DURING).await;
        Ok(())
    };
    while_polled(poll(&platform, &requests, CALLERS, seen), enough).await?;
    let (mut ages, mut of_list) = ages.into_inner()?;
    ensure!(ages.missing == 0, "{} services were missing", ages.missing);
    let row = |what: &str, ages: &mut Vec<f64>, bound: f64| {
        let worst = ages.iter().copied().fold(f64::NAN, f64::max);
        let middle = median(ages);
        Row::bound(
            what,
            format!("{middle:.1} s / {worst:.1} s"),
            format!("worst ≤ {bound} s"),
            worst <= bound,
        )
    };
    Ok(vec![
        row(
            "Age at 2 calls/s, 10,000 services: of the 1 % in transition, median / worst",
            &mut ages.moving,
            BOUNDS[0],
        ),
        row("… of the settled ones, median / worst", &mut ages.settled, BOUNDS[1]),
        row("… of the list, by its header, median / worst", &mut of_list, BOUNDS[1]),
        Row::bound(
            "… by how much anything was older than the header `Age` said",
            format!("{:.1} s", ages.hidden),
            "≤ 1.5 s (it counts whole seconds)",
            ages.hidden <= 1.5,
        ),
    ])
}
