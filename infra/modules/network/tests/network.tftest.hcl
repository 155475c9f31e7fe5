mock_provider "aws" {
  source = "../../checks/mocks"
}

variables {
  name               = "codesphere"
  cidr               = "10.42.0.0/16"
  availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
}

run "subnets_lie_in_every_zone_and_do_not_overlap" {
  assert {
    condition = { for zone, subnet in aws_subnet.databases : zone => subnet.cidr_block } == {
      "eu-central-1a" = "10.42.0.0/19", "eu-central-1b" = "10.42.32.0/19", "eu-central-1c" = "10.42.64.0/19"
    }
    error_message = "Databases get an eighth of the range in each zone."
  }

  assert {
    condition = { for zone, subnet in aws_subnet.broker : zone => subnet.cidr_block } == {
      "eu-central-1a" = "10.42.192.0/20", "eu-central-1b" = "10.42.208.0/20", "eu-central-1c" = "10.42.224.0/20"
    }
    error_message = "The broker gets a sixteenth of the range in each zone."
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.broker), values(aws_subnet.databases)) : !subnet.map_public_ip_on_launch])
    error_message = "No subnet may hand out public addresses."
  }

  assert {
    condition     = length(output.broker_subnets) == 3 && length(output.database_subnets) == 3
    error_message = "The outputs name the subnet of every zone."
  }
}

run "endpoints_admit_the_brokers_subnets_and_only_https" {
  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.endpoints : rule.cidr_ipv4]) == toset(["10.42.192.0/20", "10.42.208.0/20", "10.42.224.0/20"])
    error_message = "Endpoints are for the broker's subnets."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.endpoints : rule.from_port == 443 && rule.to_port == 443])
    error_message = "Endpoints are asked over HTTPS."
  }

  assert {
    condition = alltrue([for endpoint in aws_vpc_endpoint.interface :
    jsondecode(endpoint.policy).Statement[0].Condition == { StringEquals = { "aws:PrincipalAccount" = "123456789012" } }])
    error_message = "Endpoints are for principals of this account."
  }

  assert {
    condition     = toset([for endpoint in aws_vpc_endpoint.interface : endpoint.service_name]) == toset([for service in ["rds", "secretsmanager", "kms", "ec2", "sts", "logs", "ecr.api", "ecr.dkr"] : "com.amazonaws.eu-central-1.${service}"])
    error_message = "What the broker asks of AWS must be reached without the internet."
  }
}

run "flow_logs_are_kept_and_encrypted" {
  assert {
    condition     = aws_cloudwatch_log_group.flow.retention_in_days == 365 && aws_cloudwatch_log_group.flow.kms_key_id == var.kms_key_arn
    error_message = "Flow logs are kept for a year under the key."
  }

  assert {
    condition     = startswith(aws_cloudwatch_log_group.flow.name, "/codesphere/")
    error_message = "The key lets log groups below /<name>/ use it only."
  }
}

run "the_role_of_flow_logs_has_the_boundary" {
  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = aws_iam_role.flow.permissions_boundary == var.permissions_boundary_arn
    error_message = "An organisation that demands a boundary refuses roles without it."
  }
}

run "a_transit_gateway_is_attached_and_routed_to" {
  variables {
    transit_gateway = { id = "tgw-0123456789abcdef0", cidrs = ["10.1.0.0/16", "10.2.0.0/16"] }
  }

  assert {
    condition     = aws_ec2_transit_gateway_vpc_attachment.this[0].transit_gateway_id == "tgw-0123456789abcdef0"
    error_message = "The transit gateway must be attached."
  }

  assert {
    condition     = toset([for route in aws_route.transit_gateway : route.destination_cidr_block]) == toset(["10.1.0.0/16", "10.2.0.0/16"])
    error_message = "Each of its ranges must be routed to it."
  }
}

run "peerings_are_routed_to" {
  variables {
    peerings = { "pcx-0123456789abcdef0" = ["10.3.0.0/16"] }
  }

  assert {
    condition     = { for route in aws_route.peering : route.destination_cidr_block => route.vpc_peering_connection_id } == { "10.3.0.0/16" = "pcx-0123456789abcdef0" }
    error_message = "Each range of a peering must be routed to it."
  }
}

run "a_route_to_the_internet_is_refused" {
  command         = plan
  expect_failures = [var.transit_gateway]

  variables {
    transit_gateway = { id = "tgw-0123456789abcdef0", cidrs = ["0.0.0.0/0"] }
  }
}

run "a_peering_to_everywhere_is_refused" {
  command         = plan
  expect_failures = [var.peerings]

  variables {
    peerings = { "pcx-0123456789abcdef0" = ["0.0.0.0/0"] }
  }
}

run "one_zone_is_refused" {
  command         = plan
  expect_failures = [var.availability_zones]

  variables {
    availability_zones = ["eu-central-1a"]
  }
}

run "a_small_range_is_refused" {
  command         = plan
  expect_failures = [var.cidr]

  variables {
    cidr = "10.42.0.0/24"
  }
}

run "an_alias_instead_of_a_key_is_refused" {
  command         = plan
  expect_failures = [var.kms_key_arn]

  variables {
    kms_key_arn = "alias/codesphere"
  }
}

run "a_week_of_flow_logs_is_refused" {
  command         = plan
  expect_failures = [var.flow_log_retention_in_days]

  variables {
    flow_log_retention_in_days = 7
  }
}
