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
/// In seconds, of what is in transition, of what is settled, and of the list. AWS takes 35 calls in 45 s: a hundred of a
/// sweep take 129 s of these if nothing else is asked.
const BOUNDS: [f64; 3] = [60.0, 400.0, 400.0];
/// Half as long again as anything may be told: what AWS has not been asked about since is answered 503 by then.
const DURING: Duration = Duration::from_secs(900);
const LIMIT: Limit = Limit {
    per_second: 1.0,
    burst: 2.0,
    others: Some(Others { every: Duration::from_secs(45), during: Duration::from_secs(10) }),
};

/// What callers saw.
#[derive(Debug, Default)]
struct Seen {
    ages: Ages,
    /// The highest `Age` of a list, in seconds, and how many services were missing from lists.
    list: (u64, usize),
    answers: usize,
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
    let mut requests = paths(&fleet.ids, IDS_AT_ONCE);
    let list = requests.len();
    requests.push("/postgres".to_owned());
    let look = |at, answer: Answer| {
        let mut seen = seen.lock().map_err(|_| anyhow::anyhow!("a caller has panicked"))?;
        seen.answers += 1;
        match answer.status {
            200 if at == list => {
                let missing = fleet.ids.len().saturating_sub(answer.listed()?.len());
                seen.list = (seen.list.0.max(answer.age.unwrap_or(u64::MAX)), seen.list.1 + missing);
            }
            200 => note(&mut seen.ages, &aws, fleet, &moving, at, &answer)?,
            500.. => seen.server_errors += 1,
            _ => seen.other_errors += 1,
        }
        Ok(())
    };
    let enough = async {
        tokio::time::sleep(DURING).await;
        Ok(())
    };
    while_polled(poll(&platform, &requests, CALLERS, look), enough).await?;
    let Seen { ages, list, answers, server_errors, other_errors } = seen.into_inner()?;
    let (calls, throttled) = {
        let calls = aws.calls();
        let calls = calls.describes().get(before..).context("calls were forgotten")?;
        (calls.len(), calls.iter().filter(|call| !call.taken).count())
    };
    let worst = |ages: &[f64]| ages.iter().copied().fold(f64::NAN, f64::max);
    let ages_of = [worst(&ages.moving), worst(&ages.settled), list.0 as f64];
    let missing = ages.missing + list.1;
    Ok(vec![
        Row::bound(
            format!(
                "Throttled to 1 call/s, for 10 s of every 45 s to none, for {} minutes: 5xx among {answers} answers",
                DURING.as_secs() / 60
            ),
            server_errors.to_string(),
            "0",
            server_errors == 0 && other_errors == 0,
        ),
        Row::bound("… services missing from an answer", missing.to_string(), "0", missing == 0),
        Row::bound(
            "… worst age, in transition / settled / of the list",
            ages_of.map(|age| format!("{age:.0} s")).join(" / "),
            BOUNDS.map(|bound| format!("≤ {bound} s")).join(" / "),
            ages_of.iter().zip(BOUNDS).all(|(age, bound)| *age <= bound),
        ),
        Row::told("… calls of AWS, and how many of them were throttled", format!("{calls}, {throttled}")),
    ])
}
