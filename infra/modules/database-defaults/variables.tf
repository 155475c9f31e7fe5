variable "name" {
  description = "Name of the broker, as in its setting BROKER_NAME: everything made here is named after it."
  type        = string

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])*$", var.name)) && length(var.name) <= 26 && !can(regex("^(aws|rds)", var.name))
    error_message = "name must be 1 to 26 lower-case letters, digits and single hyphens, begin with a letter, not end with a hyphen, and not begin with aws or rds: DB instances are called <name>-<service id>."
  }
}

variable "vpc_id" {
  description = "VPC of the databases."
  type        = string

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id must be the id of a VPC, such as vpc-0a1b2c3d4e5f60718."
  }
}

variable "subnets" {
  description = "Subnets of the databases, by availability zone: `{ \"eu-central-1a\" = \"subnet-…\", … }`. Private ones, with addresses to spare: an instance takes one, two with Multi-AZ, and more while it is changed."
  type        = map(string)

  validation {
    condition     = length(var.subnets) >= 2
    error_message = "subnets must name a subnet in at least two availability zones: RDS takes no subnet group with fewer, and Multi-AZ needs them."
  }

  validation {
    condition     = alltrue([for zone in keys(var.subnets) : can(regex("^[a-z]{2}-[a-z0-9-]+-[0-9]+[a-z]$", zone))])
    error_message = "subnets must be subnet ids by name of their availability zone, such as { \"eu-central-1a\" = \"subnet-0a1b2c3d\" }."
  }
}

variable "client_cidrs" {
  description = "IPv4 ranges of the applications that use the databases, as the databases see them (after any address translation). Other groups than the broker's own get in by `client_security_group_ids`."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.client_cidrs : can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 8 && cidrsubnet(cidr, 0, 0) == cidr, false)])
    error_message = "client_cidrs must be IPv4 ranges of your own, /8 or smaller, such as 10.1.0.0/16 (not 10.1.2.7/16). Databases are never open to 0.0.0.0/0: name the ranges of the applications."
  }
}

variable "client_security_group_ids" {
  description = "Security groups of applications in this VPC (or a peered one) that use the databases."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.client_security_group_ids : startswith(id, "sg-")])
    error_message = "client_security_group_ids must be ids of security groups, such as sg-0a1b2c3d4e5f60718."
  }
}

variable "parameter_groups" {
  description = "DB parameter groups to have at hand, by family, for instances that you restore by hand: the broker makes and fills a group of its own for each service that needs one."
  type        = map(map(string))
  default = {
    "postgres17"  = { "rds.force_ssl" = "1", "log_connections" = "1" }
    "mysql8.4"    = { "require_secure_transport" = "ON" }
    "mariadb11.4" = { "require_secure_transport" = "1" }
  }

  validation {
    condition     = alltrue([for family in keys(var.parameter_groups) : can(regex("^(postgres[0-9]+|(mysql|mariadb)[0-9]+\\.[0-9]+)$", family))])
    error_message = "parameter_groups must be parameters by family, such as { \"postgres17\" = { \"rds.force_ssl\" = \"1\" } }; families are postgres17, mysql8.4, mariadb11.4 and the like."
  }
}

variable "create_monitoring_role" {
  description = "Whether to make a role for RDS Enhanced Monitoring. It measures nothing until the module `broker` is given it. Not to be taken back while instances use it: RDS would measure them no longer."
  type        = bool
  default     = true
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the role that is made here, where your organisation demands one. It must allow what AWS's AmazonRDSEnhancedMonitoringRole allows."
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
