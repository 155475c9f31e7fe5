//! The local AWS of the stories: one LocalStack with RDS for the whole test binary, started when the
//! first story needs it and stopped, by a watchman, when the binary has ended, however it ended.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use aws_sdk_rds::config::{BehaviorVersion, Credentials, Region};
use serde_json::{Value, json};

pub(crate) const REGION: &str = "eu-central-1";
/// Every transition is short, but none is skipped.
const DURATIONS: &str = include_str!("durations.json");

/// A LocalStack that runs.
#[derive(Debug)]
pub(crate) struct Lab {
    pub(crate) endpoint: String,
    pub(crate) ca_file: PathBuf,
}

/// The lab, started on first use.
pub(crate) fn lab() -> &'static Lab {
    static LAB: OnceLock<Lab> = OnceLock::new();
    LAB.get_or_init(start)
}

/// What `make policies` tells a run of stories.
#[expect(clippy::disallowed_methods, reason = "settings of the tests are no settings of the broker")]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The lab that `make policies` shares among many runs of single stories, by the directory of its files; or one of our own.
fn start() -> Lab {
    setting("STORY_LAB").map_or_else(start_our_own, |var| shared(Path::new(&var)))
}

fn shared(var: &Path) -> Lab {
    let pid =
        std::fs::read_to_string(var.join("lab.pid")).expect("STORY_LAB is the directory of a lab that runs");
    let port = pid.split_whitespace().nth(2).expect("a lab writes down its port");
    Lab { endpoint: format!("http://127.0.0.1:{port}"), ca_file: var.join("ca.pem") }
}

fn start_our_own() -> Lab {
    let top = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let script = top.join("localstack/lab");
    let here = top.join("localstack/var");
    let var =
        in_memory().unwrap_or_else(|| here.clone()).join(format!("rds-lab-test-{}", std::process::id()));
    let port = free_port();
    let run = |verb: &str| {
        let mut command = Command::new(&script);
        command.arg(verb).env("LOCALSTACK_PORT", port.to_string()).env("LAB_VAR", &var);
        command.env("RDS_LAB_DURATIONS", DURATIONS).stdin(Stdio::null());
        // It answers all stories at once, by one interpreter: a line per call is a sixth of its work.
        command.env("LS_LOG", "warning");
        command
    };
    // Stops the lab once this process is gone: tests can end without unwinding. Its log stays, for a story that failed
    // because of a server behind an instance, and so does what the stories have shown of the policies.
    let watch = "while kill -0 \"$1\" 2>/dev/null; do sleep 0.3; done; \"$2\" stop; \
                 mv \"$LAB_VAR/localstack.log\" \"$3/last-test.log\"; \
                 mv \"$LAB_VAR/audit.json\" \"$3/last-audit.json\"; rm -rf \"$LAB_VAR\"";
    std::fs::create_dir_all(&here).expect("a place for what is kept of a run");
    // What an earlier run has shown says nothing about this one; often there is none.
    drop(std::fs::remove_file(here.join("last-audit.json")));
    let mut watchman = Command::new("setsid");
    watchman.args(["--fork", "bash", "-c", watch, "watchman", &std::process::id().to_string()]);
    watchman.arg(&script).arg(&here);
    watchman.env("LOCALSTACK_PORT", port.to_string()).env("LAB_VAR", &var);
    watchman
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("bash and setsid");

    let started = run("start").output().expect("localstack/lab can be run");
    assert!(
        started.status.success(),
        "LocalStack did not start: {}",
        String::from_utf8_lossy(&started.stderr)
    );
    Lab { endpoint: format!("http://127.0.0.1:{port}"), ca_file: var.join("ca.pem") }
}

/// A place in memory with room for the data of all servers that run at once, if this machine has one. A server is a thousand
/// small files, and ext4 looks for room ever longer where as many were just deleted.
fn in_memory() -> Option<PathBuf> {
    const ROOM_GIB: u64 = 6;
    let place = Path::new("/dev/shm");
    let free = Command::new("df").args(["--output=avail", "--block-size=1G"]).arg(place).output().ok()?;
    let free: u64 = String::from_utf8(free.stdout).ok()?.lines().last()?.trim().parse().ok()?;
    (free >= ROOM_GIB).then(|| place.to_owned())
}

thread_local! {
    static HTTP: reqwest::Client =
        reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("an HTTP client");
    /// The brokers of the story that this thread tells.
    static BROKERS: Brokers = const { Brokers(RefCell::new(Vec::new())) };
}

struct Brokers(RefCell<Vec<String>>);

/// An HTTP client, made once for each story: it reads the certificates of this machine. No connection is used twice, since a
/// broker may be killed between two requests.
pub(crate) fn http() -> reqwest::Client {
    HTTP.with(reqwest::Client::clone)
}

/// Once this story is over, the lab forgets the instances of a broker of this name: otherwise all others see them in every
/// answer, and their servers run on.
pub(crate) fn forget_afterwards(broker: &str) {
    BROKERS.with(|brokers| brokers.0.borrow_mut().push(broker.to_owned()));
}

impl Drop for Brokers {
    fn drop(&mut self) {
        let mut names = self.0.take();
        names.sort_unstable();
        names.dedup();
        let forget = async move || {
            for name in names {
                let url = format!("{}/_localstack/rds-lab/instances?prefix={name}-", lab().endpoint);
                // A lab that is gone has forgotten them.
                drop(reqwest::Client::new().delete(url).send().await);
            }
        };
        // This thread ends, and has no runtime any more.
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build();
        let forgetting = std::thread::spawn(move || runtime().map(|runtime| runtime.block_on(forget())));
        drop(forgetting.join());
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// An access key that was given no role: it may do all.
const ROOT: &str = "test";

fn credentials(access_key: &str) -> Credentials {
    Credentials::new(access_key, "test", None, None, "story")
}

impl Lab {
    /// Puts a fault in the way of calls about things whose name holds `identifier`.
    pub(crate) async fn fault(&self, identifier: &str, fault: Value) {
        let mut fault = fault;
        fault["identifier"] = json!(identifier);
        let url = format!("{}/_localstack/rds-lab/faults", self.endpoint);
        let answer = http().post(url).json(&fault).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    }

    /// Takes away the faults about `identifier`.
    pub(crate) async fn no_more_faults(&self, identifier: &str) {
        let url = format!("{}/_localstack/rds-lab/faults?identifier={identifier}", self.endpoint);
        assert_eq!(http().delete(url).send().await.unwrap().status(), 204);
    }

    /// Makes something happen to the instance of that identifier, or to its next call.
    pub(crate) async fn happens(&self, identifier: &str, what: Value) {
        let mut what = what;
        what["identifier"] = json!(identifier);
        let url = format!("{}/_localstack/rds-lab/happenings", self.endpoint);
        let answer = http().post(url).json(&what).send().await.unwrap();
        assert!(answer.status().is_success(), "{what}: {}", answer.text().await.unwrap());
    }

    /// An instance as RDS describes it.
    pub(crate) async fn describe(&self, identifier: &str) -> aws_sdk_rds::types::DbInstance {
        let call = self.rds().describe_db_instances().db_instance_identifier(identifier);
        call.send().await.unwrap().db_instances()[0].clone()
    }

    /// Names of a broker's parameter groups.
    pub(crate) async fn groups(&self, broker: &str) -> Vec<String> {
        let mut pages = self.rds().describe_db_parameter_groups().into_paginator().items().send();
        let mut groups = Vec::new();
        while let Some(group) = pages.next().await {
            groups.extend(group.unwrap().db_parameter_group_name().map(str::to_owned));
        }
        groups.retain(|name| name.starts_with(&format!("{broker}-")));
        groups
    }

    /// How many faults about `identifier` were not used up.
    pub(crate) async fn faults_left(&self, identifier: &str) -> usize {
        let url = format!("{}/_localstack/rds-lab/faults", self.endpoint);
        let all: Vec<Value> = http().get(url).send().await.unwrap().json().await.unwrap();
        all.iter().filter(|fault| fault["identifier"] == identifier).count()
    }

    /// How many happenings of `identifier` still wait.
    pub(crate) async fn happenings_left(&self, identifier: &str) -> usize {
        let url = format!("{}/_localstack/rds-lab/happenings", self.endpoint);
        let all: Vec<Value> = http().get(url).send().await.unwrap().json().await.unwrap();
        all.iter().filter(|happening| happening["identifier"] == identifier).count()
    }

    pub(crate) fn rds(&self) -> aws_sdk_rds::Client {
        self.rds_as(ROOT)
    }

    /// The same for whoever calls under that access key.
    pub(crate) fn rds_as(&self, access_key: &str) -> aws_sdk_rds::Client {
        let config = aws_sdk_rds::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(&self.endpoint)
            .credentials_provider(credentials(access_key))
            .build();
        aws_sdk_rds::Client::from_conf(config)
    }

    pub(crate) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        self.secrets_as(ROOT)
    }

    /// The same for whoever calls under that access key.
    pub(crate) fn secrets_as(&self, access_key: &str) -> aws_sdk_secretsmanager::Client {
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(&self.endpoint)
            .credentials_provider(credentials(access_key))
            .build();
        aws_sdk_secretsmanager::Client::from_conf(config)
    }

    /// Everything of one broker in AWS: identifiers of instances, names of secrets.
    pub(crate) async fn holds(&self, broker: &str) -> (Vec<String>, Vec<String>) {
        let prefix = format!("{broker}-");
        let mut pages = self.rds().describe_db_instances().into_paginator().items().send();
        let mut instances = Vec::new();
        while let Some(instance) = pages.next().await {
            instances.extend(instance.unwrap().db_instance_identifier().map(str::to_owned));
        }
        instances.retain(|identifier| identifier.starts_with(&prefix));
        let mut pages = self.secrets().list_secrets().include_planned_deletion(true).into_paginator().send();
        let mut secrets = Vec::new();
        while let Some(page) = pages.next().await {
            secrets.extend(
                page.unwrap().secret_list().iter().filter_map(|secret| secret.name().map(str::to_owned)),
            );
        }
        secrets.retain(|name| name.starts_with(&format!("{broker}/")));
        (instances, secrets)
    }
}
