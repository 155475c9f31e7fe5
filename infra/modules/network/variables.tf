variable "name" {
  description = "Name of the broker, as in its setting BROKER_NAME: everything made here is named after it."
  type        = string

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])*$", var.name)) && length(var.name) <= 26 && !can(regex("^(aws|rds)", var.name))
    error_message = "name must be 1 to 26 lower-case letters, digits and single hyphens, begin with a letter, not end with a hyphen, and not begin with aws or rds: DB instances are called <name>-<service id>."
  }
}

variable "cidr" {
  description = "IPv4 range of the VPC. It must not overlap the ranges of the control plane and of the applications, else they cannot be routed."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 21, false)
    error_message = "cidr must be an IPv4 range from /16 to /21, such as 10.42.0.0/16: each zone gets an eighth of it for databases and a sixteenth for the broker."
  }
}

variable "availability_zones" {
  description = "Names of the zones to use, two or three."
  type        = list(string)

  validation {
    condition     = length(distinct(var.availability_zones)) == length(var.availability_zones) && contains([2, 3], length(var.availability_zones))
    error_message = "availability_zones must name two or three different zones, such as [\"eu-central-1a\", \"eu-central-1b\"]: RDS takes no subnet group with fewer than two."
  }
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the flow logs, from the module `key`."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias: see the output arn of the module key."
  }
}

variable "flow_log_retention_in_days" {
  description = "How long flow logs are kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_log_retention_in_days)
    error_message = "flow_log_retention_in_days must be one of the values that CloudWatch Logs knows, from 30: 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "transit_gateway" {
  description = "Transit gateway over which the control plane and the applications reach this VPC, and their ranges. It is attached here; its own route tables are its owner's."
  type = object({
    id    = string
    cidrs = list(string)
  })
  default = null

  validation {
    condition     = var.transit_gateway == null || try(startswith(var.transit_gateway.id, "tgw-") && length(var.transit_gateway.cidrs) > 0, false)
    error_message = "transit_gateway needs the id of a transit gateway (tgw-…) and at least one range that is reached over it."
  }

  validation {
    condition     = alltrue([for cidr in try(var.transit_gateway.cidrs, []) : can(cidrnetmask(cidr)) && !endswith(cidr, "/0")])
    error_message = "transit_gateway.cidrs must be IPv4 ranges of your own, such as 10.0.0.0/16. Never 0.0.0.0/0: this VPC has no way to the internet."
  }
}

variable "peerings" {
  description = "VPC peering connections over which the control plane and the applications reach this VPC: ranges by the connection's id. Each connection must be accepted already."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for id, cidrs in var.peerings : startswith(id, "pcx-") && length(cidrs) > 0])
    error_message = "peerings must be ranges by id of a peering connection, such as { \"pcx-0a1b2c3d\" = [\"10.0.0.0/16\"] }."
  }

  validation {
    condition     = alltrue([for cidr in flatten(values(var.peerings)) : can(cidrnetmask(cidr)) && !endswith(cidr, "/0")])
    error_message = "peerings must hold IPv4 ranges of your own, such as 10.0.0.0/16. Never 0.0.0.0/0: this VPC has no way to the internet."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the role that is made here, where your organisation demands one. It must allow to write into the log group of the flow logs."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of a managed policy, such as arn:aws:iam::123456789012:policy/boundary, or null."
  }
}

variable "tags" {
  description = "Tags of everything that is made here, beside the provider's default_tags."
  type        = map(string)
  default     = {}
}
