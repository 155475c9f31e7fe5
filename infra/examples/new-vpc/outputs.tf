output "endpoint_url" {
  description = "Where the control plane calls the broker, for `rds-broker provider`."
  value       = module.broker.endpoint_url
}

output "provider_endpoints" {
  description = "`backend.api.endpoint` of each entry in the platform's config.yaml."
  value       = module.broker.provider_endpoints
}

output "token_secret_arn" {
  description = "The secret that holds the control plane's tokens."
  value       = module.broker.token_secret_arn
}

output "load_balancer_dns_name" {
  description = "What `hostname` must point to, where `private_zone_id` is null."
  value       = module.broker.load_balancer_dns_name
}

output "check_command" {
  description = "Runs `rds-broker check` as a task; its table is in the log."
  value       = module.broker.check_command
}

output "log_group" {
  description = "Log of the broker."
  value       = module.broker.log_group
}

output "operator_boundary_arn" {
  description = "Permissions boundary for operators."
  value       = module.broker.operator_boundary_arn
}

output "dashboard" {
  description = "Name of the CloudWatch dashboard."
  value       = module.observability.dashboard
}
