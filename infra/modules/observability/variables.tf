variable "broker" {
  description = "What to watch: the output `observed` of the module `broker`."
  type = object({
    name                 = string
    log_group            = string
    cluster              = string
    service              = string
    load_balancer        = string
    target_group         = string
    fewest_tasks         = number
    most_tasks           = number
    rds_calls_per_second = number
  })
}

variable "runbook" {
  description = "URL of the page at which people read `docs/operations.md` in your place. Every alarm links to its heading there."
  type        = string

  validation {
    condition     = can(regex("^https?://[^#[:space:]]+$", var.runbook))
    error_message = "runbook must be a whole URL, such as https://wiki.example.com/operations, without blanks and without #: the alarm's heading is put behind it."
  }
}

variable "create_topic" {
  description = "Whether to make an SNS topic that alarms are sent to. Without it and without `topic_arns` alarms change colour and reach nobody."
  type        = bool
  default     = true
}

variable "email_addresses" {
  description = "Who is told of alarms by mail, by the topic made here; each address must confirm once."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.email_addresses : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", address))])
    error_message = "email_addresses must be mail addresses, such as databases@example.com."
  }

  validation {
    condition     = var.create_topic || length(var.email_addresses) == 0
    error_message = "email_addresses are subscribed to the topic made here: set create_topic, or subscribe them to your own topic."
  }
}

variable "topic_arns" {
  description = "Further SNS topics that alarms are sent to. Encrypted ones must let CloudWatch use their key."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.topic_arns : can(regex("^arn:aws[a-z-]*:sns:", arn))]) && length(var.topic_arns) <= 4
    error_message = "topic_arns must be at most four ARNs of SNS topics: an alarm has five actions, and one is the topic made here."
  }
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the topic, from the module `key`, whose policy lets CloudWatch use it."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias: see the output arn of the module key."
  }
}

variable "tags" {
  description = "Tags of everything that is made here, beside the provider's default_tags."
  type        = map(string)
  default     = {}
}
