//! What a role that was taken could do to what is not the broker's, below the broker's own names: nothing. Asked of AWS itself, since
//! the broker does not even try.

use std::fmt::Debug;

use aws_sdk_rds::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_rds::types::Tag;
use aws_sdk_secretsmanager::types::Tag as SecretTag;
use uuid::Uuid;

use crate::broker::{eventually, unique_name};
use crate::lab::{forget_afterwards, lab};
use crate::role;

const MARK: &str = "codesphere:broker";

/// Refused by IAM, and by nothing else.
fn refused<T: Debug, E: ProvideErrorMetadata + Debug, R: Debug>(
    call: &str,
    outcome: Result<T, SdkError<E, R>>,
) {
    let error = outcome.expect_err(call);
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).map(str::to_owned);
    assert!(matches!(code.as_deref(), Some("AccessDenied" | "AccessDeniedException")), "{call}: {error:?}");
}

/// Nobody's, and another broker's.
fn marks() -> [Option<&'static str>; 2] {
    [None, Some("another")]
}

#[tokio::test]
async fn an_instance_without_the_brokers_tag_is_not_the_roles_to_change_or_delete() {
    let name = unique_name();
    role::give(&name).await;
    forget_afterwards(&name);
    let rds = lab().rds_as(&role::access_key(&name));
    for mark in marks() {
        let identifier = format!("{name}-{}", Uuid::new_v4());
        let tag = |value: &str| Tag::builder().key(MARK).value(value).build();
        let create = lab().rds().create_db_instance().db_instance_identifier(&identifier);
        let create = create.db_instance_class("db.t4g.micro").engine("postgres").allocated_storage(20);
        // Without backups it rests as soon as it is there.
        let create = create.set_tags(mark.map(|value| vec![tag(value)])).backup_retention_period(0);
        create.master_username("someone").master_user_password("someone-else-1").send().await.unwrap();
        eventually("the instance of someone else to be made", async || {
            let seen = lab().describe(&identifier).await;
            (seen.db_instance_status() == Some("available")).then_some(seen)
        })
        .await;
        let before = lab().describe(&identifier).await;

        let modify = || rds.modify_db_instance().db_instance_identifier(&identifier).apply_immediately(true);
        refused("grow", modify().allocated_storage(40).send().await);
        refused("publish", modify().publicly_accessible(true).send().await);
        refused("set a password", modify().master_user_password("taken-over-1").send().await);
        refused("reboot", rds.reboot_db_instance().db_instance_identifier(&identifier).send().await);
        refused("start", rds.start_db_instance().db_instance_identifier(&identifier).send().await);
        let delete = || rds.delete_db_instance().db_instance_identifier(&identifier);
        refused("delete", delete().skip_final_snapshot(true).send().await);
        let snapshot = format!("{identifier}-final");
        refused("delete with a snapshot", delete().final_db_snapshot_identifier(snapshot).send().await);
        let arn = before.db_instance_arn().unwrap();
        let wish = Tag::builder().key("codesphere:deleting").value("yes").build();
        refused("write a wish", rds.add_tags_to_resource().resource_name(arn).tags(wish).send().await);
        let keys = rds.remove_tags_from_resource().resource_name(arn).tag_keys(MARK);
        refused("take a tag away", keys.send().await);
        if mark.is_some() {
            let adopt = rds.add_tags_to_resource().resource_name(arn).tags(tag(&name));
            refused("adopt what is another broker's", adopt.send().await);
        }
        assert_eq!(lab().describe(&identifier).await, before);
    }
}

#[tokio::test]
async fn a_parameter_group_without_the_brokers_tag_is_not_the_roles_to_change_or_delete() {
    let name = unique_name();
    role::give(&name).await;
    let rds = lab().rds_as(&role::access_key(&name));
    for mark in marks() {
        let group = format!("{name}-{}-0a0a0a0a-postgres17", Uuid::new_v4());
        let tags = mark.map(|value| vec![Tag::builder().key(MARK).value(value).build()]);
        let create = lab().rds().create_db_parameter_group().db_parameter_group_name(&group);
        let create = create.db_parameter_group_family("postgres17").description("someone's").set_tags(tags);
        create.send().await.unwrap();

        let parameter = aws_sdk_rds::types::Parameter::builder().parameter_name("work_mem");
        let parameter = parameter.parameter_value("8192").apply_method("immediate".into()).build();
        let modify = rds.modify_db_parameter_group().db_parameter_group_name(&group);
        refused("fill", modify.parameters(parameter).send().await);
        let reset = rds.reset_db_parameter_group().db_parameter_group_name(&group);
        refused("empty", reset.reset_all_parameters(true).send().await);
        refused("delete", rds.delete_db_parameter_group().db_parameter_group_name(&group).send().await);
        assert_eq!(lab().groups(&name).await, [group.as_str()]);
        lab().rds().delete_db_parameter_group().db_parameter_group_name(group).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_secret_without_the_brokers_tag_is_not_the_roles_to_read_write_or_delete() {
    let name = unique_name();
    role::give(&name).await;
    let secrets = lab().secrets_as(&role::access_key(&name));
    for mark in marks() {
        let secret = format!("{name}/{}/inc/user", Uuid::new_v4());
        let tags = mark.map(|value| vec![SecretTag::builder().key(MARK).value(value).build()]);
        let create = lab().secrets().create_secret().name(&secret).secret_string("theirs").set_tags(tags);
        create.send().await.unwrap();

        refused("read", secrets.get_secret_value().secret_id(&secret).send().await);
        refused("write", secrets.put_secret_value().secret_id(&secret).secret_string("ours").send().await);
        refused("update", secrets.update_secret().secret_id(&secret).secret_string("ours").send().await);
        let delete = secrets.delete_secret().secret_id(&secret);
        refused("delete", delete.force_delete_without_recovery(true).send().await);
        if mark.is_some() {
            let ours = SecretTag::builder().key(MARK).value(&name).build();
            let adopt = secrets.tag_resource().secret_id(&secret).tags(ours).send().await;
            refused("adopt what is another broker's", adopt);
        }
        let kept = lab().secrets().get_secret_value().secret_id(&secret).send().await.unwrap();
        assert_eq!(kept.secret_string(), Some("theirs"));
        let delete = lab().secrets().delete_secret().secret_id(&secret);
        delete.force_delete_without_recovery(true).send().await.unwrap();
    }
}
