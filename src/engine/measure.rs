//! How everything stands, for the metrics: worked out when they are read.

use std::collections::BTreeMap;

use super::{Engine, now, status};
use crate::aws::{Lane, Service};
use crate::metrics::Metrics;

impl Engine {
    /// What was counted.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Sets the gauges to what is known now.
    pub(crate) fn measure(&self) {
        let (aws, metrics) = (&self.inner.aws, &self.inner.metrics);
        for service in Service::ALL {
            let waiting = [Lane::Write, Lane::Read].map(|lane| (lane.name(), aws.waiting(service, lane)));
            metrics.budget(service.name(), aws.rate(service), aws.left(service), waiting);
        }
        let snapshot = self.inner.refresher.snapshot().clone();
        // What nobody asks for is as old as it is: nobody is told.
        let refresher = &self.inner.refresher;
        let told = snapshot
            .services()
            .filter(|(_, sighting, kept)| !sighting.is_settled || refresher.is_asked_for(kept))
            .filter_map(|(_, sighting, _)| snapshot.told_at(Some(sighting)));
        let oldest = told.min().or_else(|| snapshot.newest());
        metrics.snapshot(snapshot.services().count(), oldest.map(|at| at.elapsed()));
        let mut phases = BTreeMap::new();
        for (_, _, kept) in snapshot.services() {
            let phase = kept.resting.unwrap_or_else(|| status::phase(&self.open(kept), now()));
            if let Some(provider) = kept.provider {
                *phases.entry((provider.name(), phase)).or_insert(0) += 1;
            }
        }
        metrics.phases(phases);
        let mut waits = BTreeMap::new();
        for (_, why) in self.inner.notes.entries() {
            *waits.entry(why.kind()).or_insert(0) += 1;
        }
        // What only someone else can end has no worker.
        for (_, rest) in self.inner.rests.entries() {
            *waits.entry(rest.why.kind()).or_insert(0) += 1;
        }
        metrics.waits(waits);
    }
}
