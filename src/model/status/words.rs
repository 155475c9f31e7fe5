//! What is said of a status: to users a sentence, to operators what to look at first.
//!
//! No hint names a call that RDS is not known to take in that status.

use super::Status;

impl Status {
    /// What a broken instance means to its user: a sentence.
    #[must_use]
    pub fn problem(&self) -> &'static str {
        match self.0.as_str() {
            "incompatible-parameters" => {
                "The database does not start with its server parameters; send a PATCH with other config.parameters."
            }
            "incompatible-network" => {
                "The database cannot use its network in AWS; an operator has to look at its subnets and addresses."
            }
            "incompatible-option-group" => {
                "The database cannot use its option group; an operator has to look at it in AWS."
            }
            "incompatible-credentials" => {
                "RDS cannot log in to the database any more; an operator has to look at it in AWS."
            }
            "incompatible-create" | "incompatible-restore" | "restore-error" => {
                "RDS could not make the database; delete the service and book it again."
            }
            "insufficient-capacity" => {
                "AWS has no capacity for this database at the moment; delete the service and book another plan, or wait."
            }
            "inaccessible-encryption-credentials-recoverable" => {
                "The key of the database cannot be used; an operator has to enable it within seven days, or the database is lost."
            }
            "inaccessible-encryption-credentials" => {
                "The key of the database is lost; it can only be restored from a backup by an operator."
            }
            _ => "RDS gave up on the database; an operator of the AWS account has to look at it.",
        }
    }

    /// What an operator should look at first: for the log.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.0.as_str() {
            "incompatible-parameters" => {
                "compare the instance's DB parameter group with its class and version; a corrected group and a reboot repair it"
            }
            "incompatible-network" => {
                "free addresses in the subnets, network interfaces and security groups, then modify the instance"
            }
            "incompatible-option-group" => {
                "read the instance's events; RDS is known to take nothing but a deletion in this status: restore from a backup with another option group, or ask AWS"
            }
            "incompatible-credentials" => {
                "read the instance's events; try to set the master password anew, or else restore from a backup"
            }
            "incompatible-create" | "incompatible-restore" | "restore-error" => {
                "read the instance's events; it can only be deleted"
            }
            "insufficient-capacity" => "choose another class in the catalogue, other subnets, or wait",
            "inaccessible-encryption-credentials-recoverable" => {
                "enable the KMS key and the broker's grant, then StartDBInstance; after seven days it is lost"
            }
            "inaccessible-encryption-credentials" => "restore from a snapshot whose key can be used",
            "storage-full" => "the service needs more storage; RDS grants only that until then",
            "stopped" => "someone stopped it; RDS starts it again after seven days",
            _ => "read the instance's events; restore from a backup where it is not to be repaired",
        }
    }
}
