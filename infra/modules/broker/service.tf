resource "aws_ecs_cluster" "this" {
  name = var.name
  tags = var.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task_size.cpu
  memory                   = var.task_size.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = module.role.role_arn
  container_definitions    = jsonencode([local.container])
  tags                     = var.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }
}

locals {
  container = {
    name                   = "broker"
    image                  = var.image
    essential              = true
    user                   = "65532:65532"
    privileged             = false
    readonlyRootFilesystem = true
    stopTimeout            = local.shutdown_seconds + 10
    portMappings           = [{ containerPort = local.port, protocol = "tcp" }]
    environment            = [for name in sort(keys(local.settings)) : { name = name, value = local.settings[name] }]

    linuxParameters = {
      capabilities       = { drop = ["ALL"] }
      initProcessEnabled = false
    }

    # Whether the process answers; whether it is ready is the load balancer's question. The image has no shell.
    healthCheck = {
      command     = ["CMD", "/rds-broker", "health"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 10
    }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-region        = local.region
        awslogs-group         = aws_cloudwatch_log_group.broker.name
        awslogs-stream-prefix = "task"
        # Logs that do not arrive must not stop the broker.
        mode            = "non-blocking"
        max-buffer-size = "4m"
      }
    }
  }
}

resource "aws_ecs_service" "this" {
  name                              = var.name
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.this.arn
  launch_type                       = "FARGATE"
  platform_version                  = "LATEST"
  desired_count                     = var.tasks.min
  availability_zone_rebalancing     = "ENABLED"
  enable_execute_command            = false
  enable_ecs_managed_tags           = true
  propagate_tags                    = "SERVICE"
  health_check_grace_period_seconds = local.grace_seconds
  # An apply ends when the new tasks are ready, or says that they are not.
  wait_for_steady_state = true
  tags                  = var.tags

  # The RDS budget is divided by as many as these let run.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = local.most_percent

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = values(var.subnets)
    security_groups  = [aws_security_group.tasks.id, var.client_security_group_id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = local.container.name
    container_port   = local.port
  }

  timeouts {
    create = "${local.steady_minutes}m"
    update = "${local.steady_minutes}m"
  }

  lifecycle {
    # Autoscaling's.
    ignore_changes = [desired_count]
  }

  # A task is not ready without token and permissions, and one that is never ready fails the deployment.
  depends_on = [
    aws_lb_listener.https,
    aws_secretsmanager_secret_version.token,
    aws_iam_role_policy.execution,
    module.role,
    aws_vpc_security_group_egress_rule.to_aws,
    aws_vpc_security_group_egress_rule.to_tasks,
    aws_vpc_security_group_ingress_rule.from_load_balancer,
  ]
}
