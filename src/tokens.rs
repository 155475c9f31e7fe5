//! Whose requests are answered: tokens from the environment, from a file and from a secret in Secrets Manager.
//!
//! File and secret are read again now and then, so that a token can be replaced without a restart. What cannot be
//! read, or holds no token, changes nothing: those that were read last stay valid.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use crate::aws::Aws;
use crate::config::Config;
use crate::config::tokens::{parse, read_file};
use crate::error::chain;

/// A token, and how much its owner may send.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token itself.
    pub value: SecretString,
    /// Lives as long as the token does, whatever is read again.
    pub limit: Arc<DefaultDirectRateLimiter>,
}

/// All tokens that are valid, and where they come from.
#[derive(Debug)]
pub struct Tokens {
    current: ArcSwap<Vec<Token>>,
    /// From the environment: valid until the process ends.
    fixed: Vec<SecretString>,
    file: Option<PathBuf>,
    /// Of the file, as the start has read them: they stay until it can be read again.
    of_file_at_start: Vec<SecretString>,
    secret: Option<String>,
    every: Duration,
    quota: Quota,
}

impl Tokens {
    /// Those of the environment and the file; the secret is read by [`Self::keep_fresh`].
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let quota = Quota::per_second(config.requests_per_second).allow_burst(config.requests_burst);
        let file = config.tokens_file.as_deref();
        // One that cannot be read is told of as soon as it is read again; the process has checked it at start.
        let of_file = file.and_then(|file| read_file(file).ok()).unwrap_or_default();
        let tokens = Self {
            current: ArcSwap::default(),
            fixed: config.tokens.clone(),
            file: config.tokens_file.clone(),
            of_file_at_start: of_file,
            secret: config.tokens_secret.clone(),
            every: config.reload_every,
            quota,
        };
        tokens.replace(&tokens.of_file_at_start, &[]);
        tokens
    }

    /// Those that are valid now.
    #[must_use]
    pub fn current(&self) -> Arc<Vec<Token>> {
        self.current.load_full()
    }

    /// Whether anyone can be answered.
    ///
    /// # Errors
    /// A sentence that says why not.
    pub fn readiness(&self) -> Result<(), String> {
        if self.current.load().is_empty() {
            return Err("No token could be read yet, so nobody can be answered".to_owned());
        }
        Ok(())
    }

    /// Reads file and secret again and again until it is stopped.
    pub async fn keep_fresh(&self, aws: &Aws, stopped: CancellationToken) {
        if self.file.is_none() && self.secret.is_none() {
            return;
        }
        let (mut of_file, mut of_secret) = (self.of_file_at_start.clone(), Vec::new());
        let mut told = None;
        loop {
            let mut problems = Vec::new();
            if let Some(file) = &self.file {
                match read_file(file) {
                    Ok(tokens) => of_file = tokens,
                    Err(problem) => problems.push(format!("the file of BROKER_TOKENS_FILE {problem}")),
                }
            }
            if let Some(secret) = &self.secret {
                match aws.current_secret(secret).await {
                    Ok(text) => match parse(text.expose_secret()) {
                        Ok(tokens) => of_secret = tokens,
                        Err(problem) => {
                            problems.push(format!("the secret of BROKER_TOKENS_SECRET {problem}"))
                        }
                    },
                    Err(failure) => problems.push(format!("BROKER_TOKENS_SECRET: {}", chain(&failure))),
                }
            }
            self.replace(&of_file, &of_secret);
            let problem = (!problems.is_empty()).then(|| problems.join("; "));
            if problem.is_some() && problem != told {
                tracing::error!(problem, "Tokens could not be read again; those read before stay valid");
            }
            told = problem;
            tokio::select! {
                () = stopped.cancelled() => return,
                () = tokio::time::sleep(self.every) => {}
            }
        }
    }

    fn replace(&self, of_file: &[SecretString], of_secret: &[SecretString]) {
        let before = self.current.load();
        let same = |value: &SecretString| {
            before.iter().find(|token| token.value.expose_secret() == value.expose_secret()).cloned()
        };
        let fresh = |value: &SecretString| Token {
            value: value.clone(),
            limit: Arc::new(RateLimiter::direct(self.quota)),
        };
        let all = self.fixed.iter().chain(of_file).chain(of_secret);
        let now: Vec<Token> = all.map(|value| same(value).unwrap_or_else(|| fresh(value))).collect();
        let (count, new) = (now.len(), now.iter().filter(|token| same(&token.value).is_none()).count());
        if new > 0 || count != before.len() {
            tracing::info!(count, new, "Tokens were read");
        }
        self.current.store(Arc::new(now));
    }
}
