variable "region" {
  description = "Region of the broker and its databases."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "region must be the name of an AWS region, such as eu-central-1."
  }
}

variable "account_id" {
  description = "The AWS account it is deployed in; Terraform refuses to work in another."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
  }
}

variable "name" {
  description = "Name of the broker: the prefix of DB instances and secrets. Two brokers in one account and region need two names. It must never change."
  type        = string
  default     = "codesphere"
}

variable "tags" {
  description = "Tags of everything, such as your cost centre."
  type        = map(string)
  default     = {}
}

variable "kms_key_arn" {
  description = "The key: the output of examples/key, which has a state of its own."
  type        = string
}

variable "former_kms_key_arns" {
  description = "Keys of databases, passwords and backups that were made before `kms_key_arn` was this one."
  type        = list(string)
  default     = []
}

variable "vpc_id" {
  description = "VPC of the databases: the cluster's, or one that it reaches."
  type        = string
}

variable "database_subnets" {
  description = "Private subnets of the databases, by availability zone; they need no way out."
  type        = map(string)
}

variable "application_cidrs" {
  description = "Ranges of the applications that use the databases, as the databases see them."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Security groups of the cluster's nodes, or of its pods where they have groups of their own: the broker and the applications among them reach the databases."
  type        = list(string)
}

variable "service_account" {
  description = "The broker's service account: the cluster's OIDC provider in IAM, namespace and name. Nobody else may act as the broker."
  type = object({
    provider_arn    = string
    namespace       = string
    service_account = string
  })
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the broker's roles, where your organisation demands one."
  type        = string
  default     = null
}

variable "enhanced_monitoring" {
  description = "Whether new databases are measured by RDS Enhanced Monitoring, once a minute. It costs by what it writes into CloudWatch Logs."
  type        = bool
  default     = false
}

variable "keep_monitoring_role" {
  description = "Whether the role of Enhanced Monitoring stays although `enhanced_monitoring` is off again: as long as databases are measured that were booked with it."
  type        = bool
  default     = false
}

variable "unencrypted_databases" {
  description = "Whether databases may be booked without encryption, as a catalogue with `encrypted = false` wants it."
  type        = bool
  default     = false
}

variable "token_secret_arn" {
  description = "Secret in AWS Secrets Manager that holds the platform's tokens, which the role may then read: for `tokens.secretsManager` of the chart. Null: tokens are a Secret of the cluster."
  type        = string
  default     = null
}
