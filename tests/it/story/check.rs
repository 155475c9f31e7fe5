//! `rds-broker check`: a good deployment, and what is told of each thing that can be wrong with one.

use serde_json::{Value, json};

use crate::broker::{Broker, unique_name};
use crate::proxy::Proxy;
use crate::{neighbours, role};

const CATALOG: &str = include_str!("../../../src/model/catalog/default.toml");

/// Who writes what Enhanced Monitoring measures.
const MONITORING: &str = "monitoring.rds.amazonaws.com";

/// What AWS says, and what a proxy tells instead.
type Instead<'a> = &'a [(&'a str, &'a str)];
/// Settings that are other than in a good deployment.
type Changes<'a> = &'a [(&'a str, &'a str)];

async fn deployment() -> Broker {
    let group = neighbours::security_group(Some(neighbours::ENGINES), false).await;
    let monitoring = neighbours::role("monitoring", MONITORING).await;
    assert_eq!(monitoring, role::MONITORING_ROLE);
    let settings = [
        ("BROKER_DB_SUBNET_GROUP", "default"),
        ("BROKER_SECURITY_GROUP_IDS", group.as_str()),
        ("BROKER_KMS_KEY_ID", neighbours::key().await),
        ("BROKER_MONITORING_ROLE_ARN", role::MONITORING_ROLE),
    ];
    Broker::start_with(&unique_name(), &settings).await
}

/// Exit code, and what is wrong: by what was looked at, the fix.
async fn wrong(broker: &Broker, changes: Changes<'_>) -> (Option<i32>, Vec<(String, String)>) {
    found(broker, changes, &json!(false)).await
}

/// Exit code, and what is said with this mark.
async fn found(broker: &Broker, changes: Changes<'_>, ok: &Value) -> (Option<i32>, Vec<(String, String)>) {
    let output = broker.command(&["check", "--json"], changes).await;
    let text = String::from_utf8(output.stdout).unwrap();
    let all: Value = serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
    let found = all.as_array().unwrap().iter().filter(|finding| finding["ok"] == *ok);
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    (output.status.code(), found.map(|finding| (text(finding, "what"), text(finding, "fix"))).collect())
}

#[tokio::test]
async fn of_a_good_deployment_nothing_is_wrong() {
    let broker = deployment().await;
    let output = broker.command(&["check"], &[]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.lines().all(|line| line.starts_with('✓')), "{text}");
    for part in [
        "region",
        "credentials",
        "DB subnet group",
        "security groups",
        "KMS key",
        "monitoring role",
        "quota of DB instances",
        "permission secretsmanager:ListSecrets",
        "versions of mariadb",
        "instance classes of postgres",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[tokio::test]
async fn each_planted_mistake_is_found_alone_and_its_fix_is_named() {
    let broker = deployment().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    assert!(CATALOG.contains("\"17.10\"") && CATALOG.contains("db.t4g.small"));
    let version = file("version.toml", CATALOG.replacen("\"17.10\",", "\"17.10\", \"17.99\",", 1));
    let class = file("class.toml", CATALOG.replace("db.t4g.small", "db.t4g.nano"));
    let closed = neighbours::security_group(Some((22, 22)), false).await;
    let half = neighbours::security_group(Some((5432, 5432)), false).await;
    let elsewhere = neighbours::security_group(Some(neighbours::ENGINES), true).await;
    let disabled = neighbours::disabled_key().await;
    let no_such_key = neighbours::key().await.replace("0f8fad5b", "ffffffff");
    let untrusting = neighbours::role("untrusting", "ec2.amazonaws.com").await;
    let no_such_role = untrusting.replace("untrusting", "nobody");
    let table: [(Changes<'_>, &[&str], &str); 21] = [
        (&[("AWS_REGION", "")], &["region"], "set AWS_REGION"),
        (&[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")], &["AWS"], "reach AWS from here"),
        (&[("AWS_ACCESS_KEY_ID", ""), ("AWS_EC2_METADATA_DISABLED", "true")], &["credentials"], "a role"),
        (&[("BROKER_DB_SUBNET_GROUP", "nowhere")], &["DB subnet group"], "correct BROKER_DB_SUBNET_GROUP"),
        (&[("BROKER_DB_SUBNET_GROUP", "")], &["DB subnet group"], "set BROKER_DB_SUBNET_GROUP"),
        (&[("BROKER_SECURITY_GROUP_IDS", "databases")], &["VPC security groups"], "by their ids"),
        (&[("BROKER_SECURITY_GROUP_IDS", "")], &["VPC security groups"], "set BROKER_SECURITY_GROUP_IDS"),
        (&[("BROKER_SECURITY_GROUP_IDS", "sg-0123456789abcdef0")], &["VPC security groups"], "create it"),
        (&[("BROKER_SECURITY_GROUP_IDS", &closed)], &["VPC security groups"], "TCP 3306 and 5432"),
        (&[("BROKER_SECURITY_GROUP_IDS", &half)], &["VPC security groups"], "add rules for TCP 3306 to"),
        (
            &[("BROKER_SECURITY_GROUP_IDS", &elsewhere)],
            &["VPC security groups"],
            "the DB subnet group is there",
        ),
        (&[("BROKER_KMS_KEY_ID", "my key")], &["KMS key"], "the key's ARN"),
        // The role may look at its own key alone.
        (&[("BROKER_KMS_KEY_ID", &no_such_key)], &["KMS key"], "policies/"),
        (
            &[("BROKER_KMS_KEY_ID", &disabled), ("AWS_ACCESS_KEY_ID", "test")],
            &["KMS key"],
            "enable it in KMS",
        ),
        (
            &[("BROKER_KMS_KEY_ID", &no_such_key), ("AWS_ACCESS_KEY_ID", "test")],
            &["KMS key"],
            "correct BROKER_KMS_KEY_ID",
        ),
        // And at its own role of monitoring.
        (&[("BROKER_MONITORING_ROLE_ARN", &no_such_role)], &["monitoring role"], "policies/"),
        (
            &[("BROKER_MONITORING_ROLE_ARN", &no_such_role), ("AWS_ACCESS_KEY_ID", "test")],
            &["monitoring role"],
            "make the role, or correct BROKER_MONITORING_ROLE_ARN",
        ),
        (
            &[("BROKER_MONITORING_ROLE_ARN", &untrusting), ("AWS_ACCESS_KEY_ID", "test")],
            &["monitoring role"],
            "let monitoring.rds.amazonaws.com assume it",
        ),
        (&[("BROKER_CATALOG", &version)], &["versions of postgres"], "take 17.99 out"),
        (
            &[("BROKER_CATALOG", &class)],
            &["instance classes of postgres", "instance classes of mysql", "instance classes of mariadb"],
            "take db.t4g.nano out",
        ),
        (&[("BROKER_TOKENS_SECRET", "not-there")], &["tokens in Secrets Manager"], "policies/"),
    ];
    for (changes, what, fix) in table {
        let (code, found) = wrong(&broker, changes).await;
        assert_eq!(code, Some(1), "{changes:?}");
        let names: Vec<_> = found.iter().map(|(what, _)| what.as_str()).collect();
        assert_eq!(names, what, "{changes:?}: {found:?}");
        assert!(found.iter().all(|(_, told)| told.contains(fix)), "{changes:?}: {found:?}");
    }
}

/// What the local AWS always has, and an account often lacks: told by a proxy.
#[tokio::test]
async fn an_account_in_which_nothing_more_fits_is_found() {
    let broker = deployment().await;
    let (proxy, url) = Proxy::start().await;
    let table: [(Instead<'_>, &str, &str); 4] = [
        (&[("<Max>1000</Max>", "<Max>0</Max>")], "quota of DB instances", "ask for more DB instances"),
        (
            &[("<Max>1000000</Max>", "<Max>19</Max>")],
            "quota of GiB of storage",
            "ask for more GiB of storage",
        ),
        (
            &[("<Max>50</Max>", "<Max>0</Max>")],
            "quota of DB parameter groups",
            "ask for more DB parameter groups",
        ),
        (
            &[("eu-central-1b", "eu-central-1a"), ("eu-central-1c", "eu-central-1a")],
            "DB subnet group",
            "add subnets in another availability zone",
        ),
    ];
    for (instead, what, fix) in table {
        proxy.tell(instead);
        let (code, found) = wrong(&broker, &[("AWS_ENDPOINT_URL", &url)]).await;
        assert_eq!(code, Some(1), "{what}");
        let [(seen, told)] = &found[..] else { panic!("{what}: {found:?}") };
        assert!(seen == what && told.contains(fix), "{what}: {found:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_neither_right_nor_wrong_and_how_to_look_is_told() {
    let broker = deployment().await;
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain.toml");
    std::fs::write(&plain, CATALOG.replace("encrypted = true", "encrypted = false")).unwrap();
    let (proxy, url) = Proxy::start().await;
    proxy.lose("GetRole");
    let table: [(Changes<'_>, &str, &str); 2] = [
        // The network of the databases often leads to no IAM.
        (&[("AWS_ENDPOINT_URL", &url)], "monitoring role", "look yourself whether"),
        // Whether the role may make such instances shows only when it makes one.
        (&[("BROKER_CATALOG", plain.to_str().unwrap())], "storage encryption", "broker-unencrypted.json"),
    ];
    for (changes, what, fix) in table {
        let (code, unknown) = found(&broker, changes, &Value::Null).await;
        assert_eq!(code, Some(0), "{what}");
        let [(seen, told)] = &unknown[..] else { panic!("{what}: {unknown:?}") };
        assert!(seen == what && told.contains(fix), "{what}: {unknown:?}");
        let table = broker.command(&["check"], changes).await;
        assert!(String::from_utf8(table.stdout).unwrap().contains(&format!("? {what}")));
    }
}

/// A new account has none; the local AWS has those of the engines.
#[tokio::test]
async fn in_an_account_without_parameter_groups_it_is_told_how_to_look_for_the_permission_on_their_tags() {
    let broker = deployment().await;
    let (proxy, url) = Proxy::start().await;
    proxy.tell(&[("<DBParameterGroup>", "<Nothing>"), ("</DBParameterGroup>", "</Nothing>")]);
    let (code, unknown) = found(&broker, &[("AWS_ENDPOINT_URL", &url)], &Value::Null).await;
    assert_eq!(code, Some(0), "{unknown:?}");
    let [(what, look)] = &unknown[..] else { panic!("{unknown:?}") };
    assert_eq!(what, "permission rds:ListTagsForResource");
    assert!(look.contains("ReadOwnParameterGroups") && look.contains("look yourself"), "{look}");
}

#[tokio::test]
async fn each_permission_that_is_missing_is_named() {
    let broker = deployment().await;
    let table = [
        ("ObserveInstances", "credentials"),
        ("FindOrphanedParameterGroups", "permission rds:DescribeDBParameterGroups"),
        ("ReadOwnParameterGroups", "permission rds:DescribeDBParameters"),
        ("ReadOwnParameterGroups", "permission rds:ListTagsForResource"),
        ("LearnWhyAndWhatIsOffered", "permission rds:DescribeEvents"),
        ("LearnWhyAndWhatIsOffered", "versions of mysql"),
        ("SeeWhetherAPasswordIsLost", "permission secretsmanager:DescribeSecret"),
        ("CheckTheSecurityGroups", "VPC security groups"),
        ("CheckTheKey", "KMS key"),
        ("CheckTheMonitoringRole", "monitoring role"),
        ("FindFinalSnapshots", "permission rds:DescribeDBSnapshots"),
        ("FindOrphanedPasswords", "permission secretsmanager:ListSecrets"),
        ("CheckTheSubnetGroup", "DB subnet group"),
        ("CheckQuotasAndWhatCanBeOrdered", "quotas"),
    ];
    for (number, (sid, what)) in table.into_iter().enumerate() {
        let name = format!("{}{number}", broker.name);
        let mut policies: Vec<Value> =
            role::POLICIES.iter().map(|(_, policy)| role::rendered(policy, &broker.name)).collect();
        for policy in &mut policies {
            policy["Statement"].as_array_mut().unwrap().retain(|statement| statement["Sid"] != sid);
        }
        let key = role::access_key(&name);
        role::give_policies(&name, &key, &policies).await;
        let (code, found) = wrong(&broker, &[("AWS_ACCESS_KEY_ID", &key)]).await;
        assert_eq!(code, Some(1), "{sid}");
        assert!(
            found.iter().any(|(seen, fix)| seen == what && fix.contains("policies/")),
            "{sid}: {found:?}"
        );
        let others = found.iter().filter(|(seen, _)| seen.starts_with("instance classes"));
        assert_eq!(others.count() > 0, sid == "CheckQuotasAndWhatCanBeOrdered", "{sid}: {found:?}");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named_before_anything_is_asked() {
    let broker = deployment().await;
    for (variable, value) in
        [("BROKER_TOKENS", ""), ("BROKER_DB_CA_FILE", "/nowhere"), ("BROKER_RDS_BURST", "0")]
    {
        let output = broker.command(&["check"], &[(variable, value)]).await;
        assert_eq!(output.status.code(), Some(64), "{variable}");
        assert!(String::from_utf8(output.stderr).unwrap().contains(variable));
    }
}
