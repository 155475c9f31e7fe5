mock_provider "aws" {
  source = "../../checks/mocks"
}

variables {
  name             = "codesphere"
  trust            = { service = "ecs-tasks.amazonaws.com" }
  db_subnet_group  = "codesphere"
  kms_key_arn      = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
  token_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:codesphere-tokens-AbCdEf"
}

run "the_policies_of_the_repository_are_the_role" {
  assert {
    condition     = toset(keys(aws_iam_policy.this)) == toset(["read", "lifecycle", "secrets", "kms"]) && length(aws_iam_role_policy_attachment.this) == 4
    error_message = "Four policies, all attached."
  }

  assert {
    condition     = alltrue([for each in jsondecode(aws_iam_policy.this["kms"].policy).Statement : each.Resource == [var.kms_key_arn]])
    error_message = "The key's ARN is put in."
  }

  assert {
    condition     = [for each in jsondecode(aws_iam_policy.this["secrets"].policy).Statement : each.Resource if each.Sid == "ReadTheTokens"] == [var.token_secret_arn]
    error_message = "The token secret's ARN is put in."
  }

  assert {
    condition = jsondecode(aws_iam_policy.this["lifecycle"].policy).Statement[0] == {
      Sid      = "CreateTaggedPrivateEncryptedInstances"
      Effect   = "Allow"
      Action   = "rds:CreateDBInstance"
      Resource = "arn:aws:rds:eu-central-1:123456789012:db:codesphere-*"
      Condition = {
        StringEquals = { "aws:RequestTag/codesphere:broker" = "codesphere" }
        Bool         = { "rds:StorageEncrypted" = "true" }
        BoolIfExists = { "rds:PubliclyAccessible" = "false" }
      }
    }
    error_message = "Partition, region, account, prefix and subnet group are put in."
  }

  assert {
    condition     = aws_iam_role.this.name == "codesphere-broker-eu-central-1" && output.role_name == aws_iam_role.this.name && output.role_arn == aws_iam_role.this.arn
    error_message = "The role is named after the broker."
  }

  assert {
    condition     = length(aws_iam_policy.operator_boundary) == 1 && output.operator_boundary_arn == aws_iam_policy.operator_boundary[0].arn
    error_message = "The operators' boundary is made."
  }
}

run "former_keys_stand_beside_the_key_of_new_databases" {
  variables {
    former_kms_key_arns = [
      "arn:aws:kms:eu-central-1:123456789012:key/11111111-89ab-cdef-0123-456789abcdef",
      "arn:aws:kms:eu-central-1:123456789012:key/22222222-89ab-cdef-0123-456789abcdef",
    ]
  }

  assert {
    condition = alltrue([for each in jsondecode(aws_iam_policy.this["kms"].policy).Statement :
    each.Resource == concat([var.kms_key_arn], var.former_kms_key_arns)])
    error_message = "In every statement about keys."
  }
}

run "former_keys_without_a_key_of_new_databases_are_refused" {
  command         = plan
  expect_failures = [aws_iam_role.this]

  variables {
    kms_key_arn         = null
    former_kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:key/11111111-89ab-cdef-0123-456789abcdef"]
  }
}

run "what_is_not_set_is_not_allowed" {
  variables {
    kms_key_arn              = null
    token_secret_arn         = null
    create_operator_boundary = false
  }

  assert {
    condition     = toset(keys(aws_iam_policy.this)) == toset(["read", "lifecycle", "secrets"])
    error_message = "Without a key of one's own nothing is said of keys."
  }

  assert {
    condition     = !strcontains(aws_iam_policy.this["secrets"].policy, "ReadTheTokens") && length(jsondecode(aws_iam_policy.this["secrets"].policy).Statement) == 5
    error_message = "Tokens that are no secret of AWS's are not read there."
  }

  assert {
    condition     = length(aws_iam_policy.operator_boundary) == 0 && output.operator_boundary_arn == null
    error_message = "Without the operators' boundary there is none."
  }
}

run "without_a_token_secret_operators_replace_none" {
  variables {
    token_secret_arn = null
  }

  assert {
    condition     = !strcontains(aws_iam_policy.operator_boundary[0].policy, "ReplaceTheTokens")
    error_message = "There is none to replace."
  }
}

run "options_are_documents_of_their_own" {
  variables {
    monitoring_role_arn   = "arn:aws:iam::123456789012:role/codesphere-rds-monitoring"
    unencrypted_databases = true
  }

  assert {
    condition     = toset(keys(aws_iam_policy.this)) == toset(["read", "lifecycle", "secrets", "kms", "monitoring", "unencrypted"])
    error_message = "Monitoring and unencrypted storage are asked for."
  }

  assert {
    condition     = jsondecode(aws_iam_policy.this["monitoring"].policy).Statement[0].Resource == var.monitoring_role_arn
    error_message = "It may pass this role alone."
  }
}

run "tasks_of_this_account_and_region_act_as_it" {
  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Sid       = "OneServiceOfAws"
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:eu-central-1:123456789012:*" }
      }
    }]
    error_message = "Nobody else's tasks may assume it."
  }
}

run "a_machine_acts_as_it" {
  variables {
    trust = { service = "ec2.amazonaws.com" }
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "ec2.amazonaws.com" }
    error_message = "EC2 gives it to a machine by an instance profile."
  }
}

run "one_service_account_of_one_cluster_acts_as_it" {
  variables {
    trust = {
      oidc = {
        provider_arn    = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF"
        namespace       = "databases"
        service_account = "rds-broker"
      }
    }
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
    role_name                = "codesphere-rds-broker"
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Sid       = "OneServiceAccountOfOneCluster"
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF:aud" = "sts.amazonaws.com"
          "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF:sub" = "system:serviceaccount:databases:rds-broker"
        }
      }
    }]
    error_message = "By its exact name, and for AWS alone."
  }

  assert {
    condition     = aws_iam_role.this.name == "codesphere-rds-broker" && aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "Name and boundary are as given."
  }
}

run "a_trust_policy_of_ones_own_is_taken_as_it_is" {
  variables {
    trust = { policy = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy) == { Version = "2012-10-17", Statement = [] }
    error_message = "Word for word."
  }
}

run "two_ways_at_once_are_refused" {
  command         = plan
  expect_failures = [var.trust]

  variables {
    trust = { service = "ec2.amazonaws.com", policy = "{}" }
  }
}
