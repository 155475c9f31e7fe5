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

run "only_the_control_plane_reaches_the_load_balancer" {
  variables {
    control_plane_cidrs = ["10.1.2.0/24", "10.9.0.0/16"]
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.control_plane : rule.cidr_ipv4]) == toset(["10.1.2.0/24", "10.9.0.0/16"])
    error_message = "The ranges of the control plane, and no other."
  }

  assert {
    condition = alltrue([for rule in aws_vpc_security_group_ingress_rule.control_plane :
    rule.security_group_id == aws_security_group.load_balancer.id && rule.from_port == 443 && rule.to_port == 443])
    error_message = "They reach port 443 of the load balancer."
  }
}

run "only_the_load_balancer_reaches_the_tasks" {
  assert {
    condition = (aws_vpc_security_group_ingress_rule.from_load_balancer.security_group_id == aws_security_group.tasks.id
      && aws_vpc_security_group_ingress_rule.from_load_balancer.referenced_security_group_id == aws_security_group.load_balancer.id
      && aws_vpc_security_group_ingress_rule.from_load_balancer.cidr_ipv4 == null
    && length(aws_vpc_security_group_ingress_rule.metrics) == 0)
    error_message = "Tasks admit the load balancer's group, and no range."
  }
}

run "who_reads_metrics_reaches_each_task" {
  variables {
    metrics_security_group_ids = ["sg-prometheus", "sg-bastion"]
  }

  assert {
    condition = [for rule in aws_vpc_security_group_ingress_rule.metrics : rule.referenced_security_group_id
    if rule.security_group_id == aws_security_group.tasks.id && rule.from_port == 8080 && rule.to_port == 8080] == ["sg-prometheus", "sg-bastion"]
    error_message = "These groups, at the tasks' port."
  }
}

run "tasks_reach_databases_and_aws_only" {
  variables {
    aws_apis = { security_group_ids = ["sg-endpoints"], prefix_list_ids = ["pl-s3"] }
  }

  assert {
    condition = toset([for rule in aws_vpc_security_group_egress_rule.to_databases : "${rule.referenced_security_group_id}:${rule.from_port}"]) == toset(
      ["sg-databases:5432", "sg-databases:3306"]
    )
    error_message = "The databases, on the ports of the engines."
  }

  assert {
    condition = [for rule in aws_vpc_security_group_egress_rule.to_aws : coalesce(rule.referenced_security_group_id, rule.prefix_list_id)
    if rule.from_port == 443 && rule.to_port == 443] == ["sg-endpoints", "pl-s3"]
    error_message = "AWS, where it was said to be, over HTTPS."
  }
}

run "it_is_internal_and_speaks_tls_only" {
  assert {
    condition     = aws_lb.this.internal && aws_lb.this.enable_deletion_protection && aws_lb.this.drop_invalid_header_fields
    error_message = "The load balancer is internal, protected, and drops headers that are none."
  }

  assert {
    condition = (aws_lb_listener.https.protocol == "HTTPS" && aws_lb_listener.https.port == 443
    && aws_lb_listener.https.certificate_arn == var.certificate_arn && strcontains(aws_lb_listener.https.ssl_policy, "TLS13"))
    error_message = "Its one listener speaks TLS 1.2 and 1.3 with the given certificate."
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/ready"
    error_message = "A task gets requests, and takes another's place, only when it is ready."
  }
}

run "the_registration_is_fed" {
  variables {
    private_zone_id = "Z0123456789ABCDEFGHIJ"
  }

  assert {
    condition     = output.endpoint_url == "https://databases.internal.example.com" && output.provider_endpoints.postgres == "https://databases.internal.example.com/postgres"
    error_message = "The outputs say where the platform calls."
  }

  assert {
    condition     = aws_route53_record.this[0].name == "databases.internal.example.com" && aws_route53_record.this[0].alias[0].name == aws_lb.this.dns_name
    error_message = "The hostname leads to the load balancer."
  }
}

run "a_zone_of_ones_own_is_left_alone" {
  assert {
    condition     = length(aws_route53_record.this) == 0 && output.load_balancer_dns_name == aws_lb.this.dns_name
    error_message = "Without a zone there is no record, and the output says where to point the name."
  }
}

run "a_range_that_aws_would_write_otherwise_is_refused" {
  command         = plan
  expect_failures = [var.control_plane_cidrs]

  variables {
    control_plane_cidrs = ["10.1.2.7/24"]
  }
}

run "a_name_that_aws_refuses_a_load_balancer_is_refused" {
  command         = plan
  expect_failures = [var.name]

  variables {
    name = "internal-codesphere"
  }
}
