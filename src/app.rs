//! What a request can reach. Built here for the process and for tests alike.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::aws::{Aws, Budget};
use crate::config::Config;
use crate::engine::{Engine, Monitoring, Settings};
use crate::error::{Error, Kind, Result};
use crate::metrics::Metrics;
use crate::model::{Catalog, Create, Provider, ServiceId, Update};
use crate::sql::Databases;
use crate::telemetry::LogLevel;
use crate::tokens::Tokens;

/// Within what a write is answered; what is not finished then goes on without the caller.
const ANSWER_WITHIN: Duration = Duration::from_secs(11);

/// Settings and engine. Cheap to clone: every request does.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    config: Config,
    engine: Engine,
    tokens: Arc<Tokens>,
    log_level: Option<LogLevel>,
    /// Held while metrics are set and read.
    measuring: Arc<Mutex<()>>,
    stopped: CancellationToken,
}

/// An answer, and how old the oldest observation in it is.
#[derive(Clone, Debug)]
pub struct Aged<T> {
    /// The answer.
    pub value: T,
    /// Its age.
    pub age: Duration,
}

impl App {
    /// Starts the engine over AWS as the SDK's own variables name it. AWS need not be reachable yet.
    ///
    /// # Errors
    /// Where `ca_pem` holds no usable certificate.
    pub async fn start(config: Config, catalog: Catalog, ca_pem: Vec<u8>) -> anyhow::Result<Self> {
        let (aws, metrics) = aws(&config).await;
        Self::with_aws(config, catalog, &ca_pem, aws, metrics)
    }

    /// Starts the engine over given clients.
    ///
    /// # Errors
    /// Where `ca_pem` holds no usable certificate.
    pub fn with_aws(
        config: Config,
        catalog: Catalog,
        ca_pem: &[u8],
        aws: Aws,
        metrics: Arc<Metrics>,
    ) -> anyhow::Result<Self> {
        let databases = Databases::new(ca_pem)?;
        let settings = Settings {
            broker: config.broker.clone(),
            refresh_active: config.refresh_active,
            refresh_settled: config.refresh_settled,
            sweep_every: config.sweep_every,
            sweep_grace: config.sweep_grace,
            subnet_group: config.db_subnet_group.clone(),
            security_groups: config.security_group_ids.clone(),
            kms_key_id: config.kms_key_id.clone(),
            monitoring: config.monitoring_role_arn.clone().map(|role_arn| Monitoring {
                role_arn,
                interval_seconds: config.monitoring_interval_seconds,
            }),
            stale_limit: config.stale_limit,
            first_pause: config.retry_refused,
            most_at_once: usize::try_from(config.max_concurrent_requests.get()).unwrap_or(usize::MAX),
            batch: usize::try_from(config.describe_batch.get()).unwrap_or(usize::MAX),
        };
        let aws = Arc::new(aws);
        let tokens = Arc::new(Tokens::new(&config));
        let stopped = CancellationToken::new();
        let (fresh, calls, stop) = (Arc::clone(&tokens), Arc::clone(&aws), stopped.clone());
        tokio::spawn(async move { fresh.keep_fresh(&calls, stop).await });
        let engine = Engine::start(aws, databases, Arc::new(catalog), settings, metrics);
        Ok(Self(Arc::new(Parts {
            config,
            engine,
            tokens,
            log_level: None,
            measuring: Arc::default(),
            stopped,
        })))
    }

    /// Stops the engine: AWS calls under way end, nothing new begins.
    pub async fn stop(&self) {
        self.0.stopped.cancel();
        self.0.engine.stop().await;
    }

    /// The settings in force.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Whose requests are answered.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// With a log whose level can be changed.
    #[must_use]
    pub fn with_log_level(mut self, log_level: LogLevel) -> Self {
        Arc::make_mut(&mut self.0).log_level = Some(log_level);
        self
    }

    /// Changes what is logged from now on.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for what is no level.
    pub fn set_log_level(&self, level: &str) -> Result<()> {
        let Some(log_level) = &self.0.log_level else {
            return Err(Error::new(
                Kind::NotSupported,
                "This process has no log whose level could be changed.",
            ));
        };
        log_level.set(level).map_err(|problem| Error::invalid(format!("level: {problem}")))?;
        tracing::warn!(asked = level, "The log level was changed by a request");
        Ok(())
    }

    /// The catalogue in force.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        self.0.engine.catalog()
    }

    /// Books a service; see [`Engine::create`].
    ///
    /// # Errors
    /// As the engine's; [`crate::error::Kind::Unavailable`] while the work goes on after 11 s.
    pub async fn create(&self, create: Create) -> Result<()> {
        let (id, engine) = (create.id, self.0.engine.clone());
        self.0.engine.outliving(id, async move { engine.create(create).await }, ANSWER_WITHIN).await
    }

    /// Changes a service; see [`Engine::update`].
    ///
    /// # Errors
    /// As the engine's; [`crate::error::Kind::Unavailable`] while the work goes on after 11 s.
    pub async fn update(&self, update: Update) -> Result<()> {
        let (id, engine) = (update.id, self.0.engine.clone());
        self.0.engine.outliving(id, async move { engine.update(update).await }, ANSWER_WITHIN).await
    }

    /// Deletes a service; see [`Engine::delete`].
    ///
    /// # Errors
    /// As the engine's; [`crate::error::Kind::Unavailable`] while the work goes on after 11 s.
    pub async fn delete(&self, provider: Provider, id: ServiceId) -> Result<()> {
        let engine = self.0.engine.clone();
        self.0.engine.outliving(id, async move { engine.delete(provider, id).await }, ANSWER_WITHIN).await
    }

    /// The answer to a question about statuses that was put in the same words before, for as long as it is true.
    #[must_use]
    pub fn told_before(&self, provider: Provider, question: &str) -> Option<Aged<Bytes>> {
        let (value, age) = self.0.engine.told_before(provider, question)?;
        Some(Aged { value, age })
    }

    /// The status documents of those ids that are services of this provider, as a JSON object by id. `question` is how the
    /// caller put it, for [`Self::told_before`].
    ///
    /// # Errors
    /// [`crate::error::Kind::Unavailable`] before the first observation of AWS has ended.
    pub async fn statuses(
        &self,
        provider: Provider,
        ids: Vec<ServiceId>,
        question: &str,
    ) -> Result<Aged<Bytes>> {
        let (value, age) = self.0.engine.statuses(provider, ids, question).await?;
        Ok(Aged { value, age })
    }

    /// The ids of all services of a provider, as a JSON array.
    ///
    /// # Errors
    /// [`crate::error::Kind::Unavailable`] before the first observation of AWS has ended.
    pub async fn list(&self, provider: Provider) -> Result<Aged<Bytes>> {
        let (value, age) = self.0.engine.list(provider).await?;
        Ok(Aged { value, age })
    }

    /// What was counted.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        self.0.engine.metrics()
    }

    /// What was counted, with how everything stands now, as Prometheus reads it.
    #[must_use]
    pub fn metrics_text(&self) -> String {
        // Who reads at the same time would be told of less: what has changed is taken away before it is set.
        let _turn = self.0.measuring.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.engine.measure();
        self.0.engine.metrics().text()
    }

    /// Whether requests are answered; and what is wrong nevertheless, if anything is.
    ///
    /// # Errors
    /// A sentence that says why not.
    pub fn readiness(&self) -> std::result::Result<Option<String>, String> {
        if self.0.stopped.is_cancelled() {
            return Err("The process is stopping".to_owned());
        }
        self.0.tokens.readiness()?;
        self.0.engine.readiness()
    }
}

/// AWS as the SDK's own variables name it, behind the budgets of the settings; and what counts its calls. Makes no call.
pub async fn aws(config: &Config) -> (Aws, Arc<Metrics>) {
    let rds = budget(config.rds_calls_per_second, config.rds_burst);
    let secrets = budget(config.secrets_calls_per_second, config.secrets_burst);
    let metrics = Arc::new(Metrics::default());
    (Aws::from_environment(rds, secrets, Arc::clone(&metrics)).await, metrics)
}

fn budget(per_second: f64, burst: NonZeroU32) -> Budget {
    Budget { per_second, burst }
}
