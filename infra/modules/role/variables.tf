variable "name" {
  description = "Name of the broker, as in its setting BROKER_NAME: the prefix of DB instances and secrets, and of the names of what is made here."
  type        = string

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])*$", var.name)) && length(var.name) <= 26 && !can(regex("^(aws|rds)", var.name))
    error_message = "name must be 1 to 26 lower-case letters, digits and single hyphens, begin with a letter, not end with a hyphen, and not begin with aws or rds: DB instances are called <name>-<service id>."
  }
}

variable "trust" {
  description = "Who may act as the broker, one of: `service`, `ecs-tasks.amazonaws.com` or `ec2.amazonaws.com`; `oidc`, a service account of a Kubernetes cluster (IRSA); `policy`, a trust policy of your own as JSON, such as for EKS Pod Identity."
  type = object({
    service = optional(string)
    oidc = optional(object({
      provider_arn    = string
      namespace       = string
      service_account = string
    }))
    policy = optional(string)
  })

  validation {
    condition     = length([for given in [var.trust.service != null, var.trust.oidc != null, var.trust.policy != null] : given if given]) == 1
    error_message = "trust must be exactly one of service, oidc and policy: whoever is named there acts as the broker."
  }

  validation {
    condition     = contains(["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"], coalesce(var.trust.service, "ec2.amazonaws.com"))
    error_message = "trust.service must be ecs-tasks.amazonaws.com or ec2.amazonaws.com; for another give the whole policy."
  }

  validation {
    condition     = var.trust.oidc == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/[^/]", var.trust.oidc.provider_arn))
    error_message = "trust.oidc.provider_arn must be the ARN of the cluster's OIDC provider in IAM, such as arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF."
  }

  validation {
    condition     = var.trust.oidc == null || !can(regex("[*?]", "${var.trust.oidc.namespace}${var.trust.oidc.service_account}"))
    error_message = "trust.oidc must name one namespace and one service account, without wildcards."
  }
}

variable "role_name" {
  description = "Name of the role. It should begin with `<name>-`, as `policies/terraform.json` has it. Null: `<name>-broker-<region>`."
  type        = string
  default     = null
}

variable "db_subnet_group" {
  description = "DB subnet group of new databases (BROKER_DB_SUBNET_GROUP), from the module `database-defaults`."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the key of databases and passwords (BROKER_KMS_KEY_ID), from the state of the module `key`. Null: AWS's own keys."
  type        = string

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias, or null: see the output arn of the module key."
  }
}

variable "former_kms_key_arns" {
  description = "Keys that databases, passwords or backups of this broker were made with before `kms_key_arn`: the broker goes on using them. Take one out only when nothing of it is left."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.former_kms_key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))])
    error_message = "former_kms_key_arns must be ARNs of KMS keys (arn:aws:kms:REGION:ACCOUNT:key/ID), not aliases."
  }
}

variable "token_secret_arn" {
  description = "Secret of the platform's tokens (BROKER_TOKENS_SECRET), which the role may then read. Null: the tokens stand elsewhere."
  type        = string
  default     = null
}

variable "monitoring_role_arn" {
  description = "Role that RDS assumes for Enhanced Monitoring (BROKER_MONITORING_ROLE_ARN); the broker may then pass it. The plan must know it. Null: no Enhanced Monitoring."
  type        = string
  default     = null

  validation {
    condition     = var.monitoring_role_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.monitoring_role_arn))
    error_message = "monitoring_role_arn must be the ARN of a role (arn:aws:iam::ACCOUNT:role/NAME), or null: see the output monitoring_role_arn of the module database-defaults."
  }
}

variable "unencrypted_databases" {
  description = "Whether the broker may book databases without encryption, as a catalogue with `encrypted = false` wants it. Otherwise AWS refuses them."
  type        = bool
  default     = false
}

variable "policies_dir" {
  description = "Directory of the policies: `policies/` of the broker's repository, of the same version as the broker."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the role, where your organisation demands one. It must allow what `policies/` allows."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of a managed policy, such as arn:aws:iam::123456789012:policy/boundary, or null."
  }
}

variable "create_operator_boundary" {
  description = "Whether to make the permissions boundary for operators, of `policies/operator-boundary.json`. It is attached to nobody here; policies/README.md says what it keeps from them and what not."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of everything that is made here, beside the provider's default_tags."
  type        = map(string)
  default     = {}
}
