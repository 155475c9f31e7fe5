//! `rds-broker services`: what an operator is told of what the broker owns.

use serde_json::{Value, json};
use uuid::Uuid;

use super::window::{backups, backups_in, window};
use crate::broker::{Broker, booking, eventually};
use crate::lab::lab;

async fn told(broker: &Broker, arguments: &[&str]) -> (Option<i32>, String) {
    let output = broker.command(arguments, &[]).await;
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code(), text)
}

#[tokio::test]
async fn services_are_listed_and_described_in_every_phase_and_no_password_is_shown() {
    let broker = Broker::start().await;
    let (settled, changing, broken) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let bodies = [settled, changing, broken].map(booking);
    for body in &bodies {
        broker.insist("POST", "", Some(body)).await;
    }
    for id in [settled, changing, broken] {
        broker.until_settled(id).await;
    }
    lab().happens(&broker.identifier(broken), json!({"kind": "status", "status": "failed"})).await;
    lab().happens(&broker.identifier(changing), json!({"kind": "stuck"})).await;
    let change = json!({"plan": {"parameters": {"memory": 2000}}});
    assert_eq!(broker.patch(changing, &change).await.status, 204);
    broker.until(changing, "RDS to be at it", |status| status["details"]["ready"] == false).await;

    let (code, list) = told(&broker, &["services", "list"]).await;
    assert_eq!(code, Some(0), "{list}");
    let line = |id: Uuid| list.lines().find(|line| line.contains(&id.to_string())).unwrap().to_owned();
    assert!(line(settled).contains("postgres  available"), "{list}");
    assert!(line(changing).contains("updating") && line(changing).contains("instance class"), "{list}");
    assert!(
        line(broken).contains("failed") && line(broken).contains("RDS gave up on the database"),
        "{list}"
    );

    let (_, json) = told(&broker, &["services", "list", "--json"]).await;
    let all: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 3);
    let one = all.as_array().unwrap().iter().find(|one| one["id"] == changing.to_string()).unwrap();
    let differs = json!({"wished": "db.t4g.small", "actual": "db.t4g.micro"});
    assert_eq!(one["differences"]["instance class"], differs);

    let (code, described) = told(&broker, &["services", "describe", &changing.to_string()]).await;
    assert_eq!(code, Some(0));
    for part in [
        "wished db.t4g.small, has db.t4g.micro",
        "arn:aws:rds:",
        "modifying",
        "codesphere:wish=",
        "codesphere/",
    ] {
        let part = part.replace("codesphere/", &format!("{}/{changing}/", broker.name));
        assert!(described.contains(&part), "{part} is not in\n{described}");
    }
    for body in &bodies {
        for password in body["secrets"].as_object().unwrap().values() {
            let password = password.as_str().unwrap();
            assert!(!(list.clone() + &json + &described).contains(password), "a password is shown");
        }
    }
    let (code, unknown) = told(&broker, &["services", "describe", &Uuid::new_v4().to_string()]).await;
    assert_eq!(code, Some(1));
    assert!(unknown.contains("there is no service"), "{unknown}");
    lab().happens(&broker.identifier(changing), json!({"kind": "recover"})).await;
}

#[tokio::test]
async fn what_the_console_changed_is_told_and_what_rds_does_by_itself_is_not() {
    let broker = Broker::start().await;
    let (changed, grown) = (Uuid::new_v4(), Uuid::new_v4());
    let mut body = booking(changed);
    body["config"] = json!({"version": "17.10", "backupWindow": backups(), "maintenanceWindow": window(12),
        "parameters": {"work_mem": 8192}});
    broker.insist("POST", "", Some(&body)).await;
    let mut body = booking(grown);
    body["config"] = json!({"version": "16.13"});
    broker.insist("POST", "", Some(&body)).await;
    for id in [changed, grown] {
        broker.until_settled(id).await;
    }
    let own = lab().describe(&broker.identifier(changed)).await;
    let own = own.db_parameter_groups()[0].db_parameter_group_name().unwrap().to_owned();
    let console = lab().rds().modify_db_instance().db_instance_identifier(broker.identifier(changed));
    let console = console.preferred_backup_window(backups_in(9)).preferred_maintenance_window(window(0));
    let console = console.db_parameter_group_name("default.postgres17").apply_immediately(true);
    console.send().await.unwrap();
    lab().happens(&broker.identifier(grown), json!({"kind": "autoscale", "gib": 40})).await;
    lab().happens(&broker.identifier(grown), json!({"kind": "minor_upgrade", "version": "16.14"})).await;
    broker
        .until(grown, "RDS to have done both", |status| {
            let details = &status["details"];
            details["allocatedStorage"] == 40 && details["engineVersion"] == "16.14"
        })
        .await;

    let differences = async |id: Uuid| {
        let (_, text) = told(&broker, &["services", "list", "--json"]).await;
        let all: Value = serde_json::from_str(&text).unwrap();
        let one = all.as_array().unwrap().iter().find(|one| one["id"] == id.to_string()).unwrap();
        one["differences"].clone()
    };
    let all = eventually("all three to be told", async || {
        let all = differences(changed).await;
        (all.as_object().unwrap().len() == 3).then_some(all)
    })
    .await;
    assert_eq!(all["backup window"], json!({"wished": backups(), "actual": backups_in(9)}));
    assert_eq!(all["maintenance window"], json!({"wished": window(12), "actual": window(0)}));
    assert_eq!(all["parameter group"]["actual"], "default.postgres17");
    let wished = all["parameter group"]["wished"].as_str().unwrap();
    assert!(own.starts_with(wished.strip_suffix('…').unwrap()), "{wished} is not {own}");
    assert_eq!(differences(grown).await, json!({}), "RDS may grow storage and take minor versions by itself");
}

#[tokio::test]
async fn orphans_are_named_with_the_time_at_which_they_go() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let left_behind = Uuid::new_v4();
    let tag =
        |key: &str, value: &str| aws_sdk_secretsmanager::types::Tag::builder().key(key).value(value).build();
    let name = format!("{}/{left_behind}/0a0a0a0a/user", broker.name);
    let secret = lab().secrets().create_secret().name(&name).secret_string("left-behind");
    let secret = secret.tags(tag("codesphere:broker", &broker.name));
    secret.tags(tag("codesphere:service", &left_behind.to_string())).send().await.unwrap();
    let (code, text) = told(&broker, &["services", "orphans"]).await;
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(text.lines().count(), 2, "what is in use is none: {text}");
    assert!(text.contains(&name) && text.contains(&left_behind.to_string()), "{text}");
    assert!(text.contains("with the sweep after that") && !text.contains("left-behind"), "{text}");
    let gone = lab().secrets().delete_secret().secret_id(&name).force_delete_without_recovery(true);
    gone.send().await.unwrap();
}
