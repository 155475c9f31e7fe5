variable "name" {
  description = "Name of the broker, as in its setting BROKER_NAME. The key's alias is `alias/<name>`, and only log groups below `/<name>/` may be encrypted with it."
  type        = string

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])*$", var.name)) && length(var.name) <= 26 && !can(regex("^(aws|rds)", var.name))
    error_message = "name must be 1 to 26 lower-case letters, digits and single hyphens, begin with a letter, not end with a hyphen, and not begin with aws or rds: DB instances are called <name>-<service id>."
  }
}

variable "deletion_window_in_days" {
  description = "Days between an order to delete the key and its end, in which the order can be taken back. 30 is the most AWS allows."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_in_days >= 14 && var.deletion_window_in_days <= 30
    error_message = "deletion_window_in_days must be 14 to 30: with the key every database that was made with it is lost, so someone must have the time to notice."
  }
}

variable "deletion_principal_arns" {
  description = "IAM principals (wildcards allowed) that may disable the key or order its deletion, if their own policies allow it too. Empty: nobody may, until this list is changed."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.deletion_principal_arns : can(regex("^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:", arn))])
    error_message = "deletion_principal_arns must be ARNs of IAM principals with their account, such as arn:aws:iam::123456789012:role/key-administrator."
  }
}

variable "tags" {
  description = "Tags of everything that is made here, beside the provider's default_tags."
  type        = map(string)
  default     = {}
}
