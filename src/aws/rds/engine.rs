//! What RDS says about engines, and about what has happened.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_rds::primitives::DateTime;
use aws_sdk_rds::types::SourceType;

use crate::aws::failure::Outcome;
use crate::aws::{Aws, Lane, Service};
use crate::model::Upgrades;

/// RDS's largest page.
const PAGE: i32 = 100;

/// Something that has happened to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What RDS says.
    pub message: String,
    /// Its categories.
    pub categories: Vec<String>,
}

impl Aws {
    /// DescribeDBEngineVersions: which version of an engine leads to which.
    pub async fn upgrades(&self, engine: &str) -> Outcome<Upgrades> {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut marker: Option<String> = None;
        loop {
            let call =
                self.rds.describe_db_engine_versions().engine(engine).max_records(PAGE).set_marker(marker);
            let answer =
                self.call(Service::Rds, Lane::Write, "DescribeDBEngineVersions", call.send()).await?;
            for version in answer.db_engine_versions() {
                let Some(name) = version.engine_version() else { continue };
                let targets = version.valid_upgrade_target().iter();
                // Some targets are another engine (Aurora).
                let targets = targets
                    .filter(|target| target.engine() == Some(engine))
                    .filter_map(|target| target.engine_version().map(str::to_owned));
                all.entry(name.to_owned()).or_default().extend(targets);
            }
            marker = answer.marker().filter(|marker| !marker.is_empty()).map(str::to_owned);
            if marker.is_none() {
                return Ok(Upgrades::new(all));
            }
        }
    }

    /// DescribeEvents of one instance since a moment (seconds since 1970), oldest first.
    pub async fn events(&self, identifier: &str, since: u64) -> Outcome<Vec<Event>> {
        let since = DateTime::from_secs(i64::try_from(since).unwrap_or(i64::MAX));
        let call = self
            .rds
            .describe_events()
            .source_identifier(identifier)
            .source_type(SourceType::DbInstance)
            .start_time(since)
            .max_records(PAGE);
        let answer = self.call(Service::Rds, Lane::Write, "DescribeEvents", call.send()).await?;
        let events = answer.events().iter().filter_map(|event| {
            Some(Event {
                message: event.message()?.to_owned(),
                categories: event.event_categories().to_vec(),
            })
        });
        Ok(events.collect())
    }
}
