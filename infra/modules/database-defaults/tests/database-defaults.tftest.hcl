# Plans only: what this module makes refuses to be destroyed, also at the end of a test. That it does refuse is
# checked by infra/checks/tests/test_destroy.py.
mock_provider "aws" {
  source = "../../checks/mocks"
}

variables {
  name         = "codesphere"
  vpc_id       = "vpc-0123456789abcdef0"
  subnets      = { "eu-central-1a" = "subnet-a", "eu-central-1b" = "subnet-b" }
  client_cidrs = ["10.1.0.0/16"]
}

run "databases_stand_in_the_given_subnets" {
  command = plan

  assert {
    condition     = aws_db_subnet_group.this.subnet_ids == toset(["subnet-a", "subnet-b"]) && output.subnet_group == "codesphere"
    error_message = "The subnet group must span the given subnets."
  }
}

run "only_clients_get_in_and_nothing_gets_out" {
  command = plan

  # The group of the clients is made in the same plan, so that who is in the rules is checked after an apply.
  assert {
    condition     = length(aws_security_group.databases.egress) == 0
    error_message = "A database calls nobody."
  }

  assert {
    condition     = length(aws_security_group.clients.ingress) == 0 && length(aws_security_group.clients.egress) == 0
    error_message = "The clients' group gives nothing but membership."
  }

  assert {
    condition     = aws_security_group.databases.revoke_rules_on_delete == false
    error_message = "Rules must outlive an attempt to delete the group, which AWS refuses while it is used."
  }
}

run "parameter_groups_demand_tls" {
  command = plan

  assert {
    condition     = output.parameter_groups == { "postgres17" = "postgres17-codesphere", "mysql8.4" = "mysql8-4-codesphere", "mariadb11.4" = "mariadb11-4-codesphere" }
    error_message = "There is a parameter group for each family."
  }

  assert {
    condition = alltrue([for group in aws_db_parameter_group.this :
    anytrue([for parameter in group.parameter : contains(["rds.force_ssl", "require_secure_transport"], parameter.name)])])
    error_message = "Each demands TLS."
  }
}

run "only_this_brokers_instances_use_the_monitoring_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.monitoring[0].assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      StringLike   = { "aws:SourceArn" = "arn:aws:rds:eu-central-1:123456789012:db:codesphere-*" }
    }
    error_message = "The role is for instances of this broker."
  }

  assert {
    condition     = output.monitoring_role_arn == "arn:aws:iam::123456789012:role/${aws_iam_role.monitoring[0].name}"
    error_message = "The plan knows the role's ARN, so that it can depend on there being one."
  }
}

run "the_monitoring_role_has_the_boundary" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = aws_iam_role.monitoring[0].permissions_boundary == var.permissions_boundary_arn
    error_message = "An organisation that demands a boundary refuses roles without it."
  }
}

run "the_monitoring_role_can_be_left_out" {
  command = plan

  variables {
    create_monitoring_role = false
  }

  assert {
    condition     = length(aws_iam_role.monitoring) == 0 && output.monitoring_role_arn == null
    error_message = "Without it there is no role."
  }
}

run "databases_for_everybody_are_refused" {
  command         = plan
  expect_failures = [var.client_cidrs]

  variables {
    client_cidrs = ["0.0.0.0/0"]
  }
}

run "half_of_all_addresses_is_everybody_too" {
  command         = plan
  expect_failures = [var.client_cidrs]

  variables {
    client_cidrs = ["128.0.0.0/1"]
  }
}

run "one_zone_is_refused" {
  command         = plan
  expect_failures = [var.subnets]

  variables {
    subnets = { "eu-central-1a" = "subnet-a" }
  }
}

run "subnets_without_zones_are_refused" {
  command         = plan
  expect_failures = [var.subnets]

  variables {
    subnets = { a = "subnet-a", b = "subnet-b" }
  }
}

run "a_family_that_rds_does_not_have_is_refused" {
  command         = plan
  expect_failures = [var.parameter_groups]

  variables {
    parameter_groups = { oracle = {} }
  }
}
