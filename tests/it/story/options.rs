//! What config can set about the instance: standby, backups, windows, protection.

use serde_json::json;
use uuid::Uuid;

use crate::broker::{Broker, booking, unique_name};
use crate::lab::lab;

#[tokio::test]
async fn options_are_set_at_booking_changed_and_given_back() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({
        "multiAz": true, "backupRetentionDays": 3, "backupWindow": "03:00-03:30",
        "maintenanceWindow": "Sun:05:00-Sun:06:00", "deletionProtection": true,
    });
    let status = broker.book(id, &body).await;
    assert_eq!(status["config"], body["config"], "echoed exactly as sent");
    assert_eq!(status.get("error"), None);
    let identifier = broker.identifier(id);
    let seen = lab().describe(&identifier).await;
    assert_eq!((seen.multi_az(), seen.backup_retention_period()), (Some(true), Some(3)));
    assert_eq!(seen.preferred_backup_window(), Some("03:00-03:30"));
    assert_eq!(seen.preferred_maintenance_window(), Some("sun:05:00-sun:06:00"));
    assert_eq!(seen.deletion_protection(), Some(true));

    let change = json!({"config": {
        "multiAz": false, "backupRetentionDays": 0, "backupWindow": "01:00-02:00",
        "maintenanceWindow": "mon:05:00-mon:06:00", "deletionProtection": null,
    }});
    let status = broker.change(id, &change).await;
    let seen = lab().describe(&identifier).await;
    assert_eq!((seen.multi_az(), seen.backup_retention_period()), (Some(false), Some(0)));
    assert_eq!(seen.preferred_backup_window(), Some("01:00-02:00"));
    assert_eq!(seen.preferred_maintenance_window(), Some("mon:05:00-mon:06:00"));
    assert_eq!(seen.deletion_protection(), Some(false), "the catalogue's default");
    assert!(status["config"].get("deletionProtection").is_none(), "null is no value to be echoed");

    // Each would overlap what the other was: RDS must be sent both at once.
    let moved =
        json!({"config": {"backupWindow": "05:00-05:30", "maintenanceWindow": "mon:01:00-mon:02:00"}});
    let status = broker.change(id, &moved).await;
    assert_eq!(status.get("error"), None);
    let seen = lab().describe(&identifier).await;
    assert_eq!(seen.preferred_backup_window(), Some("05:00-05:30"));
    assert_eq!(seen.preferred_maintenance_window(), Some("mon:01:00-mon:02:00"));

    // Windows must not overlap, with each other or with what RDS has.
    let overlap = broker.patch(id, &json!({"config": {"backupWindow": "01:30-02:30"}})).await;
    assert_eq!(
        (overlap.status, overlap.body["details"][0]["path"].as_str()),
        (400, Some("config.backupWindow"))
    );
    broker.assert_aws_holds(&[id]).await;
}

#[tokio::test]
async fn what_someone_changes_in_the_console_shows_in_config_and_a_patch_puts_it_back() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"] = json!({"multiAz": false, "backupWindow": "03:00-03:30"});
    broker.book(id, &body).await;
    let identifier = broker.identifier(id);
    let console = lab().rds();
    let change = console.modify_db_instance().db_instance_identifier(&identifier).apply_immediately(true);
    let change = change.multi_az(true).deletion_protection(true).preferred_backup_window("09:00-09:30");
    change.send().await.unwrap();

    let drifted = json!({"multiAz": true, "backupWindow": "09:00-09:30", "deletionProtection": true});
    let status = broker.until(id, "the drift to show", |status| status["config"] == drifted).await;
    let error = status["error"].as_str().unwrap();
    assert!(
        error.contains("Multi-AZ is on") && error.contains("the backup window is 09:00-09:30"),
        "{error}"
    );

    assert_eq!(broker.patch(id, &json!({"config": body["config"]})).await.status, 204);
    let status = broker.until_settled(id).await;
    assert_eq!(status["config"], body["config"]);
    assert_eq!(status.get("error"), None);
    let seen = lab().describe(&identifier).await;
    assert_eq!((seen.multi_az(), seen.deletion_protection()), (Some(false), Some(false)));
    assert_eq!(seen.preferred_backup_window(), Some("03:00-03:30"));
}

#[tokio::test]
async fn protection_asked_for_by_a_user_does_not_keep_the_platform_from_deleting() {
    let broker = Broker::start().await;
    let id = Uuid::new_v4();
    let mut body = booking(id);
    body["config"]["deletionProtection"] = json!(true);
    broker.book(id, &body).await;
    assert_eq!(broker.delete(id).await.status, 204);
    broker.until_gone(id).await;
    broker.assert_aws_holds(&[]).await;
}

#[tokio::test]
async fn new_instances_are_monitored_where_the_settings_say_so() {
    let settings = [
        ("BROKER_MONITORING_ROLE_ARN", crate::role::MONITORING_ROLE),
        ("BROKER_MONITORING_INTERVAL_SECONDS", "15"),
    ];
    let broker = Broker::start_with(&unique_name(), &settings).await;
    let id = Uuid::new_v4();
    broker.book(id, &booking(id)).await;
    let seen = lab().describe(&broker.identifier(id)).await;
    assert_eq!(seen.monitoring_interval(), Some(15));
    assert_eq!(seen.monitoring_role_arn(), Some(crate::role::MONITORING_ROLE));
}
