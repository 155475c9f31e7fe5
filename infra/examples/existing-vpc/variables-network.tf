variable "vpc_id" {
  description = "Your VPC."
  type        = string
}

variable "broker_subnets" {
  description = "Private subnets of load balancer and tasks, by availability zone, with a way to AWS: a NAT gateway or VPC endpoints."
  type        = map(string)
}

variable "database_subnets" {
  description = "Private subnets of the databases, by availability zone; they need no way out."
  type        = map(string)
}

variable "aws_apis" {
  description = "Where HTTPS calls of AWS go: anywhere over a NAT gateway, or exactly to your VPC endpoints."
  type = object({
    cidrs              = optional(list(string), [])
    security_group_ids = optional(list(string), [])
    prefix_list_ids    = optional(list(string), [])
  })
  default = { cidrs = ["0.0.0.0/0"] }
}
