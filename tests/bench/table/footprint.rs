//! 6. What the broker takes: memory, time to start, disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::broker::Broker;
use crate::calls::LATENCY;
use crate::platform::{Answer, Document, IDS_AT_ONCE, Platform, paths, poll, while_polled};
use crate::report::Row;
use crate::staleness::moving;
use crate::standin::{Behaviour, StandIn};
use crate::{Rows, Setting};

const CALLERS: u32 = 10;
/// Two windows, so that everything was observed and asked for again.
const DURING: Duration = Duration::from_secs(130);
/// In MB.
const RESIDENT: f64 = 64.0;

/// A broker that knows ten thousand services, and what was seen of it so far.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) broker: Broker,
    pub(crate) platform: Platform,
    /// From its start to the first list of all services.
    first_answer: Duration,
    /// In MB, while it was polled: the most.
    resident: f64,
}

/// Starts it, and has it polled for a while, unless nobody wants to know what it takes.
pub(crate) async fn start(setting: &Setting, watched: bool) -> anyhow::Result<Started> {
    let fleet = &setting.mixed;
    let aws =
        StandIn::start(Arc::clone(fleet), Behaviour { latency: LATENCY, ..Behaviour::default() }).await?;
    let broker = Broker::start(&setting.binary, &aws, &[]).await?;
    let platform = Platform::of(&broker)?;
    let first_answer = platform.until_listed(&broker, fleet.ids.len()).await?;
    let ids: Vec<String> = fleet.ids.iter().map(ToString::to_string).collect();
    ensure!(platform.get("/postgres").await?.listed()? == ids, "the first list is another one");
    let mut requests = paths(&fleet.ids, IDS_AT_ONCE);
    let moving = moving(fleet);
    for request in &requests {
        let documents = platform.get(request).await?.documents()?;
        let is_right = |(id, document): (&String, &Document)| document.details.ready || moving.contains(id);
        ensure!(documents.iter().all(is_right), "a settled service is not ready");
    }
    requests.push("/postgres".to_owned());
    if !watched {
        return Ok(Started { broker, platform, first_answer, resident: f64::NAN });
    }
    let check = |_, answer: Answer| {
        ensure!(answer.status == 200, "a poll was answered {}", answer.status);
        Ok(())
    };
    let watch = async {
        let begun = Instant::now();
        let mut most: f64 = 0.0;
        while begun.elapsed() < DURING {
            most = most.max(broker.resident()?.0);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(most)
    };
    let resident = while_polled(poll(&platform, &requests, CALLERS, check), watch).await?;
    Ok(Started { broker, platform, first_answer, resident })
}

pub(crate) async fn measure(setting: &Setting, started: Started) -> Rows {
    let (after, most) = started.broker.resident()?;
    let size = std::fs::metadata(&setting.binary)?.len() as f64 / 1e6;
    let calls = setting.mixed.ids.len().div_ceil(100);
    Ok(vec![
        Row::bound(
            "Resident memory at 10,000 services, polled by 10 callers: the most",
            format!("{:.1} MB", started.resident),
            format!("≤ {RESIDENT} MB"),
            started.resident <= RESIDENT,
        ),
        Row::told(
            "… at the end of all / the most ever, under the load of 2",
            format!("{after:.1} MB / {most:.1} MB"),
        ),
        Row::told(
            format!("Start to first list of all 10,000 ({calls} calls at 2/s after a burst of 5: 47.5 s)"),
            format!("{:.1} s", started.first_answer.as_secs_f64()),
        ),
        Row::told("Size of the binary", format!("{size:.1} MB")),
    ])
}
