//! What the broker's status path costs and gives, measured: `make bench` prints the table that README.md keeps.
//!
//! The broker runs as it is shipped, its release binary in a process of its own, against a stand-in for AWS. What
//! mostly waits (1, 3, 4, 5, and the start of 6) runs side by side; what needs the machine (2) runs alone at the end.

mod bare;
mod broker;
mod calls;
mod creates;
mod footprint;
mod latency;
mod load;
mod platform;
mod report;
mod staleness;
#[path = "../standin/mod.rs"]
mod standin;
mod throttled;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use report::{Row, Table};
use standin::fleet::Fleet;

/// Measures the broker and prints a table.
#[derive(Debug, Parser)]
struct Arguments {
    /// The broker's binary.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_rds-broker"))]
    broker: PathBuf,
    /// Measurements, by number; all where none is named.
    #[arg(value_parser = clap::value_parser!(u8).range(1..=6))]
    only: Vec<u8>,
    /// Serves files as a bare handler would: what the broker is compared with.
    #[arg(long, hide = true)]
    bare: Option<PathBuf>,
    /// What cargo gives every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What all measurements share.
#[derive(Clone, Debug)]
struct Setting {
    /// The broker's binary.
    binary: PathBuf,
    /// Ten thousand services at rest.
    settled: Arc<Fleet>,
    /// Ten thousand services, of which one in a hundred is in transition.
    mixed: Arc<Fleet>,
}

/// Services at the scale that is measured.
const SERVICES: usize = 10_000;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(folder) = arguments.bare {
        bare::serve(&folder).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = |number: u8| arguments.only.is_empty() || arguments.only.contains(&number);
    let setting = Setting {
        binary: arguments.broker,
        settled: Arc::new(Fleet::new(SERVICES, None)?),
        mixed: Arc::new(Fleet::new(SERVICES, Some(100))?),
    };
    let mut table = Table::default();

    let needs_broker = wanted(2) || wanted(6);
    let (calls, staleness, throttled, creates, footprint) = tokio::join!(
        optionally(wanted(1), calls::measure(&setting)),
        optionally(wanted(3), staleness::measure(&setting)),
        optionally(wanted(4), throttled::measure(&setting)),
        optionally(wanted(5), creates::measure(&setting)),
        async { if needs_broker { Some(footprint::start(&setting, wanted(6)).await) } else { None } },
    );
    table.add(1, calls);
    match footprint {
        None => {}
        Some(Err(error)) => table.add(6, Some(Err(error))),
        Some(Ok(broker)) => {
            table.add(2, optionally(wanted(2), latency::measure(&setting, &broker)).await);
            table.add(6, optionally(wanted(6), footprint::measure(&setting, broker)).await);
        }
    }
    table.add(3, staleness);
    table.add(4, throttled);
    table.add(5, creates);
    table.print()?;
    Ok(if table.is_met() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A measurement, where it is wanted.
async fn optionally<T>(wanted: bool, measurement: impl Future<Output = T>) -> Option<T> {
    if wanted { Some(measurement.await) } else { None }
}

/// What a measurement gives.
type Rows = anyhow::Result<Vec<Row>>;
