//! OUT. The only module that names the AWS SDK: one function per call, each behind the budget.
//!
//! The SDK's retries are off: the caller's loop is the retry, so that every call is counted.

mod convert;
pub mod failure;
mod key;
mod long_wait;
mod network;
mod pace;
mod rds;
mod secrets;
mod signed;
mod trust;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::TryFutureExt;
use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tracing::Instrument;

use crate::metrics::Metrics;
use crate::spans;

pub use failure::{Cause, Failure, Left, Outcome};
pub use key::Key;
pub use network::SecurityGroup;
pub use pace::Lane;
pub(crate) use rds::LARGEST_BATCH;
pub use rds::{Event, ListedGroup, NewDbInstance, Page, Quota, Seen, SubnetGroup};
pub use secrets::{Stored, StoredSecret};
pub use trust::Role;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long one call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    since_1970().as_secs()
}

/// For how long [`now`] stays the same.
pub(crate) fn until_next_second() -> Duration {
    Duration::from_secs(1) - Duration::from_nanos(since_1970().subsec_nanos().into())
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// The clients, and the budgets in front of them.
#[derive(Debug)]
pub struct Aws {
    rds: aws_sdk_rds::Client,
    secrets: aws_sdk_secretsmanager::Client,
    /// For what is asked of other services.
    config: SdkConfig,
    rds_pace: pace::Pace,
    secrets_pace: pace::Pace,
    metrics: Arc<Metrics>,
}

/// A service with a budget of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// RDS.
    Rds,
    /// Secrets Manager.
    Secrets,
}

impl Service {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rds, Self::Secrets];

    /// Its name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rds => "rds",
            Self::Secrets => "secretsmanager",
        }
    }
}

/// How many calls a service may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// On average, per second.
    pub per_second: f64,
    /// At once.
    pub burst: NonZeroU32,
}

impl Aws {
    /// Clients configured by the SDK's own variables (`AWS_REGION`, `AWS_ENDPOINT_URL`, credentials).
    /// Makes no call.
    pub async fn from_environment(rds: Budget, secrets: Budget, metrics: Arc<Metrics>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(CALL_TIMEOUT)
            .operation_timeout(CALL_TIMEOUT)
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .load()
            .await;
        Self::with_config(&config, rds, secrets, metrics)
    }

    /// Clients of a given configuration.
    #[must_use]
    pub fn with_config(config: &SdkConfig, rds: Budget, secrets: Budget, metrics: Arc<Metrics>) -> Self {
        let clients = (aws_sdk_rds::Client::new(config), aws_sdk_secretsmanager::Client::new(config));
        Self { config: config.clone(), ..Self::with_clients(clients.0, clients.1, rds, secrets, metrics) }
    }

    /// Given clients, whose retries must be off: how tests put a world of their own behind them.
    #[must_use]
    pub fn with_clients(
        rds: aws_sdk_rds::Client,
        secrets: aws_sdk_secretsmanager::Client,
        rds_budget: Budget,
        secrets_budget: Budget,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            rds,
            secrets,
            config: SdkConfig::builder().build(),
            rds_pace: pace::Pace::new(rds_budget.per_second, rds_budget.burst),
            secrets_pace: pace::Pace::new(secrets_budget.per_second, secrets_budget.burst),
            metrics,
        }
    }

    /// Makes one call: waits for its turn, and lets the budget and the metrics know how it ended.
    fn call<'a, T, E>(
        &'a self,
        service: Service,
        lane: Lane,
        operation: &'static str,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
    ) -> impl Future<Output = Outcome<T>> + Send + 'a
    where
        T: Send + 'a,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        self.call_at(service, lane, operation, call).map_ok(|(answer, _)| answer)
    }

    /// The same, with the moment when its turn had come: what is answered is no older.
    ///
    /// On the heap: what the SDK needs for a call is large, and would be part of the future of everyone who waits for it.
    fn call_at<'a, T, E>(
        &'a self,
        service: Service,
        lane: Lane,
        operation: &'static str,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
    ) -> BoxFuture<'a, Outcome<(T, Instant)>>
    where
        T: Send + 'a,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        Box::pin(async move {
            let pace = self.pace(service);
            let wait = long_wait::Wait::begins(service.name(), operation, lane);
            pace.turn(lane).await;
            let span = spans::aws_call(service.name(), operation, wait.so_far());
            drop(wait);
            let sent = Instant::now();
            let outcome = call.instrument(span.clone()).await.map_err(|error| Failure::of(operation, error));
            if outcome.as_ref().is_err_and(|failure| failure.cause == Cause::Throttled) {
                pace.throttled();
            }
            let label = outcome.as_ref().err().map_or("ok", |failure| failure.cause.name());
            spans::ended(&span, label, outcome.is_ok());
            self.metrics.aws_call(service.name(), operation, label);
            outcome.map(|answer| (answer, sent))
        })
    }

    fn pace(&self, service: Service) -> &pace::Pace {
        match service {
            Service::Rds => &self.rds_pace,
            Service::Secrets => &self.secrets_pace,
        }
    }

    /// Calls per second that a service is asked at most at the moment.
    #[must_use]
    pub fn rate(&self, service: Service) -> f64 {
        self.pace(service).per_second()
    }

    /// Whether throttling has left less than the whole budget.
    #[must_use]
    pub fn is_held_back(&self, service: Service) -> bool {
        self.pace(service).is_held_back()
    }

    /// Calls that a service could be asked at once now.
    #[must_use]
    pub fn left(&self, service: Service) -> u32 {
        self.pace(service).left()
    }

    /// Callers that wait for a service in a lane.
    #[must_use]
    pub fn waiting(&self, service: Service, lane: Lane) -> u32 {
        self.pace(service).waiting(lane)
    }
}
