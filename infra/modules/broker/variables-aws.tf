# What the broker may ask of AWS, and as whom.

variable "kms_key_arn" {
  description = "ARN of the key of databases, passwords, token and log, from the state of the module `key`."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias: see the output arn of the module key."
  }
}

variable "former_kms_key_arns" {
  description = "Keys that databases, passwords or backups of this broker were made with before `kms_key_arn`: the broker goes on using them. Take one out only when nothing of it is left: docs/operations.md#rotating-the-kms-key."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.former_kms_key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))])
    error_message = "former_kms_key_arns must be ARNs of KMS keys (arn:aws:kms:REGION:ACCOUNT:key/ID), not aliases."
  }
}

variable "unencrypted_databases" {
  description = "Whether the broker may book databases without encryption, as a catalogue with `encrypted = false` wants it. Otherwise AWS refuses them."
  type        = bool
  default     = false
}

variable "rds_calls_per_second" {
  description = "RDS calls per second of all tasks together, on average, also during a deployment: each task gets its share of the most that may run then, one and a half times `tasks.max`, and fewer tasks ask less. RDS's quota is unpublished and shared with everyone in the account and region; 2 is safe where nobody else asks much."
  type        = number
  default     = 2

  validation {
    condition     = var.rds_calls_per_second >= 0.3 && var.rds_calls_per_second <= 100
    error_message = "rds_calls_per_second must be from 0.3 to 100, for all tasks together: it is divided by the most that may run, and the broker takes no less than 0.01."
  }
}

variable "rds_burst" {
  description = "RDS calls at once of all tasks together, divided as `rds_calls_per_second` is. Each task may make at least one."
  type        = number
  default     = 8

  validation {
    condition     = var.rds_burst >= 1 && var.rds_burst <= 1000 && floor(var.rds_burst) == var.rds_burst
    error_message = "rds_burst must be a whole number from 1 to 1000, for all tasks together."
  }
}

variable "db_instances_in_account" {
  description = "How many DB instances of this broker and of others the account will have in this region, roughly. A new task reads all of them before it answers, a hundred with one call, and is given the time."
  type        = number
  default     = 1000

  validation {
    condition     = var.db_instances_in_account >= 1 && var.db_instances_in_account <= 100000
    error_message = "db_instances_in_account must be from 1 to 100000."
  }
}

variable "monitoring_role_arn" {
  description = "Role that RDS assumes for Enhanced Monitoring of new databases, from the module `database-defaults`; the broker may then pass it. Null: no Enhanced Monitoring. It costs by what it writes into CloudWatch Logs. The plan must know it: of a role in the same configuration put the ARN together from its name."
  type        = string
  default     = null

  validation {
    condition     = var.monitoring_role_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.monitoring_role_arn))
    error_message = "monitoring_role_arn must be the ARN of a role (arn:aws:iam::ACCOUNT:role/NAME), or null: see the output monitoring_role_arn of the module database-defaults."
  }
}

variable "monitoring_interval_seconds" {
  description = "Seconds between two measurements of Enhanced Monitoring, where `monitoring_role_arn` is given. The shorter, the more it costs."
  type        = number
  default     = 60

  validation {
    condition     = contains([1, 5, 10, 15, 30, 60], var.monitoring_interval_seconds)
    error_message = "monitoring_interval_seconds must be one of the intervals that RDS knows: 1, 5, 10, 15, 30 or 60. To switch Enhanced Monitoring off leave monitoring_role_arn null."
  }
}

variable "policies_dir" {
  description = "Directory of the policies of the task role: `policies/` of the broker's repository, of the same version as the image."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the roles that are made here, where your organisation demands one. It must allow what `policies/` allows."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of a managed policy, such as arn:aws:iam::123456789012:policy/boundary, or null."
  }
}

variable "create_operator_boundary" {
  description = "Whether to make the permissions boundary for operators, of `policies/operator-boundary.json`, for `docs/operations.md` and no more. It is attached to nobody here; policies/README.md says what it keeps from them and what not."
  type        = bool
  default     = true
}
