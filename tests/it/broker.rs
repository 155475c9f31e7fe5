//! A broker as a process of its own, and a platform that talks to it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::lab::{REGION, forget_afterwards, http, lab, setting};

pub(crate) const TOKEN: &str = "story-token";

/// Within what every wait of a story must end; `make policies` does not wait as long for what must not come.
fn longest_wait() -> Duration {
    let seconds = setting("STORY_DEADLINE").map_or(180, |text| text.parse().expect("seconds"));
    Duration::from_secs(seconds)
}

/// A broker process, its settings and everything it has logged.
#[derive(Debug)]
pub(crate) struct Broker {
    pub(crate) name: String,
    /// Under whose path the platform calls.
    pub(crate) provider: &'static str,
    settings: BTreeMap<String, String>,
    process: Arc<Mutex<Option<Child>>>,
    url: Arc<Mutex<String>>,
    log: Arc<Mutex<Vec<String>>>,
    /// A catalogue of its own, which it reads whenever it starts.
    catalog: Option<PathBuf>,
}

impl Broker {
    /// A broker with a name of its own, so that stories see only what is theirs.
    pub(crate) async fn start() -> Self {
        Self::start_with(&unique_name(), &[]).await
    }

    pub(crate) async fn start_with(name: &str, settings: &[(&str, &str)]) -> Self {
        let broker = Self::new(name, settings);
        broker.run().await;
        broker
    }

    /// The same broker, called under another provider's path.
    pub(crate) fn of(mut self, provider: &'static str) -> Self {
        self.provider = provider;
        self
    }

    /// Starts with the compiled-in catalogue, changed: every pair is text and what stands in for it.
    pub(crate) async fn start_with_catalog(changes: &[(&str, &str)], settings: &[(&str, &str)]) -> Self {
        let mut catalog = include_str!("../../src/model/catalog/default.toml").to_owned();
        for (text, instead) in changes {
            assert!(catalog.contains(text), "the catalogue has no {text}");
            catalog = catalog.replace(text, instead);
        }
        let name = unique_name();
        let file = std::env::temp_dir().join(format!("{name}.toml"));
        std::fs::write(&file, catalog).unwrap();
        let path = file.display().to_string();
        let mut all = vec![("BROKER_CATALOG", path.as_str())];
        all.extend(settings);
        let mut broker = Self::start_with(&name, &all).await;
        broker.catalog = Some(file);
        broker
    }

    /// DB instance identifier of a service.
    pub(crate) fn identifier(&self, id: Uuid) -> String {
        format!("{}-{id}", self.name)
    }

    /// Books a database and waits until it is there.
    pub(crate) async fn book(&self, id: Uuid, body: &Value) -> Value {
        self.insist("POST", "", Some(body)).await;
        self.until_settled(id).await
    }

    /// Sends a PATCH that must be taken, and waits until nothing is left to do.
    pub(crate) async fn change(&self, id: Uuid, body: &Value) -> Value {
        self.insist("PATCH", &format!("/{id}"), Some(body)).await;
        self.until_settled(id).await
    }

    /// A broker that listens but need not have observed AWS yet.
    pub(crate) async fn start_unready(name: &str, settings: &[(&str, &str)]) -> Self {
        let broker = Self::new(name, settings);
        crate::role::give(name).await;
        broker.spawn();
        eventually("the broker to listen", async || (!broker.url.lock().unwrap().is_empty()).then_some(()))
            .await;
        broker
    }

    fn new(name: &str, settings: &[(&str, &str)]) -> Self {
        let lab = lab();
        forget_afterwards(name);
        let ca_file = lab.ca_file.display().to_string();
        let mut all: BTreeMap<String, String> = [
            ("BROKER_LISTEN", "127.0.0.1:0"),
            ("BROKER_TOKENS", TOKEN),
            ("BROKER_NAME", name),
            ("BROKER_LOG_FORMAT", "json"),
            ("BROKER_LOG_LEVEL", "trace"),
            ("BROKER_DB_CA_FILE", &ca_file),
            ("BROKER_RDS_CALLS_PER_SECOND", "200"),
            ("BROKER_RDS_BURST", "100"),
            ("BROKER_SECRETS_CALLS_PER_SECOND", "200"),
            ("BROKER_REFRESH_ACTIVE_SECONDS", "0.3"),
            ("BROKER_REFRESH_SETTLED_SECONDS", "0.8"),
            ("AWS_REGION", REGION),
            ("AWS_ENDPOINT_URL", &lab.endpoint),
            ("AWS_ACCESS_KEY_ID", &crate::role::access_key(name)),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let (process, url, log) = Default::default();
        Self { name: name.to_owned(), provider: "postgres", settings: all, process, url, log, catalog: None }
    }

    /// Starts the process and waits until it has observed AWS.
    pub(crate) async fn run(&self) {
        crate::role::give(&self.name).await;
        self.spawn();
        eventually("the broker to be ready", async || {
            let url = self.url();
            if url.is_empty() || !self.is_alive() {
                // A crash test may kill it again at once.
                return (!self.is_alive()).then_some(());
            }
            let ready = http().get(format!("{url}/ready")).send().await.ok()?;
            ready.status().is_success().then_some(())
        })
        .await;
    }

    /// Another command of the binary, with this broker's settings and role.
    pub(crate) async fn command(&self, arguments: &[&str], changes: &[(&str, &str)]) -> std::process::Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rds-broker"));
        command.env_clear().envs(&self.settings).envs(changes.iter().copied()).args(arguments);
        command.stdin(Stdio::null());
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    fn spawn(&self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rds-broker"));
        command.env_clear().envs(&self.settings).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (log, url) = (Arc::clone(&self.log), Arc::clone(&self.url));
        url.lock().unwrap().clear();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Ok(entry) = serde_json::from_str::<Value>(&line)
                    && entry["message"] == "Listening"
                {
                    *url.lock().unwrap() = format!("http://{}", entry["address"].as_str().unwrap());
                }
                log.lock().unwrap().push(line);
            }
        });
        *self.process.lock().unwrap() = Some(child);
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        self.url.lock().unwrap().clone()
    }

    /// Status and body of a route that needs no token.
    pub(crate) async fn health(&self, path: &str) -> (u16, Value) {
        let url = self.url();
        let answer = http().get(format!("{url}{path}")).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// How often this process has called an operation of RDS.
    pub(crate) async fn calls_made(&self, operation: &str) -> u64 {
        self.metric(&format!("rds_broker_aws_calls_total{{aws_service=\"rds\",operation=\"{operation}\","))
            .await
    }

    /// How many services wait for a reason of this kind.
    pub(crate) async fn waits(&self, reason: &str) -> u64 {
        self.metric(&format!("rds_broker_waits{{reason=\"{reason}\"")).await
    }

    /// How many calls AWS has throttled, as far as this process knows.
    pub(crate) async fn throttles(&self) -> u64 {
        self.metric("rds_broker_aws_throttles_total{").await
    }

    /// The sum of the metrics that begin like this.
    async fn metric(&self, start: &str) -> u64 {
        let text = http().get(format!("{}/metrics", self.url())).send().await.unwrap().text().await.unwrap();
        let values = text.lines().filter(|line| line.starts_with(start));
        values.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
    }

    /// A handle that kills the process, as the machine under it would.
    pub(crate) fn killer(&self) -> impl Fn() + Send + Sync + 'static {
        let process = Arc::clone(&self.process);
        move || {
            if let Some(child) = process.lock().unwrap().as_mut() {
                child.kill().ok();
                child.wait().ok();
            }
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        let mut process = self.process.lock().unwrap();
        process.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Sends SIGTERM and waits for the end; the exit code.
    pub(crate) async fn terminate(&self) -> Option<i32> {
        let pid = self.process.lock().unwrap().as_ref().unwrap().id();
        Command::new("kill").arg(pid.to_string()).status().unwrap();
        eventually("the broker to stop", async || (!self.is_alive()).then_some(())).await;
        self.process.lock().unwrap().as_mut().unwrap().wait().unwrap().code()
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    /// One request; `None` where the broker could not be reached.
    pub(crate) async fn try_send(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        let url = self.url();
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = http()
            .request(method, format!("{url}/{}{path}", self.provider))
            .header("Authorization", format!("Bearer {TOKEN}"))
            .timeout(Duration::from_secs(15));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let age = answer.headers().get("age").and_then(|age| age.to_str().ok()?.parse().ok());
        let retry_after = answer.headers().contains_key("retry-after");
        let text = answer.text().await.ok()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Some(Answer { status, body, age, retry_after })
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.try_send(method, path, body).await.expect("the broker answers")
    }

    pub(crate) async fn post(&self, body: &Value) -> Answer {
        self.send("POST", "", Some(body)).await
    }

    pub(crate) async fn patch(&self, id: Uuid, body: &Value) -> Answer {
        self.send("PATCH", &format!("/{id}"), Some(body)).await
    }

    pub(crate) async fn delete(&self, id: Uuid) -> Answer {
        self.send("DELETE", &format!("/{id}"), None).await
    }

    /// The service's status, `None` where it is not known.
    pub(crate) async fn status(&self, id: Uuid) -> Option<Value> {
        let answer = self.send("GET", &format!("?id={id}"), None).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.body.get(id.to_string()).cloned()
    }

    /// Sends until it is taken, as the platform does: whatever the broker is going through.
    pub(crate) async fn insist(&self, method: &str, path: &str, body: Option<&Value>) {
        eventually(&format!("{method} {path} to be taken"), async || {
            if !self.is_alive() {
                self.run().await;
            }
            let answer = self.try_send(method, path, body).await?;
            let passing = matches!(answer.status, 429 | 503);
            assert!(passing || answer.status < 300, "{method} {path}: {} {}", answer.status, answer.body);
            (!passing).then_some(())
        })
        .await;
    }

    /// Polls until the status is as wanted, starting the broker again where it has died.
    pub(crate) async fn until(&self, id: Uuid, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        // What it was instead is what the reader of a failure asks for first.
        let last = Last { what, status: Mutex::new(Value::Null) };
        eventually(&last, async || {
            if !self.is_alive() {
                self.run().await;
            }
            let answer = self.try_send("GET", &format!("?id={id}"), None).await?;
            let status = answer.body.get(id.to_string())?;
            *last.status.lock().unwrap() = status.clone();
            wanted(status).then(|| status.clone())
        })
        .await
    }

    /// Until nothing is left to do: the wish is reached.
    pub(crate) async fn until_settled(&self, id: Uuid) -> Value {
        self.until(id, "the service to settle", |status| {
            status["details"]["state"] == "available" && status["details"]["ready"] == true
        })
        .await
    }

    pub(crate) async fn until_gone(&self, id: Uuid) {
        eventually("the service to be gone", async || {
            if !self.is_alive() {
                self.run().await;
            }
            let answer = self.try_send("GET", &format!("?id={id}"), None).await?;
            (answer.status == 200 && answer.body.get(id.to_string()).is_none()).then_some(())
        })
        .await;
    }

    /// At the end of a story: AWS holds exactly these services' instances, and two secrets for each;
    /// and nothing secret was ever logged.
    /// Parameter groups are of these services too.
    pub(crate) async fn assert_aws_holds(&self, ids: &[Uuid]) {
        let mut wanted: Vec<String> = ids.iter().map(|id| format!("{}-{id}", self.name)).collect();
        wanted.sort();
        let last = Mutex::new(String::new());
        let check = async || {
            let (mut instances, secrets) = lab().holds(&self.name).await;
            let groups = lab().groups(&self.name).await;
            instances.sort();
            let groups_are_theirs =
                groups.iter().all(|group| ids.iter().any(|id| group.starts_with(&self.identifier(*id))));
            let two_each = ids.iter().all(|id| {
                secrets.iter().filter(|name| name.starts_with(&format!("{}/{id}/", self.name))).count() == 2
            });
            *last.lock().unwrap() = format!("{instances:?} and {secrets:?} and {groups:?}");
            (instances == wanted && groups_are_theirs && two_each && secrets.len() == 2 * ids.len())
                .then_some(())
        };
        let deadline = Instant::now() + longest_wait();
        while check().await.is_none() {
            if !self.is_alive() {
                self.run().await;
            }
            assert!(Instant::now() < deadline, "AWS holds {}", last.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let log = self.log();
        assert!(
            !log.contains("pw-"),
            "a password was logged: {}",
            log.lines().find(|line| line.contains("pw-")).unwrap()
        );
        assert!(!log.contains(TOKEN), "the token was logged");
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.killer()();
        if let Some(catalog) = &self.catalog {
            drop(std::fs::remove_file(catalog));
        }
    }
}

/// What the broker answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) age: Option<u64>,
    pub(crate) retry_after: bool,
}

pub(crate) fn unique_name() -> String {
    format!("t{}", &Uuid::new_v4().simple().to_string()[..12])
}

/// A password that the log can be searched for.
pub(crate) fn password() -> String {
    format!("pw-{}", Uuid::new_v4().simple())
}

/// A booking of a provider's default version, with two passwords of its own.
pub(crate) fn booking_of(provider: &str, id: Uuid) -> Value {
    let mut body = booking(id);
    if provider != "postgres" {
        body["config"] = json!({});
    }
    for password in body["secrets"].as_object_mut().unwrap().values_mut() {
        // MySQL's and MariaDB's longest.
        *password = json!(&password.as_str().unwrap()[..35]);
    }
    body
}

/// A booking with two passwords of its own.
pub(crate) fn booking(id: Uuid) -> Value {
    json!({
        "id": id, "teamId": 7, "plan": {"parameters": {"storage": 20000, "cpu": 5, "memory": 512}},
        "config": {"version": "17.10"},
        "secrets": {"superuserPassword": password(), "userPassword": password()},
    })
}

/// What is waited for, and what there was last.
struct Last<'a> {
    what: &'a str,
    status: Mutex<Value>,
}

impl fmt::Display for Last<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}; the last status: {}", self.what, self.status.lock().unwrap())
    }
}

/// Polls a condition until it holds; waiting longer than any of it can take is a failure.
pub(crate) async fn eventually<T>(
    what: impl fmt::Display,
    mut condition: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + longest_wait();
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited {:?} for {what}", longest_wait());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
