output "subnet_group" {
  description = "Name of the DB subnet group, for `db_subnet_group` of the module `broker`."
  value       = aws_db_subnet_group.this.name
}

output "security_group_id" {
  description = "Security group of the databases, for `database_security_group_id` of the module `broker`."
  value       = aws_security_group.databases.id
}

output "client_security_group_id" {
  description = "Security group whose members may call the databases, for `client_security_group_id` of the module `broker` and for applications in this VPC."
  value       = aws_security_group.clients.id
}

output "parameter_groups" {
  description = "Names of the parameter groups, by family."
  value       = { for family, group in aws_db_parameter_group.this : family => group.name }
}

output "monitoring_role_arn" {
  description = "Role for Enhanced Monitoring, for `monitoring_role_arn` of the module `broker`; null without one."
  # Put together, as the plan must know whether there is one before the role is made.
  value      = var.create_monitoring_role ? "arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}:role/${local.monitoring_role}" : null
  depends_on = [aws_iam_role.monitoring, aws_iam_role_policy_attachment.monitoring]
}
