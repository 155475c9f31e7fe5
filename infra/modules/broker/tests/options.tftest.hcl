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

run "without_options_nothing_is_monitored_or_traced" {
  assert {
    condition = [for setting in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : setting.name
    if can(regex("MONITORING|OTEL", setting.name))] == []
    error_message = "Both are off by default."
  }

  assert {
    condition     = !contains(keys(module.role.policies), "monitoring") && length(aws_vpc_security_group_egress_rule.to_collector) == 0
    error_message = "What is off needs neither permission nor way."
  }
}

run "the_broker_passes_exactly_the_monitoring_role_to_rds" {
  variables {
    monitoring_role_arn         = "arn:aws:iam::123456789012:role/codesphere-rds-monitoring"
    monitoring_interval_seconds = 15
  }

  assert {
    condition = { for setting in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : setting.name => setting.value
      if strcontains(setting.name, "MONITORING") } == {
      BROKER_MONITORING_ROLE_ARN = var.monitoring_role_arn, BROKER_MONITORING_INTERVAL_SECONDS = "15"
    }
    error_message = "The broker is told the role and the interval."
  }

  assert {
    condition = jsondecode(module.role.policies["monitoring"]).Statement == [
      {
        Sid       = "PassTheMonitoringRole"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = var.monitoring_role_arn
        Condition = { StringEquals = { "iam:PassedToService" = "monitoring.rds.amazonaws.com" } }
      },
      {
        Sid      = "CheckTheMonitoringRole"
        Effect   = "Allow"
        Action   = "iam:GetRole"
        Resource = var.monitoring_role_arn
      },
    ]
    error_message = "It may pass this role, to the monitoring of RDS, and look at it."
  }
}

run "traces_reach_the_collector_at_its_port_only" {
  variables {
    otlp_endpoint = "http://collector.internal.example.com:4318"
    otlp_cidrs    = ["10.1.3.10/32"]
  }

  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment, { name = "OTEL_EXPORTER_OTLP_ENDPOINT", value = "http://collector.internal.example.com:4318" })
    error_message = "The broker is told the collector."
  }

  assert {
    condition     = { for cidr, rule in aws_vpc_security_group_egress_rule.to_collector : cidr => [rule.from_port, rule.to_port] } == { "10.1.3.10/32" = [4318, 4318] }
    error_message = "The port is that of the URL."
  }
}

run "the_port_follows_from_the_scheme" {
  variables {
    otlp_endpoint = "https://collector.internal.example.com/v1"
    otlp_cidrs    = ["10.1.3.10/32"]
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.to_collector["10.1.3.10/32"].from_port == 443
    error_message = "HTTPS is 443."
  }
}

run "a_range_that_is_open_for_aws_already_is_no_second_rule" {
  variables {
    otlp_endpoint = "https://collector.internal.example.com"
    otlp_cidrs    = ["10.1.3.10/32", "10.1.4.0/24"]
    aws_apis      = { cidrs = ["10.1.4.0/24"] }
  }

  assert {
    condition     = keys(aws_vpc_security_group_egress_rule.to_collector) == ["10.1.3.10/32"]
    error_message = "AWS refuses a rule that is there already."
  }
}

run "a_collector_without_a_way_to_it_is_refused" {
  command         = plan
  expect_failures = [var.otlp_cidrs]

  variables {
    otlp_endpoint = "http://collector.internal.example.com:4318"
  }
}

run "a_way_without_a_collector_is_refused" {
  command         = plan
  expect_failures = [var.otlp_cidrs]

  variables {
    otlp_cidrs = ["10.1.3.10/32"]
  }
}

run "an_interval_that_rds_does_not_know_is_refused" {
  command         = plan
  expect_failures = [var.monitoring_interval_seconds]

  variables {
    monitoring_interval_seconds = 20
  }
}

run "a_setting_that_has_a_variable_of_its_own_is_refused" {
  command         = plan
  expect_failures = [var.settings]

  variables {
    settings = { BROKER_MONITORING_ROLE_ARN = "arn:aws:iam::123456789012:role/other" }
  }
}
