# Who reaches the broker, and whom it reaches.

variable "vpc_id" {
  description = "VPC of load balancer and tasks."
  type        = string

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id must be the id of a VPC, such as vpc-0a1b2c3d4e5f60718."
  }
}

variable "subnets" {
  description = "Private subnets of load balancer and tasks, by availability zone: `{ \"eu-central-1a\" = \"subnet-…\", … }`."
  type        = map(string)

  validation {
    condition     = length(var.subnets) >= 2
    error_message = "subnets must name a subnet in at least two availability zones: a broker in one zone goes with it."
  }

  validation {
    condition     = alltrue([for zone in keys(var.subnets) : can(regex("^[a-z]{2}-[a-z0-9-]+-[0-9]+[a-z]$", zone))])
    error_message = "subnets must be subnet ids by name of their availability zone, such as { \"eu-central-1a\" = \"subnet-0a1b2c3d\" }."
  }
}

variable "control_plane_cidrs" {
  description = "IPv4 ranges of Codesphere's control plane, as the load balancer sees them (after any address translation). Nobody else is admitted."
  type        = list(string)

  validation {
    condition     = length(var.control_plane_cidrs) > 0
    error_message = "control_plane_cidrs must name at least one range, else nobody can call the broker."
  }

  validation {
    condition     = alltrue([for cidr in var.control_plane_cidrs : can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 8 && cidrsubnet(cidr, 0, 0) == cidr, false)])
    error_message = "control_plane_cidrs must be IPv4 ranges of the control plane, /8 or smaller, such as 10.1.2.0/24 (not 10.1.2.7/24). The broker is never open to 0.0.0.0/0: a token would be all that guards every database."
  }
}

variable "hostname" {
  description = "Name at which the control plane calls the broker; the certificate must be valid for it."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.hostname))
    error_message = "hostname must be a full DNS name in lower case without scheme and path, such as databases.internal.example.com."
  }
}

variable "private_zone_id" {
  description = "Private hosted zone of Route 53 in which `hostname` is made to point to the load balancer. Null: you do that yourself, with the outputs `load_balancer_dns_name` and `load_balancer_zone_id`."
  type        = string
  default     = null

  validation {
    condition     = var.private_zone_id == null || can(regex("^Z[A-Z0-9]+$", var.private_zone_id))
    error_message = "private_zone_id must be the id of a hosted zone, such as Z0123456789ABCDEFGHIJ, or null."
  }
}

variable "certificate_arn" {
  description = "Certificate of the load balancer in ACM, valid for `hostname`: one of a public authority validated by DNS, or of your private one that the control plane trusts."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of a certificate in ACM of this region (arn:aws:acm:REGION:ACCOUNT:certificate/ID): tokens and passwords pass the load balancer, so it does not serve without TLS."
  }
}

variable "access_logs" {
  description = "S3 bucket for the load balancer's access log, and a prefix in it. Null: none; the broker logs every request itself."
  type = object({
    bucket = string
    prefix = optional(string)
  })
  default = null
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted. Set it to false and apply, before you destroy the broker."
  type        = bool
  default     = true
}

variable "db_subnet_group" {
  description = "DB subnet group of new databases, from the module `database-defaults`."
  type        = string
}

variable "database_security_group_id" {
  description = "Security group of new databases, from the module `database-defaults`."
  type        = string
}

variable "client_security_group_id" {
  description = "Security group whose members may call the databases, from the module `database-defaults`; the tasks become members."
  type        = string
}

variable "aws_apis" {
  description = "Where HTTPS calls of AWS go: ranges, groups of VPC endpoints, prefix lists. The default is anywhere, for a VPC with a NAT gateway; the module `network` says it exactly."
  type = object({
    cidrs              = optional(list(string), [])
    security_group_ids = optional(list(string), [])
    prefix_list_ids    = optional(list(string), [])
  })
  default = { cidrs = ["0.0.0.0/0"] }

  validation {
    condition     = length(concat(var.aws_apis.cidrs, var.aws_apis.security_group_ids, var.aws_apis.prefix_list_ids)) > 0
    error_message = "aws_apis must name at least one range, security group or prefix list: without AWS the broker can do nothing, and its image cannot be fetched."
  }
}

variable "otlp_endpoint" {
  description = "Collector of traces, OTLP over HTTP: `http://HOST:4318`. Null: no traces."
  type        = string
  default     = null

  validation {
    condition     = var.otlp_endpoint == null || can(regex("^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^[:space:]?#]*)?$", var.otlp_endpoint))
    error_message = "otlp_endpoint must be an http or https URL without user and password, such as http://collector.internal.example.com:4318, or null. Credentials do not belong into a task definition."
  }
}

variable "otlp_cidrs" {
  description = "IPv4 ranges of the collector: the tasks may call them at the port of `otlp_endpoint`, and nothing else there."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.otlp_cidrs : can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 8 && cidrsubnet(cidr, 0, 0) == cidr, false)])
    error_message = "otlp_cidrs must be IPv4 ranges of the collector, /8 or smaller, such as 10.1.3.10/32 or 10.1.3.0/24 (not 10.1.3.10/24)."
  }

  validation {
    condition     = (var.otlp_endpoint == null) == (length(var.otlp_cidrs) == 0)
    error_message = "otlp_cidrs and otlp_endpoint go together: without a range the tasks' security group lets no trace out, and without an endpoint there is none."
  }
}
