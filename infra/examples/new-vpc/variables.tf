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

variable "image" {
  description = "The broker's image by digest: `REGISTRY/rds-broker@sha256:…`."
  type        = string
}

variable "hostname" {
  description = "Name at which the control plane calls the broker."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate in ACM for `hostname`."
  type        = string
}

variable "private_zone_id" {
  description = "Private hosted zone in which `hostname` is made. Null: you point it to the load balancer yourself."
  type        = string
  default     = null
}

variable "control_plane_cidrs" {
  description = "Ranges of Codesphere's control plane, as the load balancer sees them."
  type        = list(string)
}

variable "application_cidrs" {
  description = "Ranges of the applications that use the databases, as the databases see them."
  type        = list(string)
}

variable "initial_token" {
  description = "The control plane's first token, as TF_VAR_initial_token at the first apply, and only there. It is in no state and no plan."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true
}

variable "tasks" {
  description = "The fewest and the most tasks."
  type = object({
    min = number
    max = number
  })
  default = { min = 2, max = 4 }
}

variable "rds_calls_per_second" {
  description = "RDS calls per second of all tasks together."
  type        = number
  default     = 2
}

variable "db_instances_in_account" {
  description = "How many DB instances the account will have in this region, roughly."
  type        = number
  default     = 1000
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
  default     = true
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

variable "otlp_endpoint" {
  description = "Collector of traces, OTLP over HTTP: `http://HOST:4318`. Null: no traces."
  type        = string
  default     = null
}

variable "otlp_cidrs" {
  description = "Ranges of the collector."
  type        = list(string)
  default     = []
}

variable "alarm_email_addresses" {
  description = "Who is told of alarms by mail."
  type        = list(string)
  default     = []
}
