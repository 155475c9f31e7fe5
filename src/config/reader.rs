//! One variable at a time: its value or default, checked, and what is wrong with it in a sentence.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

use super::{Collector, LOG_LEVELS, LogFormat, Mistake, TlsFiles, VARIABLES, is_log_level, tokens};

/// Looks variables up and collects what is wrong with them.
pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, mistakes: Vec::new() }
    }

    pub(super) fn mistake(&mut self, variable: &str, message: impl Into<String>) {
        self.mistakes.push(Mistake { variable: variable.to_owned(), message: message.into() });
    }

    /// The value, or the default.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let set = (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        set.or_else(|| {
            let default =
                VARIABLES.iter().find(|(known, _)| *known == name).and_then(|(_, default)| *default);
            default.map(str::to_owned)
        })
    }

    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let value = self.get(name).unwrap_or_default();
        value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn parsed<T>(&mut self, name: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        match self.get(name)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.mistake(name, error.to_string());
                None
            }
        }
    }

    pub(super) fn listen(&mut self) -> Option<String> {
        let value = self.get("BROKER_LISTEN")?;
        // A colon in the host is an IPv6 address, which stands in brackets: ::1 would be host : and port 1.
        let is_host = |host: &str| {
            !host.is_empty() && (!host.contains(':') || (host.starts_with('[') && host.ends_with(']')))
        };
        let port = value
            .rsplit_once(':')
            .and_then(|(host, port)| port.parse::<u16>().ok().filter(|_| is_host(host)));
        if port.is_none() {
            self.mistake("BROKER_LISTEN", "must be host:port, as 127.0.0.1:8080 or [::1]:8080");
        }
        port.map(|_| value)
    }

    pub(super) fn tokens(&mut self) -> Option<Vec<SecretString>> {
        let elsewhere =
            ["BROKER_TOKENS_FILE", "BROKER_TOKENS_SECRET"].iter().any(|name| self.get(name).is_some());
        match self.get("BROKER_TOKENS") {
            None if elsewhere => Some(Vec::new()),
            text => match tokens::parse(&text.unwrap_or_default()) {
                Ok(tokens) => Some(tokens),
                Err(problem) => {
                    self.mistake("BROKER_TOKENS", problem);
                    None
                }
            },
        }
    }

    /// Both files or none.
    pub(super) fn tls(&mut self) -> Option<Option<TlsFiles>> {
        let [certificate, key] = ["BROKER_TLS_CERTIFICATE", "BROKER_TLS_KEY"].map(|name| self.get(name));
        match (certificate, key) {
            (None, None) => Some(None),
            (Some(certificate), Some(key)) => {
                Some(Some(TlsFiles { certificate: certificate.into(), key: key.into() }))
            }
            (Some(_), None) => {
                self.mistake("BROKER_TLS_KEY", "must be set where BROKER_TLS_CERTIFICATE is");
                None
            }
            (None, Some(_)) => {
                self.mistake("BROKER_TLS_CERTIFICATE", "must be set where BROKER_TLS_KEY is");
                None
            }
        }
    }

    pub(super) fn log_format(&mut self) -> Option<LogFormat> {
        match self.get("BROKER_LOG_FORMAT")?.as_str() {
            "json" => Some(LogFormat::Json),
            "pretty" => Some(LogFormat::Pretty),
            _ => {
                self.mistake("BROKER_LOG_FORMAT", "must be json or pretty");
                None
            }
        }
    }

    pub(super) fn log_level(&mut self) -> Option<String> {
        let value = self.get("BROKER_LOG_LEVEL")?;
        if !is_log_level(&value) {
            self.mistake("BROKER_LOG_LEVEL", LOG_LEVELS);
            return None;
        }
        Some(value)
    }

    /// Where OpenTelemetry's variables name a collector, and do not switch it off.
    pub(super) fn traces(&mut self) -> Option<Option<Collector>> {
        let specific = |name: &str| format!("OTEL_EXPORTER_OTLP_TRACES_{name}");
        let general = |name: &str| format!("OTEL_EXPORTER_OTLP_{name}");
        let first = |reader: &Self, name: &str| {
            let names = [specific(name), general(name)];
            names.into_iter().find_map(|name| reader.get(&name).map(|value| (name, value)))
        };
        let off = self.get("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || self.get("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
        let Some((name, endpoint)) = first(self, "ENDPOINT").filter(|_| !off) else { return Some(None) };
        let is_url = ["http://", "https://"].iter().any(|scheme| endpoint.starts_with(scheme));
        if !is_url || endpoint.parse::<http::Uri>().is_err() {
            self.mistake(&name, "must be a URL, as http://collector:4318");
            return None;
        }
        if let Some((name, _)) = first(self, "PROTOCOL").filter(|(_, protocol)| protocol != "http/protobuf") {
            self.mistake(
                &name,
                "must be http/protobuf: the broker speaks no other (a collector's port 4318)",
            );
            return None;
        }
        let service_name = self.get("OTEL_SERVICE_NAME").unwrap_or_else(|| env!("CARGO_PKG_NAME").to_owned());
        Some(Some(Collector { service_name }))
    }

    /// The ARN of an IAM role, if any is set.
    pub(super) fn role_arn(&mut self, name: &str) -> Option<Option<String>> {
        let value = self.get(name);
        let is_arn =
            |arn: &String| arn.starts_with("arn:") && arn.contains(":iam::") && arn.contains(":role/");
        if value.as_ref().is_some_and(|value| !is_arn(value)) {
            self.mistake(name, "must be the ARN of a role, as arn:aws:iam::123456789012:role/name");
            return None;
        }
        Some(value)
    }

    pub(super) fn one_of(&mut self, name: &str, choices: &[u32]) -> Option<u32> {
        let value = self.get(name)?.parse().ok().filter(|value| choices.contains(value));
        if value.is_none() {
            let choices: Vec<_> = choices.iter().map(ToString::to_string).collect();
            self.mistake(name, format!("must be one of {}", choices.join(", ")));
        }
        value
    }

    pub(super) fn rate(&mut self, name: &str) -> Option<f64> {
        self.between(name, 0.01, 10_000.0)
    }

    pub(super) fn seconds(&mut self, name: &str, least: f64, most: f64) -> Option<Duration> {
        self.between(name, least, most).map(Duration::from_secs_f64)
    }

    pub(super) fn between(&mut self, name: &str, least: f64, most: f64) -> Option<f64> {
        let value = self.get(name)?.parse().ok().filter(|value: &f64| (least..=most).contains(value));
        if value.is_none() {
            self.mistake(name, format!("must be a number from {least} to {most}"));
        }
        value
    }

    pub(super) fn count(&mut self, name: &str) -> Option<NonZeroU32> {
        let value = self.get(name)?.parse().ok().filter(|value: &NonZeroU32| value.get() <= 1_000_000);
        if value.is_none() {
            self.mistake(name, "must be a whole number from 1 to 1000000");
        }
        value
    }
}
