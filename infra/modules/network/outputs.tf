output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its IPv4 range."
  value       = aws_vpc.this.cidr_block
}

output "broker_subnets" {
  description = "Subnets of load balancer and tasks, by zone, for `subnets` of the module `broker`."
  value       = { for zone, subnet in aws_subnet.broker : zone => subnet.id }
}

output "database_subnets" {
  description = "Subnets of the DB instances, by zone, for `subnets` of the module `database-defaults`."
  value       = { for zone, subnet in aws_subnet.databases : zone => subnet.id }
}

output "route_table_id" {
  description = "The route table of all subnets, for further routes to the control plane and the applications."
  value       = aws_route_table.this.id
}

output "aws_apis" {
  description = "Where AWS's interfaces are reached, for `aws_apis` of the module `broker`."
  value = {
    cidrs              = []
    security_group_ids = [aws_security_group.endpoints.id]
    prefix_list_ids    = [aws_vpc_endpoint.s3.prefix_list_id]
  }
}
