//! All settings, read in one place from a lookup function, all mistakes reported at once.
//!
//! `.env.example` lists the same names with the same defaults; a test compares the two.

mod reader;
pub mod tokens;

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::model::BrokerName;
use reader::Reader;

/// Every variable the broker reads, with its default (`None`: off or none).
pub const VARIABLES: &[(&str, Option<&str>)] = &[
    ("BROKER_LISTEN", Some("127.0.0.1:8080")),
    ("BROKER_TOKENS", None),
    ("BROKER_TOKENS_FILE", None),
    ("BROKER_TOKENS_SECRET", None),
    ("BROKER_RELOAD_SECONDS", Some("30")),
    ("BROKER_TLS_CERTIFICATE", None),
    ("BROKER_TLS_KEY", None),
    ("BROKER_NAME", Some("codesphere")),
    ("BROKER_CATALOG", None),
    ("BROKER_LOG_FORMAT", Some("json")),
    ("BROKER_LOG_LEVEL", Some("info")),
    ("BROKER_DB_SUBNET_GROUP", None),
    ("BROKER_SECURITY_GROUP_IDS", None),
    ("BROKER_KMS_KEY_ID", None),
    ("BROKER_MONITORING_ROLE_ARN", None),
    ("BROKER_MONITORING_INTERVAL_SECONDS", Some("60")),
    ("BROKER_DB_CA_FILE", None),
    ("BROKER_RDS_CALLS_PER_SECOND", Some("2")),
    ("BROKER_RDS_BURST", Some("5")),
    ("BROKER_SECRETS_CALLS_PER_SECOND", Some("20")),
    ("BROKER_SECRETS_BURST", Some("20")),
    ("BROKER_REFRESH_ACTIVE_SECONDS", Some("5")),
    ("BROKER_REFRESH_SETTLED_SECONDS", Some("60")),
    ("BROKER_STALE_LIMIT_SECONDS", Some("600")),
    ("BROKER_DESCRIBE_BATCH", Some("100")),
    ("BROKER_RETRY_REFUSED_SECONDS", Some("900")),
    ("BROKER_SWEEP_SECONDS", Some("3600")),
    ("BROKER_SWEEP_GRACE_SECONDS", Some("3600")),
    ("BROKER_REQUESTS_PER_SECOND", Some("100")),
    ("BROKER_REQUESTS_BURST", Some("200")),
    ("BROKER_MAX_CONCURRENT_REQUESTS", Some("512")),
    ("BROKER_SHUTDOWN_SECONDS", Some("20")),
];

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// `host:port` to listen at.
    pub listen: String,
    /// Tokens of the environment. They, the file or the secret are set.
    pub tokens: Vec<SecretString>,
    /// A file of more tokens.
    pub tokens_file: Option<PathBuf>,
    /// Name or ARN of a secret of more tokens.
    pub tokens_secret: Option<String>,
    /// How often the files and the secret of tokens and TLS are read again.
    pub reload_every: Duration,
    /// PEM files of the server's certificate chain and its key; plain HTTP without.
    pub tls: Option<TlsFiles>,
    /// Prefix of identifiers and secrets, value of the broker's tag.
    pub broker: BrokerName,
    /// A catalogue of one's own.
    pub catalog_path: Option<PathBuf>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged, in tracing's filter syntax.
    pub log_level: String,
    /// Who collects traces.
    pub traces: Option<Collector>,
    /// DB subnet group of new instances.
    pub db_subnet_group: Option<String>,
    /// VPC security groups of new instances.
    pub security_group_ids: Vec<String>,
    /// KMS key for storage and secrets.
    pub kms_key_id: Option<String>,
    /// Role of Enhanced Monitoring of new instances; off without.
    pub monitoring_role_arn: Option<String>,
    /// Seconds between two measurements of it.
    pub monitoring_interval_seconds: u32,
    /// Certificate authorities of the databases, instead of RDS's.
    pub db_ca_file: Option<PathBuf>,
    /// RDS calls per second, on average.
    pub rds_calls_per_second: f64,
    /// RDS calls at once.
    pub rds_burst: NonZeroU32,
    /// Secrets Manager calls per second, on average.
    pub secrets_calls_per_second: f64,
    /// Secrets Manager calls at once.
    pub secrets_burst: NonZeroU32,
    /// How old what is known of a service in transition may be.
    pub refresh_active: Duration,
    /// How old what is known of a settled service may be.
    pub refresh_settled: Duration,
    /// Beyond what age nothing is told any more.
    pub stale_limit: Duration,
    /// Identifiers in one filtered DescribeDBInstances.
    pub describe_batch: NonZeroU32,
    /// Until a change that RDS refused for a passing reason is tried again.
    pub retry_refused: Duration,
    /// How often secrets are swept.
    pub sweep_every: Duration,
    /// How old a secret without an instance must be to be removed.
    pub sweep_grace: Duration,
    /// Requests per second and token, on average.
    pub requests_per_second: NonZeroU32,
    /// Requests at once per token.
    pub requests_burst: NonZeroU32,
    /// Requests worked on at the same time.
    pub max_concurrent_requests: NonZeroU32,
    /// How long a shutdown may take.
    pub shutdown_deadline: Duration,
}

/// What a level of the log must be, as the end of a sentence.
pub const LOG_LEVELS: &str =
    "must be a level (off, error, warn, info, debug, trace), or a filter as info,rds_broker=debug";

/// Whether a text is a level, or a filter in tracing's syntax. A bare word that is no level is a target to tracing, and a
/// mistyped one would log nothing at all.
#[must_use]
pub fn is_log_level(text: &str) -> bool {
    let bare = |part: &&str| !part.trim().is_empty() && !part.contains(['=', '[', ']']);
    let is_level = |part: &str| part.trim().parse::<LevelFilter>().is_ok();
    let mistyped = text.split(',').filter(bare).any(|part| !is_level(part));
    !text.trim().is_empty() && !mistyped && EnvFilter::try_new(text).is_ok()
}

/// What `MonitoringInterval` may be (RDS API reference, CreateDBInstance), but for 0, which is off.
const MONITORING_INTERVALS: [u32; 6] = [1, 5, 10, 15, 30, 60];

/// That traces are to be sent. Where to, and with which headers, the exporter reads from OpenTelemetry's own variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collector {
    /// As whose they are sent.
    pub service_name: String,
}

/// The files TLS needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain, the server's own first.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The variable.
    pub variable: String,
    /// What is wrong with it, without repeating its value.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.variable, self.message)
    }
}

impl Config {
    /// Reads all settings. `names` are the variables that are set: one that starts with `BROKER_`
    /// and is none of ours is a typing mistake. A variable set to nothing counts as not set.
    ///
    /// # Errors
    /// Every mistake, in the order of [`VARIABLES`].
    pub fn parse(
        lookup: impl Fn(&str) -> Option<String>,
        names: impl IntoIterator<Item = String>,
    ) -> Result<Self, Vec<Mistake>> {
        let mut reader = Reader::new(&lookup);
        let config = Self::read(&mut reader);
        for name in names {
            if name.starts_with("BROKER_") && VARIABLES.iter().all(|(known, _)| *known != name) {
                reader.mistake(&name, "is not a setting of this broker");
            }
        }
        match config {
            Some(config) if reader.mistakes.is_empty() => Ok(config),
            _ => Err(reader.mistakes),
        }
    }

    /// Reads everything before it gives up on anything, so that no mistake hides another.
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let listen = reader.listen();
        let tokens = reader.tokens();
        let reload_every = reader.seconds("BROKER_RELOAD_SECONDS", 0.05, 86_400.0);
        let tls = reader.tls();
        let broker = reader.parsed::<BrokerName>("BROKER_NAME");
        let log_format = reader.log_format();
        let log_level = reader.log_level();
        let traces = reader.traces();
        let monitoring_role_arn = reader.role_arn("BROKER_MONITORING_ROLE_ARN");
        let monitoring_interval_seconds =
            reader.one_of("BROKER_MONITORING_INTERVAL_SECONDS", &MONITORING_INTERVALS);
        let rds_calls_per_second = reader.rate("BROKER_RDS_CALLS_PER_SECOND");
        let rds_burst = reader.count("BROKER_RDS_BURST");
        let secrets_calls_per_second = reader.rate("BROKER_SECRETS_CALLS_PER_SECOND");
        let secrets_burst = reader.count("BROKER_SECRETS_BURST");
        let refresh_active = reader.seconds("BROKER_REFRESH_ACTIVE_SECONDS", 0.05, 3600.0);
        let refresh_settled = reader.seconds("BROKER_REFRESH_SETTLED_SECONDS", 0.05, 86_400.0);
        let stale_limit = reader.seconds("BROKER_STALE_LIMIT_SECONDS", 1.0, 86_400.0);
        if stale_limit.zip(refresh_settled).is_some_and(|(limit, settled)| limit <= settled) {
            let message = "must be more than BROKER_REFRESH_SETTLED_SECONDS: what is as old as that is told";
            reader.mistake("BROKER_STALE_LIMIT_SECONDS", message);
        }
        let describe_batch = reader.count("BROKER_DESCRIBE_BATCH");
        let retry_refused = reader.seconds("BROKER_RETRY_REFUSED_SECONDS", 1.0, 86_400.0);
        let sweep_every = reader.seconds("BROKER_SWEEP_SECONDS", 0.1, 604_800.0);
        let sweep_grace = reader.seconds("BROKER_SWEEP_GRACE_SECONDS", 0.0, 604_800.0);
        let requests_per_second = reader.count("BROKER_REQUESTS_PER_SECOND");
        let requests_burst = reader.count("BROKER_REQUESTS_BURST");
        let max_concurrent_requests = reader.count("BROKER_MAX_CONCURRENT_REQUESTS");
        let shutdown_deadline = reader.seconds("BROKER_SHUTDOWN_SECONDS", 0.0, 3600.0);
        Some(Self {
            listen: listen?,
            tokens: tokens?,
            tokens_file: reader.get("BROKER_TOKENS_FILE").map(PathBuf::from),
            tokens_secret: reader.get("BROKER_TOKENS_SECRET"),
            reload_every: reload_every?,
            tls: tls?,
            broker: broker?,
            catalog_path: reader.get("BROKER_CATALOG").map(PathBuf::from),
            log_format: log_format?,
            log_level: log_level?,
            traces: traces?,
            db_subnet_group: reader.get("BROKER_DB_SUBNET_GROUP"),
            security_group_ids: reader.list("BROKER_SECURITY_GROUP_IDS"),
            kms_key_id: reader.get("BROKER_KMS_KEY_ID"),
            monitoring_role_arn: monitoring_role_arn?,
            monitoring_interval_seconds: monitoring_interval_seconds?,
            db_ca_file: reader.get("BROKER_DB_CA_FILE").map(PathBuf::from),
            rds_calls_per_second: rds_calls_per_second?,
            rds_burst: rds_burst?,
            secrets_calls_per_second: secrets_calls_per_second?,
            secrets_burst: secrets_burst?,
            refresh_active: refresh_active?,
            refresh_settled: refresh_settled?,
            stale_limit: stale_limit?,
            describe_batch: describe_batch?,
            retry_refused: retry_refused?,
            sweep_every: sweep_every?,
            sweep_grace: sweep_grace?,
            requests_per_second: requests_per_second?,
            requests_burst: requests_burst?,
            max_concurrent_requests: max_concurrent_requests?,
            shutdown_deadline: shutdown_deadline?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn parse(set: &[(&str, &str)]) -> Result<Config, Vec<Mistake>> {
        let set: BTreeMap<String, String> =
            set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::parse(|name| set.get(name).cloned(), set.keys().cloned())
    }

    #[test]
    fn a_token_is_all_that_must_be_set() {
        let config = parse(&[("BROKER_TOKENS", "one, two")]).unwrap();
        assert_eq!(config.listen, "127.0.0.1:8080");
        assert_eq!(config.tokens.len(), 2);
        assert_eq!(config.broker.as_str(), "codesphere");
        assert_eq!(config.refresh_active, Duration::from_secs(5));
        assert!(!format!("{config:?}").contains("two"), "tokens must not be printable");
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let mistakes = parse(&[
            ("BROKER_TOKENS", " , "),
            ("BROKER_LISTEN", "8080"),
            ("BROKER_NAME", "AWS"),
            ("BROKER_LOG_FORMAT", "xml"),
            ("BROKER_RDS_BURST", "0"),
            ("BROKER_RDS_CALLS_PER_SECOND", "fast"),
            ("BROKER_TOKEN", "x"),
        ])
        .unwrap_err();
        let variables: Vec<_> = mistakes.iter().map(|mistake| mistake.variable.as_str()).collect();
        assert_eq!(
            variables,
            [
                "BROKER_LISTEN",
                "BROKER_TOKENS",
                "BROKER_NAME",
                "BROKER_LOG_FORMAT",
                "BROKER_RDS_CALLS_PER_SECOND",
                "BROKER_RDS_BURST",
                "BROKER_TOKEN"
            ]
        );
    }

    #[test]
    fn a_mistyped_level_or_address_is_told_before_it_does_nothing() {
        let mistaken = |name, value| parse(&[("BROKER_TOKENS", "one"), (name, value)]).is_err();
        for good in ["info", "WARN", "off", "info,rds_broker=debug", "[request{id}]=trace,info"] {
            assert!(!mistaken("BROKER_LOG_LEVEL", good), "{good}");
        }
        for bad in ["inof", "info,rds_broker", "rds_broker=inof"] {
            assert!(mistaken("BROKER_LOG_LEVEL", bad), "{bad}");
        }
        for good in ["127.0.0.1:0", "[::1]:8080", "localhost:80"] {
            assert!(!mistaken("BROKER_LISTEN", good), "{good}");
        }
        for bad in ["::1", "::1:8080", ":8080", "localhost", "localhost:65536"] {
            assert!(mistaken("BROKER_LISTEN", bad), "{bad}");
        }
    }

    #[test]
    fn traces_are_sent_where_a_collector_is_named_that_can_be_used() {
        let traces = |set: &[(&str, &str)]| {
            let all: Vec<_> = [("BROKER_TOKENS", "one")].iter().chain(set).copied().collect();
            parse(&all).map(|config| config.traces.map(|collector| collector.service_name))
        };
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        assert_eq!(traces(&[]).unwrap(), None);
        assert_eq!(traces(&[endpoint]).unwrap().as_deref(), Some("rds-broker"));
        assert_eq!(traces(&[endpoint, ("OTEL_SERVICE_NAME", "mine")]).unwrap().as_deref(), Some("mine"));
        for off in [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")] {
            assert_eq!(traces(&[endpoint, off]).unwrap(), None);
        }
        assert!(traces(&[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]).is_err());
        assert!(traces(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]).is_err());
    }

    #[test]
    fn answers_may_be_older_than_what_is_not_looked_at_again() {
        let stale = |limit, settled| {
            parse(&[
                ("BROKER_TOKENS", "one"),
                ("BROKER_STALE_LIMIT_SECONDS", limit),
                ("BROKER_REFRESH_SETTLED_SECONDS", settled),
            ])
        };
        assert!(stale("61", "60").is_ok());
        let mistakes = stale("60", "60").unwrap_err();
        assert_eq!(mistakes[0].variable, "BROKER_STALE_LIMIT_SECONDS");
    }

    #[test]
    fn monitoring_takes_a_role_and_an_interval_that_rds_knows() {
        let monitoring = |name, value| parse(&[("BROKER_TOKENS", "one"), (name, value)]);
        let role = "arn:aws:iam::123456789012:role/monitoring";
        let config = monitoring("BROKER_MONITORING_ROLE_ARN", role).unwrap();
        assert_eq!(
            (config.monitoring_role_arn.as_deref(), config.monitoring_interval_seconds),
            (Some(role), 60)
        );
        assert!(monitoring("BROKER_MONITORING_ROLE_ARN", "monitoring").is_err());
        assert!(monitoring("BROKER_MONITORING_INTERVAL_SECONDS", "7").is_err());
    }

    #[test]
    fn env_example_lists_every_variable_with_its_default() {
        let text = include_str!("../../.env.example");
        let listed: Vec<(String, String)> = text
            .lines()
            .map(|line| line.trim_start_matches("# ").trim())
            .filter(|line| line.starts_with("BROKER_"))
            .filter_map(|line| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
            .collect();
        let known: Vec<(String, String)> = VARIABLES
            .iter()
            .map(|(name, default)| ((*name).to_owned(), default.unwrap_or_default().to_owned()))
            .collect();
        assert_eq!(listed, known);
    }
}
