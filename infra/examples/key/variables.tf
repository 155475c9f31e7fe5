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

variable "deletion_principal_arns" {
  description = "IAM principals that may disable the key or order its deletion. Empty: nobody."
  type        = list(string)
  default     = []
}
