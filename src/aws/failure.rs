//! Every way an AWS call can fail, as what it means to the broker.
//!
//! RDS and Secrets Manager are told apart by their wire codes, as strings: many are missing from
//! the SDK's typed errors. AWS's own messages are scrubbed here, in one place, before anyone sees them.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::{Error, Kind};

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Too many calls in this account; a 4xx on the wire.
    Throttled,
    /// AWS failed, or could not be reached or understood.
    Unavailable,
    /// The broker's role, key or account set-up does not allow it.
    Denied,
    /// The same, but maybe for the moment only: AWS may not know yet the tags by which it permits it.
    TagsUnknown,
    /// What the call is about does not exist.
    NotFound,
    /// The name is taken.
    AlreadyExists,
    /// Not in this state of the instance; later.
    Busy,
    /// The deletion is under way already.
    AlreadyDeleting,
    /// A secret that is scheduled for deletion.
    MarkedForDeletion,
    /// The last storage change is still being optimised.
    StorageLocked,
    /// Nothing in the call differs from what is.
    NothingToChange,
    /// A server parameter takes a reboot.
    StaticParameter,
    /// A quota of the account.
    Quota,
    /// AWS has no capacity for this class at the moment.
    Capacity,
    /// A part of the broker's own configuration does not exist (subnet group, security group, key).
    Misconfigured,
    /// RDS does not take these values.
    Rejected,
}

impl Cause {
    /// Its name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Denied => "denied",
            Self::TagsUnknown => "tags-unknown",
            Self::NotFound => "not-found",
            Self::AlreadyExists => "already-exists",
            Self::Busy => "busy",
            Self::AlreadyDeleting => "already-deleting",
            Self::MarkedForDeletion => "marked-for-deletion",
            Self::StorageLocked => "storage-locked",
            Self::NothingToChange => "nothing-to-change",
            Self::StaticParameter => "static-parameter",
            Self::Quota => "quota",
            Self::Capacity => "capacity",
            Self::Misconfigured => "misconfigured",
            Self::Rejected => "rejected",
        }
    }
}

/// What a failed call left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// AWS answered that it did nothing.
    Nothing,
    /// It may have been carried out: observe again.
    Maybe,
}

/// A failed AWS call.
#[derive(Debug)]
pub struct Failure {
    /// What it means.
    pub cause: Cause,
    /// What it left behind.
    pub left: Left,
    operation: &'static str,
    code: Option<String>,
    message: Option<String>,
    source: Box<dyn StdError + Send + Sync>,
}

/// The result of one AWS call.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// Classifies what the SDK reports of a call to `operation`.
    pub fn of<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let code = error.code().map(str::to_owned);
        let message = error.message().map(scrub);
        let server_fault = error.raw_response().is_some_and(|response| response.status().is_server_error());
        let cause = match (&error, code.as_deref()) {
            (SdkError::ServiceError(_), Some(code)) => {
                classify(code, error.message().unwrap_or_default(), server_fault)
            }
            (SdkError::ConstructionFailure(_), _) => Cause::Rejected,
            _ => Cause::Unavailable,
        };
        let answered = matches!(error, SdkError::ServiceError(_) | SdkError::ConstructionFailure(_));
        let left = if answered && cause != Cause::Unavailable { Left::Nothing } else { Left::Maybe };
        Self { cause, left, operation, code, message, source: Box::new(error) }
    }

    /// An answer that lacks what every such answer has.
    #[must_use]
    pub fn incomplete(operation: &'static str, what: &'static str) -> Self {
        Self::unreachable(operation, format!("the answer has no {what}").into())
    }

    /// A refusal outside the SDK: its HTTP status, wire code and message.
    #[must_use]
    pub(crate) fn answered(
        operation: &'static str,
        status: u16,
        code: Option<&str>,
        message: Option<&str>,
    ) -> Self {
        let text = message.unwrap_or_default();
        let cause = code.map_or(Cause::Unavailable, |code| classify(code, text, status >= 500));
        let source = format!("answered with {status}").into();
        let (code, message) = (code.map(str::to_owned), message.map(scrub));
        Self { cause, left: Left::Nothing, operation, code, message, source }
    }

    /// A call outside the SDK that got no answer, or none that can be understood.
    #[must_use]
    pub(crate) fn unreachable(operation: &'static str, source: Box<dyn StdError + Send + Sync>) -> Self {
        let (code, message) = (None, None);
        Self { cause: Cause::Unavailable, left: Left::Maybe, operation, code, message, source }
    }

    /// The same failure, once it is known what it means.
    #[must_use]
    pub fn meaning(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    /// The same failure, where an earlier try may have left more behind than the last.
    #[must_use]
    pub fn leaving(self, left: Left) -> Self {
        Self { left, ..self }
    }

    /// The same failure about something young, where `young`: AWS may not know its tags yet, by which it permits what the
    /// broker does, and refuses only for the moment.
    #[must_use]
    pub fn about_young(self, young: bool) -> Self {
        if young && self.cause == Cause::Denied { self.meaning(Cause::TagsUnknown) } else { self }
    }

    /// Whether the same call may simply be made again later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self.cause, Cause::Throttled | Cause::Unavailable)
    }

    /// The scrubbed message of AWS, or its code, for a sentence to the user.
    #[must_use]
    pub fn reason(&self) -> String {
        self.message.clone().or_else(|| self.code.clone()).unwrap_or_else(|| "no reason given".to_owned())
    }

    /// Whether AWS answered with this wire code.
    #[must_use]
    pub fn is_code(&self, code: &str) -> bool {
        self.code.as_deref().is_some_and(|own| own.strip_suffix("Fault").unwrap_or(own) == code)
    }

    /// Whether AWS itself answered: what stands between has no codes of AWS's.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        self.code.is_some()
    }

    /// Whether there was nothing to sign the call with.
    #[must_use]
    pub fn lacks_credentials(&self) -> bool {
        let mut next: Option<&(dyn StdError + 'static)> = Some(&*self.source);
        while let Some(error) = next {
            if error.is::<aws_credential_types::provider::error::CredentialsError>() {
                return true;
            }
            next = error.source();
        }
        false
    }

    /// The call that failed.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }
}

/// What a wire code means. Sources: RDS and Secrets Manager API references ("Errors"), and the
/// error mappings of CloudFormation's and Terraform's RDS handlers.
fn classify(code: &str, message: &str, server_fault: bool) -> Cause {
    let code = code.strip_suffix("Fault").unwrap_or(code);
    match code {
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
            Cause::Throttled
        }
        "AccessDenied"
        | "AccessDeniedException"
        | "NotAuthorized"
        | "UnauthorizedOperation"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "MissingAuthenticationToken"
        | "AuthFailure"
        | "OptInRequired" => Cause::Denied,
        "DBInstanceNotFound" | "DBSnapshotNotFound" | "ResourceNotFoundException" => Cause::NotFound,
        "DBInstanceAlreadyExists"
        | "DBSnapshotAlreadyExists"
        | "DBParameterGroupAlreadyExists"
        | "ResourceExistsException" => Cause::AlreadyExists,
        // The text is no contract, but there is no other way to know.
        "InvalidDBInstanceState" if message.contains("already being deleted") => Cause::AlreadyDeleting,
        "InvalidDBInstanceState" | "InvalidDBSnapshotState" | "InvalidDBParameterGroupState" => Cause::Busy,
        "InvalidRequestException" if message.contains("deletion") || message.contains("deleted") => {
            Cause::MarkedForDeletion
        }
        "InvalidParameterCombination" if message.contains("being optimized") => Cause::StorageLocked,
        "InvalidParameterCombination" if message.contains("immediate apply method for static") => {
            Cause::StaticParameter
        }
        // The first instance of an account, before IAM knows the role everywhere.
        "InvalidParameterValue" if message.contains("service linked role") => Cause::Unavailable,
        "InvalidParameterValue" if message.contains("ENHANCED_MONITORING") => Cause::Misconfigured,
        "InvalidParameterCombination" if message.starts_with("No modifications were requested") => {
            Cause::NothingToChange
        }
        "InstanceQuotaExceeded"
        | "StorageQuotaExceeded"
        | "SnapshotQuotaExceeded"
        | "DBInstanceAutomatedBackupQuotaExceeded"
        | "DBParameterGroupQuotaExceeded"
        | "LimitExceededException" => Cause::Quota,
        "InsufficientDBInstanceCapacity" | "ProvisionedIopsNotAvailableInAZ" => Cause::Capacity,
        "DBSubnetGroupNotFound"
        | "DBParameterGroupNotFound"
        | "OptionGroupNotFound"
        | "CertificateNotFound"
        | "KMSKeyNotAccessible"
        | "InvalidVPCNetworkState"
        | "InvalidSubnet"
        | "DBSecurityGroupNotFound"
        | "DBSubnetGroupDoesNotCoverEnoughAZs"
        | "EncryptionFailure"
        | "DecryptionFailure"
        | "DefaultVpcDoesNotExist" => Cause::Misconfigured,
        "InternalFailure"
        | "InternalError"
        | "ServiceUnavailable"
        | "InternalServiceError"
        | "ClientUnavailable" => Cause::Unavailable,
        _ if server_fault => Cause::Unavailable,
        _ => Cause::Rejected,
    }
}

/// Takes out of AWS's text what users must not see: ARNs and account numbers.
fn scrub(text: &str) -> String {
    let words = text
        .split(' ')
        .map(|word| if word.contains("arn:") { "(resource)".to_owned() } else { hide_account(word) });
    words.collect::<Vec<_>>().join(" ")
}

/// Replaces a run of exactly twelve digits, the form of an account number.
fn hide_account(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut digits = String::new();
    for character in word.chars().chain(std::iter::once('\0')) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        out.push_str(if digits.len() == 12 { "(account)" } else { &digits });
        digits.clear();
        if character != '\0' {
            out.push(character);
        }
    }
    out
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} failed", self.operation)?;
        if let Some(code) = &self.code {
            write!(out, " with {code}")?;
        }
        if let Some(message) = &self.message {
            write!(out, " ({message})")?;
        }
        Ok(())
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // What AWS answered is in `Display` already, scrubbed; only failures below the protocol add to it.
        if self.code.is_some() { None } else { Some(&*self.source) }
    }
}

impl From<Failure> for Error {
    /// The one place where a failure of AWS becomes a sentence for users.
    fn from(failure: Failure) -> Self {
        let soon = Duration::from_secs(5);
        let error = match failure.cause {
            Cause::Throttled => {
                Self::unavailable("AWS is limiting calls at the moment; nothing was lost, try again.", soon)
            }
            Cause::Unavailable => {
                Self::unavailable("AWS could not be reached or failed; nothing was lost, try again.", soon)
            }
            Cause::Busy
            | Cause::TagsUnknown
            | Cause::AlreadyExists
            | Cause::AlreadyDeleting
            | Cause::MarkedForDeletion
            | Cause::StorageLocked
            | Cause::NotFound
            | Cause::StaticParameter
            | Cause::NothingToChange => {
                Self::unavailable("AWS is busy with this service; nothing was lost, try again.", soon)
            }
            Cause::Denied => Self::new(
                Kind::Refused,
                "AWS refuses the broker's permissions; its operator has to look at the log.",
            ),
            Cause::Misconfigured => Self::new(
                Kind::Refused,
                "The broker's AWS configuration is not valid; its operator has to look at the log.",
            ),
            Cause::Quota => Self::unsatisfiable(
                "A quota of this AWS account is used up; ask its operator for more, or delete services.",
            ),
            Cause::Capacity => Self::unsatisfiable(
                "AWS has no capacity for this size in this region at the moment; choose another plan or try later.",
            ),
            Cause::Rejected => Self::unsatisfiable(format!("AWS cannot provide this: {}", failure.reason())),
        };
        error.caused_by(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_rds_means() {
        let busy = "Database instance is not in available state.";
        let table = [
            ("Throttling", "Rate exceeded", Cause::Throttled),
            ("ThrottlingException", "", Cause::Throttled),
            ("RequestLimitExceeded", "", Cause::Throttled),
            ("DBInstanceNotFound", "", Cause::NotFound),
            ("DBInstanceNotFoundFault", "", Cause::NotFound),
            ("InvalidDBInstanceState", busy, Cause::Busy),
            ("InvalidDBInstanceState", "Instance x is already being deleted.", Cause::AlreadyDeleting),
            (
                "InvalidParameterCombination",
                "You can't currently modify the storage of this DB instance because the previous storage change is being optimized.",
                Cause::StorageLocked,
            ),
            ("InvalidParameterCombination", "No modifications were requested", Cause::NothingToChange),
            ("InvalidParameterCombination", "Cannot find version 9.5 for postgres", Cause::Rejected),
            ("DBSubnetGroupNotFoundFault", "", Cause::Misconfigured),
            ("KMSKeyNotAccessibleFault", "", Cause::Misconfigured),
            (
                "InvalidParameterValue",
                "Unable to create the resource. Verify that you have permission to create service linked role. Otherwise wait and try again later.",
                Cause::Unavailable,
            ),
            ("InstanceQuotaExceeded", "", Cause::Quota),
            ("InsufficientDBInstanceCapacity", "", Cause::Capacity),
            ("AccessDenied", "", Cause::Denied),
            ("InternalFailure", "", Cause::Unavailable),
        ];
        for (code, message, cause) in table {
            assert_eq!(classify(code, message, false), cause, "{code} {message}");
        }
        assert_eq!(classify("Strange", "", true), Cause::Unavailable);
    }

    #[test]
    fn arns_and_accounts_do_not_pass() {
        let text = "User: arn:aws:iam::123456789012:role/x in account 123456789012, may not; 16 GiB";
        assert_eq!(scrub(text), "User: (resource) in account (account), may not; 16 GiB");
    }
}
