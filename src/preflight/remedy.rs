//! What to do about a call that failed, by what its failure says of the deployment.

use crate::aws::{Cause, Failure};

/// Wire codes that say that AWS does not know who is calling.
const CREDENTIALS: [&str; 8] = [
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "ExpiredTokenException",
    "MissingAuthenticationToken",
    "AuthFailure",
    "OptInRequired",
];

/// A sentence for whoever runs the broker.
pub(super) fn of(failure: &Failure) -> String {
    if failure.lacks_credentials() {
        return "give the process a role (task role, IRSA, or the instance's), or keys in its environment"
            .to_owned();
    }
    if CREDENTIALS.iter().any(|code| failure.is_code(code)) {
        return "AWS does not accept the credentials: give the process its role again (task role, IRSA, or the instance's), and look at the clock of the machine".to_owned();
    }
    let operation = failure.operation();
    match failure.cause {
        Cause::Denied | Cause::TagsUnknown => format!(
            "allow it to the broker's role: attach the policies of policies/, rendered for this broker, and look whether a boundary or an organisation's policy forbids {operation}"
        ),
        Cause::Throttled => {
            "AWS is limiting calls: try again later, or lower BROKER_RDS_CALLS_PER_SECOND where it is RDS"
                .to_owned()
        }
        Cause::Unavailable if failure.was_answered() => {
            format!("try again later: AWS was reached, and failed at {operation} itself")
        }
        Cause::Unavailable => format!(
            "reach AWS from here: {operation} got no answer from it; it takes a way to RDS, Secrets Manager, EC2 and, with a key of your own, KMS (VPC endpoints with private DNS, or NAT)"
        ),
        Cause::Misconfigured => format!(
            "correct the setting that names it, or mend what it names: for {operation} AWS cannot find or use a subnet group, a security group, a role or a key (is the key enabled, and allowed to the role?)"
        ),
        Cause::Rejected => format!(
            "correct the setting or the entry of the catalogue that AWS speaks of: it understood {operation} and does not take what it says"
        ),
        Cause::NotFound => format!(
            "create it, or correct the setting that names it: {operation} found nothing of that name in this region and account"
        ),
        Cause::MarkedForDeletion => {
            "bring the secret back before it is gone: aws secretsmanager restore-secret".to_owned()
        }
        Cause::Quota => "ask for more in Service Quotas, for this region".to_owned(),
        Cause::Capacity => {
            "try again later, or take out of the catalogue what AWS has no room for".to_owned()
        }
        Cause::AlreadyExists
        | Cause::Busy
        | Cause::AlreadyDeleting
        | Cause::StorageLocked
        | Cause::NothingToChange
        | Cause::StaticParameter => {
            format!("try again in some minutes: what {operation} is about is being changed")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: &str, message: &str) -> String {
        of(&Failure::answered("DescribeKey", 400, Some(code), Some(message)))
    }

    #[test]
    fn only_who_got_no_answer_is_told_to_reach_aws() {
        let silent = Failure::unreachable("DescribeKey", "connection refused".into());
        assert!(of(&silent).starts_with("reach AWS from here: DescribeKey "));
        // What stands in between has answered: a proxy.
        let between = Failure::answered("DescribeKey", 502, None, None);
        assert!(of(&between).starts_with("reach AWS from here: "));
        let codes = [
            "AccessDenied",
            "Throttling",
            "InternalFailure",
            "KMSKeyNotAccessibleFault",
            "DecryptionFailure",
            "ValidationException",
            "InvalidParameterValue",
            "ResourceNotFoundException",
            "InstanceQuotaExceeded",
            "InsufficientDBInstanceCapacity",
            "InvalidDBInstanceState",
            "ExpiredToken",
        ];
        for code in codes {
            assert!(!answered(code, "").contains("reach AWS"), "{code}: {}", answered(code, ""));
        }
    }

    #[test]
    fn each_kind_of_failure_has_the_fix_that_helps() {
        let table = [
            ("AccessDenied", "", "attach the policies"),
            ("ThrottlingException", "", "try again later, or lower BROKER_RDS_CALLS_PER_SECOND"),
            ("InternalFailure", "", "try again later: AWS was reached"),
            ("DBSubnetGroupNotFoundFault", "", "correct the setting that names it"),
            ("DecryptionFailure", "", "is the key enabled"),
            ("ValidationException", "Invalid keyId 'a key'", "does not take what it says"),
            ("InvalidParameterCombination", "Cannot find version 9.5", "entry of the catalogue"),
            ("ResourceNotFoundException", "", "found nothing of that name"),
            ("InvalidRequestException", "it was marked for deletion", "restore-secret"),
            ("LimitExceededException", "", "Service Quotas"),
            ("InvalidClientTokenId", "", "does not accept the credentials"),
        ];
        for (code, message, fix) in table {
            assert!(answered(code, message).contains(fix), "{code}: {}", answered(code, message));
        }
    }
}
