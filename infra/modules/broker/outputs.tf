output "endpoint_url" {
  description = "Where the control plane calls the broker: what `rds-broker provider` takes as the endpoint."
  value       = "https://${var.hostname}"
}

output "provider_endpoints" {
  description = "`backend.api.endpoint` of each entry of `codesphere.managedServices` in the platform's config.yaml."
  value       = { for provider in ["postgres", "mysql", "mariadb"] : provider => "https://${var.hostname}/${provider}" }
}

output "token_secret_arn" {
  description = "The secret that holds the control plane's tokens; the tokens themselves are in no output."
  value       = aws_secretsmanager_secret.tokens.arn
}

output "load_balancer_dns_name" {
  description = "What `hostname` must point to, where `private_zone_id` is null."
  value       = aws_lb.this.dns_name
}

output "load_balancer_zone_id" {
  description = "Hosted zone of the load balancer, for an alias record."
  value       = aws_lb.this.zone_id
}

output "task_role_arn" {
  description = "The role the broker acts as, for key policies of other accounts and for trails."
  value       = module.role.role_arn
}

output "operator_boundary_arn" {
  description = "Permissions boundary for operators, or null."
  value       = module.role.operator_boundary_arn
}

output "rds_calls_per_second_per_task" {
  description = "What each task may ask of RDS per second: the budget divided by the most tasks that run at once, in a deployment of `tasks.max`."
  value       = local.calls_per_task
}

output "check_command" {
  description = "Runs `rds-broker check` as a task, with the role, network and settings of the service; its table is in the log (`log_group`)."
  value = join(" ", [
    "aws ecs run-task --region ${local.region} --launch-type FARGATE --cluster ${aws_ecs_cluster.this.name} --task-definition ${aws_ecs_task_definition.this.family}",
    "--network-configuration 'awsvpcConfiguration={subnets=[${join(",", values(var.subnets))}],securityGroups=[${aws_security_group.tasks.id},${var.client_security_group_id}],assignPublicIp=DISABLED}'",
    "--overrides '${jsonencode({ containerOverrides = [{ name = local.container.name, command = ["check"] }] })}'",
  ])
}

output "log_group" {
  description = "Log of the broker."
  value       = aws_cloudwatch_log_group.broker.name
}

output "observed" {
  description = "What the module `observability` watches: its variable `broker`."
  value = {
    name                 = var.name
    log_group            = aws_cloudwatch_log_group.broker.name
    cluster              = aws_ecs_cluster.this.name
    service              = aws_ecs_service.this.name
    load_balancer        = aws_lb.this.arn_suffix
    target_group         = aws_lb_target_group.this.arn_suffix
    fewest_tasks         = var.tasks.min
    most_tasks           = var.tasks.max
    rds_calls_per_second = var.rds_calls_per_second
  }
}
