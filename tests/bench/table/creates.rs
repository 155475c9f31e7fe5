//! 5. Five hundred bookings at once, while each service of AWS takes five calls a second.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rds_broker::model::ServiceId;
use uuid::Uuid;

use crate::broker::Broker;
use crate::calls::LATENCY;
use crate::platform::Platform;
use crate::report::Row;
use crate::standin::fleet::{Fleet, booking};
use crate::standin::limit::Limit;
use crate::standin::{Behaviour, StandIn};
use crate::{Rows, Setting};

const BOOKINGS: usize = 500;
/// The platform gives up then.
const ANSWERED_WITHIN: Duration = Duration::from_secs(15);
/// Until when a caller repeats what was answered 503 or 429.
const REPEATED_FOR: Duration = Duration::from_secs(300);
/// The same where AWS is asked for fewer instances than it would take.
const REPEATED_LONGER: Duration = Duration::from_secs(800);
const LIMIT: Limit = Limit { per_second: 5.0, burst: 5.0, others: None };
/// What the operator of such an account would set.
const FITTING: [(&str, &str); 4] = [
    ("BROKER_RDS_CALLS_PER_SECOND", "5"),
    ("BROKER_RDS_BURST", "1"),
    ("BROKER_SECRETS_CALLS_PER_SECOND", "5"),
    ("BROKER_SECRETS_BURST", "1"),
];
/// What is in force where nothing is set, the inbound limits as well: what is over these is answered 429.
const DEFAULTS: [(&str, &str); 3] = [
    ("BROKER_REQUESTS_PER_SECOND", "100"),
    ("BROKER_REQUESTS_BURST", "200"),
    ("BROKER_MAX_CONCURRENT_REQUESTS", "512"),
];

/// How one booking went.
#[derive(Debug)]
struct Booked {
    /// The longest any of its requests took to be answered.
    slowest: Duration,
    requests: usize,
    /// Answered 429.
    turned_away: usize,
    /// Since all began; `None` where it was repeated in vain.
    done_after: Option<Duration>,
}

pub(crate) async fn measure(setting: &Setting) -> Rows {
    let fitting = "500 bookings at once, AWS takes 5 calls/s per service";
    let defaults = "The same with the default settings, which ask RDS less and Secrets Manager more";
    let (fitting, defaults) = futures_util::future::try_join(
        of_settings(setting, &FITTING, REPEATED_FOR, fitting),
        of_settings(setting, &DEFAULTS, REPEATED_LONGER, defaults),
    )
    .await?;
    Ok([fitting, defaults].concat())
}

async fn of_settings(
    setting: &Setting,
    settings: &[(&str, &str)],
    repeated_for: Duration,
    what: &str,
) -> Rows {
    let empty = Arc::new(Fleet::new(0, None)?);
    let behaviour = Behaviour { latency: LATENCY, limit: Some(LIMIT), ..Behaviour::default() };
    let aws = StandIn::start(empty, behaviour).await?;
    let broker = Broker::start(&setting.binary, &aws, settings).await?;
    let platform = Platform::of(&broker)?;
    platform.until_listed(&broker, 0).await?;
    let ids: Vec<ServiceId> =
        (0..BOOKINGS).map(|_| Uuid::new_v4().to_string().parse()).collect::<Result<_, _>>()?;
    let begun = Instant::now();
    let bookings = ids.iter().map(|&id| book(&platform, id, begun, repeated_for));
    let booked = futures_util::future::try_join_all(bookings).await?;
    let slowest = booked.iter().map(|booked| booked.slowest).max().unwrap_or_default();
    let requests: usize = booked.iter().map(|booked| booked.requests).sum();
    let turned_away: usize = booked.iter().map(|booked| booked.turned_away).sum();
    let done = booked.iter().filter_map(|booked| booked.done_after);
    let (succeeded, last) = (done.clone().count(), done.max().unwrap_or_default());
    let made = aws.made();
    let wanted: HashSet<String> =
        ids.iter().map(|id| format!("{}-{id}", crate::standin::fleet::BROKER)).collect();
    let lost = wanted.iter().filter(|identifier| !made.instances.contains_key(*identifier)).count();
    let extra = made.instances.len() - (wanted.len() - lost) + made.double_creates;
    Ok(vec![
        Row::bound(
            format!("{what}: slowest answer"),
            format!("{:.1} s", slowest.as_secs_f64()),
            format!("≤ {} s", ANSWERED_WITHIN.as_secs()),
            slowest <= ANSWERED_WITHIN,
        ),
        Row::bound(
            "… lost / made or tried twice / secrets (two each)",
            format!("{lost} / {extra} / {}", made.secrets.len()),
            "0 / 0 / 1000",
            lost == 0 && extra == 0 && made.secrets.len() == 2 * BOOKINGS,
        ),
        Row::bound(
            "… answered 201 in the end, where what was answered 503 or 429 is repeated after its Retry-After",
            format!(
                "{succeeded}, the last after {:.0} s, with {requests} requests, {turned_away} of them 429",
                last.as_secs_f64()
            ),
            BOOKINGS.to_string(),
            succeeded == BOOKINGS,
        ),
        Row::told("… calls of AWS", aws.calls().summary()),
    ])
}

/// Books one, and repeats for as long as it is answered 503 or 429.
async fn book(
    platform: &Platform,
    id: ServiceId,
    begun: Instant,
    repeated_for: Duration,
) -> anyhow::Result<Booked> {
    let mut booked = Booked { slowest: Duration::ZERO, requests: 0, turned_away: 0, done_after: None };
    while begun.elapsed() < repeated_for {
        let sent = Instant::now();
        let answer = platform.post("/postgres", booking(id)).await?;
        booked.slowest = booked.slowest.max(sent.elapsed());
        booked.requests += 1;
        match (answer.status, answer.retry_after) {
            (201, _) => {
                booked.done_after = Some(begun.elapsed());
                return Ok(booked);
            }
            (429 | 503, Some(seconds)) => {
                booked.turned_away += usize::from(answer.status == 429);
                tokio::time::sleep(Duration::from_secs(seconds)).await;
            }
            (status, _) => {
                anyhow::bail!("a booking was answered {status}: {}", String::from_utf8_lossy(&answer.body))
            }
        }
    }
    Ok(booked)
}
