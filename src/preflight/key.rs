//! The KMS key that storage and secrets are encrypted with.

use super::Finding;
use crate::aws::{Aws, Key};
use crate::config::Config;

const WHAT: &str = "KMS key";

pub(super) async fn check(aws: &Aws, config: &Config) -> Finding {
    let Some(id) = &config.kms_key_id else { return Finding::fine(WHAT, "AWS's own keys") };
    if !names_a_key(id) {
        let fix = "give BROKER_KMS_KEY_ID the key's ARN: what is set is neither ARN, nor id, nor alias";
        return Finding::wrong(WHAT, "it is no key", fix);
    }
    match aws.key(id).await {
        Ok(Some(key)) => judge(id, &key),
        Ok(None) => {
            let fix = "correct BROKER_KMS_KEY_ID: the ARN of a key in the region of the databases";
            Finding::wrong(WHAT, "there is no such key", fix)
        }
        Err(failure) => Finding::failed(WHAT, &failure),
    }
}

/// An ARN of KMS's, an alias, a key of several regions, or a UUID (KMS developer guide, "Key identifiers").
fn names_a_key(id: &str) -> bool {
    let is_arn = id.starts_with("arn:") && id.split(':').nth(2) == Some("kms");
    is_arn || id.starts_with("alias/") || id.starts_with("mrk-") || uuid::Uuid::try_parse(id).is_ok()
}

fn judge(id: &str, key: &Key) -> Finding {
    if key.key_spec != "SYMMETRIC_DEFAULT" || key.key_usage != "ENCRYPT_DECRYPT" {
        let fix =
            "give BROKER_KMS_KEY_ID a symmetric key for encryption: RDS and Secrets Manager take no other";
        return Finding::wrong(WHAT, format!("it is {} for {}", key.key_spec, key.key_usage), fix);
    }
    match key.key_state.as_str() {
        "Enabled" => Finding::fine(WHAT, format!("{id}, enabled")),
        "PendingDeletion" => {
            let fix =
                "cancel its deletion and enable it now: with it every database that it encrypts is lost";
            Finding::wrong(WHAT, "it is scheduled for deletion", fix)
        }
        state => Finding::wrong(
            WHAT,
            format!("its state is {state}"),
            "enable it in KMS, and look who disabled it",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_as_kms_does() {
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        for good in [
            uuid,
            "alias/databases",
            "mrk-1234",
            &format!("arn:aws:kms:eu-central-1:123456789012:key/{uuid}"),
        ] {
            assert!(names_a_key(good), "{good}");
        }
        for bad in ["my key", "arn:aws:s3:::bucket", "databases"] {
            assert!(!names_a_key(bad), "{bad}");
        }
    }

    #[test]
    fn a_key_must_be_enabled_and_of_the_kind_that_rds_takes() {
        let fix = |state: &str, spec: &str| {
            let (key_state, key_spec) = (state.to_owned(), spec.to_owned());
            judge("1", &Key { key_state, key_spec, key_usage: "ENCRYPT_DECRYPT".to_owned() }).fix
        };
        assert_eq!(fix("Enabled", "SYMMETRIC_DEFAULT"), None);
        assert!(fix("Disabled", "SYMMETRIC_DEFAULT").unwrap().starts_with("enable it"));
        assert!(fix("PendingDeletion", "SYMMETRIC_DEFAULT").unwrap().starts_with("cancel"));
        assert!(fix("Enabled", "RSA_4096").unwrap().contains("symmetric"));
    }
}
