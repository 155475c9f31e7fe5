//! 1. What polling costs in calls of AWS.
//!
//! A window begins with the first call of a pass through everything, once callers are polling and the broker's start is
//! over, and lasts as long as the setting for settled services says (60 s). The next pass must not begin earlier than the
//! next window, so every call within it counts, of RDS and of Secrets Manager.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::broker::Broker;
use crate::platform::{IDS_AT_ONCE, Platform, paths, poll, until, until_calm, while_polled};
use crate::report::{Row, number};
use crate::standin::calls::Asks;
use crate::standin::fleet::Fleet;
use crate::standin::{Behaviour, StandIn};
use crate::{Rows, SERVICES, Setting};

const CALLERS: [u32; 3] = [1, 10, 50];
/// The setting's default, less what a call may be late or early on its way.
const WINDOW: Duration = Duration::from_millis(60_000 - 250);

pub(crate) async fn measure(setting: &Setting) -> Rows {
    let mut rows = Vec::new();
    let small = [Arc::new(Fleet::new(100, None)?), Arc::new(Fleet::new(1000, None)?)];
    let fleets = small.into_iter().chain([Arc::clone(&setting.settled)]);
    let of_fleet = async |fleet: Arc<Fleet>| -> anyhow::Result<Row> {
        let counts = CALLERS.map(|callers| window(setting, Arc::clone(&fleet), callers));
        let counts = futures_util::future::try_join_all(counts).await?;
        let bound = fleet.ids.len().div_ceil(100);
        let same = counts.iter().all(|count| *count == counts[0]);
        let texts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        Ok(Row::bound(
            format!(
                "AWS calls in a window of 60 s, {} services, polled by 1 / 10 / 50 callers",
                number(fleet.ids.len() as f64)
            ),
            texts.join(" / "),
            format!("≤ {bound}, the same for all"),
            same && counts.iter().all(|count| *count <= bound),
        ))
    };
    let mixed = async {
        let calls = window(setting, Arc::clone(&setting.mixed), CALLERS[1]).await?;
        let what = "… 10,000 services, 1 % of them in transition, polled by 10 callers";
        Ok(Row::told(what, format!("{calls}, as {} are looked at every 4 s or so as well", SERVICES / 100)))
    };
    let settled = futures_util::future::try_join_all(fleets.map(of_fleet));
    let (settled, mixed) = futures_util::future::try_join(settled, mixed).await?;
    rows.extend(settled);
    rows.push(mixed);
    Ok(rows)
}

/// The calls of one window.
async fn window(setting: &Setting, fleet: Arc<Fleet>, callers: u32) -> anyhow::Result<usize> {
    let count = fleet.ids.len();
    debug_assert!(count <= SERVICES);
    let aws =
        StandIn::start(Arc::clone(&fleet), Behaviour { latency: LATENCY, ..Behaviour::default() }).await?;
    let broker = Broker::start(&setting.binary, &aws, &[]).await?;
    let platform = Platform::of(&broker)?;
    platform.until_listed(&broker, count).await?;
    until_calm(&aws).await?;
    let mut requests = paths(&fleet.ids, IDS_AT_ONCE);
    requests.push("/postgres".to_owned());
    let check = |_, answer: crate::platform::Answer| {
        ensure!(answer.status == 200, "a poll was answered {}", answer.status);
        Ok(())
    };
    let since = Instant::now();
    let counted = async {
        let first = async || {
            let calls = aws.calls();
            let first = calls.describes().iter().find(|call| call.asks == Asks::First && call.at > since);
            Ok(first.map(|call| call.at))
        };
        let begun = until("the first pass that polling causes", first).await?;
        tokio::time::sleep_until((begun + WINDOW).into()).await;
        let calls = aws.calls();
        Ok(calls.all().filter(|call| (begun..begun + WINDOW).contains(&call.at)).count())
    };
    while_polled(poll(&platform, &requests, callers, check), counted).await
}

/// How long AWS takes for a page.
pub(crate) const LATENCY: Duration = Duration::from_millis(50);
