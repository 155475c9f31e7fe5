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
  initial_token              = "the-first-token-of-32-characters"
}

run "the_token_is_written_and_not_known" {
  assert {
    condition     = aws_secretsmanager_secret_version.token[0].secret_string_wo == null && aws_secretsmanager_secret_version.token[0].secret_string == null
    error_message = "The state must not hold the token."
  }

  assert {
    condition     = output.token_secret_arn == aws_secretsmanager_secret.tokens.arn && aws_secretsmanager_secret.tokens.kms_key_id == var.kms_key_arn
    error_message = "The output names the secret, which is under the key."
  }

  assert {
    condition = toset([for setting in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : setting.name
    if startswith(setting.name, "BROKER_TOKENS")]) == toset(["BROKER_TOKENS_SECRET"])
    error_message = "The tasks are told the secret's name, never a token."
  }

  assert {
    condition     = !strcontains(aws_ecs_task_definition.this.container_definitions, "the-first-token")
    error_message = "The task definition must not hold the token."
  }

  assert {
    condition     = !startswith(aws_secretsmanager_secret.tokens.name_prefix, "${var.name}/")
    error_message = "Below <name>/ are the passwords of services, which the broker may change and delete."
  }
}

run "a_token_by_hand_is_not_written" {
  variables {
    initial_token_version = 0
  }

  assert {
    condition     = length(aws_secretsmanager_secret_version.token) == 0
    error_message = "With version 0 the operator sets the token."
  }
}

run "the_policies_of_the_repository_are_the_role" {
  assert {
    condition     = toset(keys(aws_iam_policy.task)) == toset(["read", "lifecycle", "secrets", "kms"]) && length(aws_iam_role_policy_attachment.task) == 4
    error_message = "Four policies, all attached."
  }

  assert {
    condition     = jsondecode(aws_iam_policy.task["kms"].policy).Statement[0].Resource == var.kms_key_arn
    error_message = "The key's ARN is put in."
  }

  assert {
    condition     = [for each in jsondecode(aws_iam_policy.task["secrets"].policy).Statement : each.Resource if each.Sid == "ReadTheTokens"] == [aws_secretsmanager_secret.tokens.arn]
    error_message = "The token secret's ARN is put in."
  }

  assert {
    condition = jsondecode(aws_iam_policy.task["lifecycle"].policy).Statement[0] == {
      Sid      = "CreateTaggedPrivateEncryptedInstances"
      Effect   = "Allow"
      Action   = "rds:CreateDBInstance"
      Resource = "arn:aws:rds:eu-central-1:123456789012:db:codesphere-*"
      Condition = {
        StringEquals = { "aws:RequestTag/codesphere:broker" = "codesphere" }
        Bool         = { "rds:PubliclyAccessible" = "false", "rds:StorageEncrypted" = "true" }
      }
    }
    error_message = "Partition, region, account, prefix and subnet group are put in."
  }

  assert {
    condition     = length(aws_iam_policy.operator_boundary) == 1
    error_message = "The operators' boundary is made."
  }
}

run "only_tasks_of_this_account_and_region_assume_the_roles" {
  assert {
    condition = alltrue([for role in [aws_iam_role.task, aws_iam_role.execution] :
      jsondecode(role.assume_role_policy).Statement[0].Condition == {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:eu-central-1:123456789012:*" }
    }])
    error_message = "Nobody else's tasks may assume them."
  }
}

run "the_image_is_all_that_is_fetched" {
  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Resource
    if statement.Sid == "FetchTheImage"][0] == ["arn:aws:ecr:eu-central-1:123456789012:repository/rds-broker"]
    error_message = "Only the image's own repository."
  }
}

run "an_image_from_elsewhere_needs_no_ecr" {
  variables {
    image = "registry.example.com/team/rds-broker@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid] == ["WriteTheLog"]
    error_message = "Then the role only writes the log."
  }
}

run "a_boundary_of_the_organisation_bounds_both_roles" {
  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
    create_operator_boundary = false
  }

  assert {
    condition     = alltrue([for role in [aws_iam_role.task, aws_iam_role.execution] : role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"])
    error_message = "Both roles carry it."
  }

  assert {
    condition     = output.operator_boundary_arn == null
    error_message = "Without the operators' boundary there is none."
  }
}
