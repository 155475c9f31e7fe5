variable "vpc_cidr" {
  description = "IPv4 range of the new VPC, which must not overlap those of control plane and applications."
  type        = string
}

variable "availability_zones" {
  description = "Two or three zones."
  type        = list(string)
}

variable "transit_gateway" {
  description = "Transit gateway to the control plane and the applications, with their ranges. Or `peerings`."
  type = object({
    id    = string
    cidrs = list(string)
  })
  default = null
}

variable "peerings" {
  description = "Ranges by id of an accepted VPC peering connection."
  type        = map(list(string))
  default     = {}
}
