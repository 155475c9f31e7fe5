//! Every broker of the stories runs as the role that is deployed: with the policies of `policies/`, rendered for its name
//! as Terraform does it. The local AWS refuses what they do not allow. The tests' own calls are root's.

use serde_json::{Value, json};

use crate::lab::{REGION, http, lab, setting};
use crate::neighbours::KEY;

/// The documents of the broker's role; those of KMS and of monitoring are for deployments that use them.
pub(crate) const POLICIES: [(&str, &str); 5] = [
    ("broker-read", include_str!("../../policies/broker-read.json")),
    ("broker-lifecycle", include_str!("../../policies/broker-lifecycle.json")),
    ("broker-secrets", include_str!("../../policies/broker-secrets.json")),
    ("broker-kms", include_str!("../../policies/broker-kms.json")),
    ("broker-monitoring", include_str!("../../policies/broker-monitoring.json")),
];
/// What a role needs besides, to book databases whose storage is not encrypted.
pub(crate) const UNENCRYPTED: &str = include_str!("../../policies/broker-unencrypted.json");
/// The role of Enhanced Monitoring that a broker may pass to RDS.
pub(crate) const MONITORING_ROLE: &str = "arn:aws:iam::000000000000:role/monitoring";
const ACCOUNT: &str = "000000000000";

/// The access key under which a broker of this name calls.
pub(crate) fn access_key(name: &str) -> String {
    format!("ROLE{name}")
}

/// A policy for a broker of this name.
pub(crate) fn rendered(policy: &str, name: &str) -> Value {
    let values = [
        ("partition", "aws".to_owned()),
        ("region", REGION.to_owned()),
        ("account", ACCOUNT.to_owned()),
        ("prefix", name.to_owned()),
        ("subnet_group", "default".to_owned()),
        ("kms_key_arn", format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY}")),
        ("monitoring_role_arn", MONITORING_ROLE.to_owned()),
        // Terraform fills in the whole ARN; its end is not known before the secret is made.
        ("token_secret_arn", format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-tokens-*")),
    ];
    let mut text = policy.to_owned();
    for (placeholder, value) in values {
        text = text.replace(&format!("${{{placeholder}}}"), &value);
    }
    assert!(!text.contains("${"), "a placeholder that nobody fills: {text}");
    let mut policy = serde_json::from_str(&text).unwrap();
    if let Some(taken) = setting("STORY_WITHOUT") {
        let (sid, action) = taken.split_once(':').expect("STORY_WITHOUT is a Sid, a colon and an action");
        take_out(&mut policy, sid, action);
    }
    policy
}

/// Takes one action out of one statement: `make policies` shows what story then fails.
fn take_out(policy: &mut Value, sid: &str, action: &str) {
    let statements = policy["Statement"].as_array_mut().unwrap();
    for statement in statements.iter_mut().filter(|statement| statement["Sid"] == sid) {
        let actions =
            statement["Action"].as_array().cloned().unwrap_or_else(|| vec![statement["Action"].clone()]);
        statement["Action"] = actions.into_iter().filter(|each| each != action).collect();
    }
    statements.retain(|statement| statement["Action"].as_array().is_none_or(|actions| !actions.is_empty()));
}

/// Lets a broker of this name do what its policies say, and nothing else.
pub(crate) async fn give(name: &str) {
    let policies: Vec<Value> = POLICIES.iter().map(|(_, policy)| rendered(policy, name)).collect();
    give_policies(name, &access_key(name), &policies).await;
}

/// Gives an access key a role with these policies.
pub(crate) async fn give_policies(name: &str, access_key: &str, policies: &[Value]) {
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/story");
    let mut body = json!({"accessKeyId": access_key, "arn": arn, "policies": policies});
    // A test's thread bears its name, unless all run on one.
    let thread = std::thread::current();
    if let Some(story) = thread.name().filter(|name| name.contains("::")) {
        body["story"] = json!(story);
    }
    let url = format!("{}/_localstack/rds-lab/iam/roles", lab().endpoint);
    let answer = http().post(url).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 204, "{}", answer.text().await.unwrap());
}
