//! `rds-broker services`: what an operator is told of what the broker owns.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::broker::{Broker, booking};
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
