//! 4. What callers get while AWS takes one call a second, and at times none because others have used it all up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;

use crate::broker::Broker;
use crate::calls::LATENCY;
use crate::platform::{Answer, IDS_AT_ONCE, Platform, paths, poll, until_calm, while_polled};
use crate::report::Row;
use crate::staleness::{Ages, moving, note};
use crate::standin::limit::{Limit, Others};
use crate::standin::{Behaviour, StandIn};
use crate::{Rows, Setting};

const CALLERS: u32 = 10;
const DURING: Duration = Duration::from_secs(300);
/// The setting's default: beyond it nothing would be answered.
const OLDEST: f64 = 600.0;
const LIMIT: Limit = Limit {
    per_second: 1.0,
    burst: 2.0,
    others: Some(Others { every: Duration::from_secs(45), during: Duration::from_secs(10) }),
};

/// What callers saw.
#[derive(Debug, Default)]
struct Seen {
    ages: Ages,
    server_errors: usize,
    other_errors: usize,
}

pub(crate) async fn measure(setting: &Setting) -> Rows {
    let fleet = &setting.mixed;
    let behaviour = Behaviour { latency: LATENCY, tells_the_moment: true, ..Behaviour::default() };
    let aws = StandIn::start(Arc::clone(fleet), behaviour).await?;
    let broker = Broker::start(&setting.binary, &aws, &[]).await?;
    let platform = Platform::of(&broker)?;
    platform.until_listed(&broker, fleet.ids.len()).await?;
    until_calm(&aws).await?;
    aws.throttle(LIMIT);
    let before = aws.calls().describes().len();
    let seen = Mutex::new(Seen::default());
    let moving = moving(fleet);
    let look = |at, answer: Answer| {
        let mut seen = seen.lock().map_err(|_| anyhow::anyhow!("a caller has panicked"))?;
        match answer.status {
            200 => note(&mut seen.ages, &aws, fleet, &moving, at, &answer)?,
            500.. => seen.server_errors += 1,
            _ => seen.other_errors += 1,
        }
        Ok(())
    };
    let requests = paths(&fleet.ids, IDS_AT_ONCE);
    let enough = async {
        tokio::time::sleep(DURING).await;
        Ok(())
    };
    while_polled(poll(&platform, &requests, CALLERS, look), enough).await?;
    let Seen { ages, server_errors, other_errors } = seen.into_inner()?;
    let (calls, throttled) = {
        let calls = aws.calls();
        let calls = calls.describes().get(before..).context("calls were forgotten")?;
        (calls.len(), calls.iter().filter(|call| !call.taken).count())
    };
    let worst = |ages: &[f64]| ages.iter().copied().fold(f64::NAN, f64::max);
    let (moving, settled) = (worst(&ages.moving), worst(&ages.settled));
    Ok(vec![
        Row::bound(
            format!(
                "Throttled to 1 call/s, for 10 s of every 45 s to none: 5xx among {} answers",
                ages.answers + server_errors
            ),
            server_errors.to_string(),
            "0",
            server_errors == 0 && other_errors == 0,
        ),
        Row::bound("… services missing from an answer", ages.missing.to_string(), "0", ages.missing == 0),
        Row::bound(
            "… worst age, in transition / settled",
            format!("{moving:.0} s / {settled:.0} s"),
            format!("≤ {OLDEST} s"),
            moving <= OLDEST && settled <= OLDEST,
        ),
        Row::told("… calls of AWS, and how many of them were throttled", format!("{calls}, {throttled}")),
    ])
}
