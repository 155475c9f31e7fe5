//! What the process counts, as Prometheus reads it. Labels have few values: never a service, never an id.
//! None has a name by which the Prometheus Operator tells what it scrapes (`service`, `pod`): theirs would win.
//!
//! Gauges are set when they are read, so that nobody has to keep them right.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// A gauge with a fraction.
type Fraction = Gauge<f64, AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: String,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AwsCall {
    aws_service: &'static str,
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AwsService {
    aws_service: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AwsLane {
    aws_service: &'static str,
    lane: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Taken {
    step: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Phase {
    provider: &'static str,
    phase: &'static str,
}

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    aws_calls: Family<AwsCall, Counter>,
    throttles: Family<AwsService, Counter>,
    rates: Family<AwsService, Fraction>,
    left: Family<AwsService, Gauge>,
    waiting: Family<AwsLane, Gauge>,
    snapshot_age: Fraction,
    snapshot_size: Gauge,
    services: Family<Phase, Gauge>,
    steps: Family<Taken, Counter>,
    waits: Family<Reason, Gauge>,
    unknown_statuses: Counter,
    rendered: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("rds_broker"),
            requests: Family::default(),
            // From half a millisecond to sixteen seconds.
            durations: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.0005, 2.0, 16))),
            aws_calls: Family::default(),
            throttles: Family::default(),
            rates: Family::default(),
            left: Family::default(),
            waiting: Family::default(),
            snapshot_age: Fraction::default(),
            snapshot_size: Gauge::default(),
            services: Family::default(),
            steps: Family::default(),
            waits: Family::default(),
            unknown_statuses: Counter::default(),
            rendered: Counter::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered", self.requests.clone());
        let seconds = Unit::Seconds;
        registry.register_with_unit(
            "http_request_duration",
            "Time to answer",
            seconds,
            self.durations.clone(),
        );
        registry.register("aws_calls", "Calls of AWS by how they ended", self.aws_calls.clone());
        registry.register("aws_throttles", "Calls that AWS throttled", self.throttles.clone());
        registry.register("aws_rate", "Calls per second that are allowed at the moment", self.rates.clone());
        registry.register("aws_budget_left", "Calls that could be made at once now", self.left.clone());
        registry.register("aws_waiting", "Callers that wait for the budget", self.waiting.clone());
        let about_age = "Age of the oldest observation of a service";
        registry.register_with_unit("snapshot_age", about_age, Unit::Seconds, self.snapshot_age.clone());
        registry.register("snapshot_services", "Services that are known", self.snapshot_size.clone());
        registry.register("services", "Services by provider and phase", self.services.clone());
        registry.register("steps", "Steps taken", self.steps.clone());
        registry.register("waits", "Services that wait, by reason", self.waits.clone());
        let about_unknown = "Times an instance was seen to take a status that this broker does not know";
        registry.register("unknown_statuses", about_unknown, self.unknown_statuses.clone());
        registry.register("documents_rendered", "Status documents put together anew", self.rendered.clone());
    }

    /// A request was answered.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        let by_route = Route { method: method.clone(), route: route.clone() };
        self.durations.get_or_create(&by_route).observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { method, route, status }).inc();
    }

    /// A call of AWS ended: `ok`, or what its failure means.
    pub fn aws_call(&self, service: &'static str, operation: &'static str, outcome: &'static str) {
        self.aws_calls.get_or_create(&AwsCall { aws_service: service, operation, outcome }).inc();
        if outcome == "throttled" {
            self.throttles.get_or_create(&AwsService { aws_service: service }).inc();
        }
    }

    /// A worker took a step.
    pub fn step(&self, step: &'static str, succeeded: bool) {
        let outcome = if succeeded { "taken" } else { "failed" };
        self.steps.get_or_create(&Taken { step, outcome }).inc();
    }

    /// RDS reported a status that has no meaning here.
    pub fn unknown_status(&self) {
        self.unknown_statuses.inc();
    }

    /// A status document was put together, since what it says had changed.
    pub fn rendered(&self) {
        self.rendered.inc();
    }

    /// What a service may be asked at the moment, per second and at once, and who waits for it, by lane.
    pub fn budget(
        &self,
        service: &'static str,
        per_second: f64,
        left: u32,
        waiting: [(&'static str, u32); 2],
    ) {
        self.rates.get_or_create(&AwsService { aws_service: service }).set(per_second);
        self.left.get_or_create(&AwsService { aws_service: service }).set(i64::from(left));
        for (lane, count) in waiting {
            self.waiting.get_or_create(&AwsLane { aws_service: service, lane }).set(i64::from(count));
        }
    }

    /// What is known, and how old that is.
    pub fn snapshot(&self, services: usize, age: Option<Duration>) {
        self.snapshot_size.set(i64::try_from(services).unwrap_or(i64::MAX));
        self.snapshot_age.set(age.map_or(f64::NAN, |age| age.as_secs_f64()));
    }

    /// How many services are in which phase; what is not named has none.
    pub fn phases(&self, counts: impl IntoIterator<Item = ((&'static str, &'static str), i64)>) {
        self.services.clear();
        for ((provider, phase), count) in counts {
            self.services.get_or_create(&Phase { provider, phase }).set(count);
        }
    }

    /// How many services wait for what; what is not named has none.
    pub fn waits(&self, counts: impl IntoIterator<Item = (&'static str, i64)>) {
        self.waits.clear();
        for (reason, count) in counts {
            self.waits.get_or_create(&Reason { reason }).set(count);
        }
    }

    /// All of it, in the text format of OpenMetrics.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail; half a page would be worse than none.
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::default();
        metrics.request("GET", "/postgres", 200, Duration::from_millis(3));
        metrics.aws_call("rds", "DescribeDBInstances", "throttled");
        metrics.budget("rds", 0.5, 3, [("write", 2), ("read", 7)]);
        metrics.phases([(("postgres", "creating"), 3)]);
        metrics.phases([(("postgres", "available"), 2)]);
        let text = metrics.text();
        for line in [
            "rds_broker_http_requests_total{method=\"GET\",route=\"/postgres\",status=\"200\"} 1",
            "rds_broker_http_request_duration_seconds_count{method=\"GET\",route=\"/postgres\"} 1",
            "rds_broker_aws_throttles_total{aws_service=\"rds\"} 1",
            "rds_broker_aws_rate{aws_service=\"rds\"} 0.5",
            "rds_broker_aws_budget_left{aws_service=\"rds\"} 3",
            "rds_broker_aws_waiting{aws_service=\"rds\",lane=\"read\"} 7",
            "rds_broker_services{provider=\"postgres\",phase=\"available\"} 2",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("phase=\"creating\""), "what has none is not told");
        assert!(text.ends_with("# EOF\n"));
    }
}
