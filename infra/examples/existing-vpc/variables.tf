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

variable "image" {
  description = "The broker's image by digest: `REGISTRY/rds-broker@sha256:…`."
  type        = string
}

variable "settings" {
  description = "Further settings of the broker, by name, as in .env.example: `{ BROKER_CATALOG = \"/catalog.toml\" }`."
  type        = map(string)
  default     = {}
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

variable "metrics_security_group_ids" {
  description = "Security groups that may call each task itself, for metrics and readiness."
  type        = list(string)
  default     = []
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

variable "architecture" {
  description = "What the image was built for: X86_64 or ARM64."
  type        = string
  default     = "X86_64"
}

variable "task_size" {
  description = "CPU units (1024 are one vCPU) and memory (MiB) of a task, a pair that Fargate has."
  type = object({
    cpu    = number
    memory = number
  })
  default = { cpu = 256, memory = 512 }
}

variable "initial_token_version" {
  description = "0: the first token is put into the secret by hand. 1: it is `initial_token`. A higher number writes `initial_token` again, over what is there."
  type        = number
  default     = 1
}

variable "tasks" {
  description = "The fewest and the most tasks; a deployment runs up to half as many more beside them."
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

variable "unencrypted_databases" {
  description = "Whether databases may be booked without encryption, as a catalogue with `encrypted = false` wants it."
  type        = bool
  default     = false
}

variable "log_retention_in_days" {
  description = "How long the broker's log is kept."
  type        = number
  default     = 365
}

variable "access_logs" {
  description = "S3 bucket for the load balancer's access logs, as the module broker has it. Null: none."
  type = object({
    bucket = string
    prefix = optional(string)
  })
  default = null
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

variable "keep_monitoring_role" {
  description = "Whether the role of Enhanced Monitoring stays although `enhanced_monitoring` is off again: as long as databases are measured that were booked with it."
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

variable "runbook" {
  description = "URL of the page at which people read `docs/operations.md` in your place: alarms link to it."
  type        = string
}

variable "alarm_email_addresses" {
  description = "Who is told of alarms by mail."
  type        = list(string)
  default     = []
}

variable "topic_arns" {
  description = "SNS topics of yours that alarms are sent to, beside the one made here."
  type        = list(string)
  default     = []
}
