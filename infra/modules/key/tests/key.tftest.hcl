mock_provider "aws" {
  source = "../../checks/mocks"
}

variables {
  name = "codesphere"
}

run "it_rotates_and_cannot_be_deleted_in_passing" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "The key's material must rotate."
  }

  assert {
    condition     = aws_kms_key.this.deletion_window_in_days == 30
    error_message = "There must be 30 days to take a deletion back."
  }

  assert {
    condition = jsonencode([for statement in jsondecode(aws_kms_key.this.policy).Statement :
      [statement.Action, statement.Principal, can(statement.Condition)] if statement.Effect == "Deny"]) == jsonencode([
      [["kms:DisableKey", "kms:ScheduleKeyDeletion"], { AWS = "*" }, false]
    ])
    error_message = "By default nobody may disable the key or order its deletion."
  }
}

run "whom_it_names_may_delete_it" {
  command = plan

  variables {
    deletion_principal_arns = ["arn:aws:iam::123456789012:role/key-administrator"]
  }

  assert {
    condition = [for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Condition
    if statement.Effect == "Deny"][0] == { ArnNotLike = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/key-administrator"] } }
    error_message = "All but those who are named must be refused."
  }
}

run "only_the_brokers_own_log_groups_use_it" {
  command = plan

  assert {
    condition = [for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Condition.ArnLike
      if statement.Sid == "LogGroupsOfTheBroker"] == [{
        "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-central-1:123456789012:log-group:/codesphere/*"
    }]
    error_message = "CloudWatch Logs may use the key for log groups below /codesphere/ only."
  }
}

run "nobody_but_this_account_and_two_services_is_let_in" {
  command = plan

  assert {
    condition = [for statement in jsondecode(aws_kms_key.this.policy).Statement : jsonencode(statement.Principal)
      if statement.Effect == "Allow"] == [
      jsonencode({ AWS = "arn:aws:iam::123456789012:root" }),
      jsonencode({ Service = "logs.eu-central-1.amazonaws.com" }),
      jsonencode({ Service = "cloudwatch.amazonaws.com" }),
    ]
    error_message = "The key is for principals of this account, CloudWatch Logs and CloudWatch alarms."
  }
}

run "a_name_that_rds_would_not_take_is_refused" {
  command         = plan
  expect_failures = [var.name]

  variables {
    name = "rds-broker"
  }
}

run "a_short_deletion_window_is_refused" {
  command         = plan
  expect_failures = [var.deletion_window_in_days]

  variables {
    deletion_window_in_days = 7
  }
}

run "everybody_as_who_may_delete_it_is_refused" {
  command         = plan
  expect_failures = [var.deletion_principal_arns]

  variables {
    deletion_principal_arns = ["*"]
  }
}
