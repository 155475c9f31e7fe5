mock_provider "aws" {
  source = "../../checks/mocks"
}

variables {
  name                       = "codesphere"
  image                      = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/rds-broker@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  kms_key_arn                = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
  vpc_id                     = "vpc-0123456789abcdef0"
  subnets                    = { "eu-central-1a" = "subnet-a", "eu-central-1b" = "subnet-b" }
  control_plane_cidrs        = ["10.1.2.0/24"]
  hostname                   = "databases.internal.example.com"
  certificate_arn            = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
  db_subnet_group            = "codesphere"
  database_security_group_id = "sg-databases"
  client_security_group_id   = "sg-clients"
  initial_token              = "0123456789abcdef0123456789abcdef"
}

run "the_rds_budget_is_divided_by_the_most_tasks_of_a_deployment" {
  variables {
    tasks                = { min = 2, max = 5 }
    rds_calls_per_second = 3.5
    rds_burst            = 15
  }

  assert {
    condition     = aws_ecs_service.this.deployment_maximum_percent == 150 && aws_ecs_service.this.deployment_minimum_healthy_percent == 100
    error_message = "Half as many tasks more while a deployment lasts: of 5 tasks 7 together, rounded down as ECS does."
  }

  assert {
    condition     = output.rds_calls_per_second_per_task == 0.5
    error_message = "3.5 calls per second among 7 tasks are 0.5 for each."
  }

  assert {
    condition = { for setting in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : setting.name => setting.value
      if contains(["BROKER_RDS_CALLS_PER_SECOND", "BROKER_RDS_BURST"], setting.name) } == {
      BROKER_RDS_CALLS_PER_SECOND = "0.5", BROKER_RDS_BURST = "2"
    }
    error_message = "Each task is told its share."
  }

  assert {
    condition     = aws_appautoscaling_target.this.max_capacity == 5 && aws_appautoscaling_target.this.min_capacity == 2
    error_message = "Autoscaling stays within what the budget is divided by."
  }
}

run "a_share_that_does_not_divide_is_rounded_down" {
  variables {
    tasks                = { min = 2, max = 4 }
    rds_calls_per_second = 2
    rds_burst            = 1
  }

  assert {
    condition     = output.rds_calls_per_second_per_task == 0.333
    error_message = "Together the tasks must not exceed the budget."
  }

  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment, { name = "BROKER_RDS_BURST", value = "1" })
    error_message = "Each task may make one call."
  }
}

run "a_new_task_is_given_the_time_to_read_all_instances" {
  variables {
    tasks                   = { min = 2, max = 4 }
    rds_calls_per_second    = 3
    db_instances_in_account = 10000
  }

  assert {
    condition     = aws_ecs_service.this.health_check_grace_period_seconds == 120 + 2 * 200
    error_message = "10,000 instances are 100 calls at 0.5 per second; the grace period is twice as long and two minutes."
  }
}

run "two_tasks_in_two_zones_that_nothing_public_reaches" {
  assert {
    condition     = aws_ecs_service.this.desired_count == 2 && aws_ecs_service.this.availability_zone_rebalancing == "ENABLED"
    error_message = "Two tasks, spread over the zones."
  }

  assert {
    condition     = aws_ecs_service.this.network_configuration[0].subnets == toset(["subnet-a", "subnet-b"]) && !aws_ecs_service.this.network_configuration[0].assign_public_ip
    error_message = "Tasks run in the private subnets, without public addresses."
  }

  assert {
    condition     = contains(aws_ecs_service.this.network_configuration[0].security_groups, "sg-clients")
    error_message = "Tasks are members of the group that may call the databases."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].rollback && aws_ecs_service.this.deployment_minimum_healthy_percent == 100
    error_message = "A deployment that does not get ready is taken back, and never costs a task that is."
  }

  assert {
    condition     = !aws_ecs_service.this.enable_execute_command
    error_message = "Nobody runs commands in the tasks."
  }
}

run "the_container_can_write_nothing_and_is_nobody" {
  assert {
    condition = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) :
      container.readonlyRootFilesystem && container.user == "65532:65532" && !container.privileged
    && container.linuxParameters.capabilities == { drop = ["ALL"] }])
    error_message = "Read-only root, not root, no capabilities."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].image == var.image
    error_message = "The image is the one that was named by its digest."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command == ["CMD", "/rds-broker", "health"]
    error_message = "The image has no shell: the binary checks itself."
  }
}

run "settings_of_ones_own_reach_the_broker" {
  variables {
    settings = { BROKER_LOG_LEVEL = "debug" }
  }

  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment, { name = "BROKER_LOG_LEVEL", value = "debug" })
    error_message = "What is in settings must be in the environment."
  }
}

run "the_log_is_kept_and_encrypted" {
  assert {
    condition     = aws_cloudwatch_log_group.broker.retention_in_days == 365 && aws_cloudwatch_log_group.broker.kms_key_id == var.kms_key_arn
    error_message = "The log is kept for a year under the key."
  }

  assert {
    condition     = startswith(aws_cloudwatch_log_group.broker.name, "/codesphere/")
    error_message = "The key lets log groups below /<name>/ use it only."
  }
}
