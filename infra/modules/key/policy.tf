# The key policy is written as data, not by aws_iam_policy_document, so that a plan shows every word of it.
locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  region    = data.aws_region.this.region

  statements = [
    {
      # What AWS calls enabling IAM policies: without it nobody could change the key's policy any more. Who may
      # use the key for what is then a matter of policies/broker-kms.json.
      Sid       = "IamPoliciesOfThisAccountDecide"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
    },
    merge(
      {
        # prevent_destroy binds Terraform only. This binds everyone who could delete it in the console.
        Sid       = "DatabasesAreLostWithoutThisKey"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["kms:DisableKey", "kms:ScheduleKeyDeletion"]
        Resource  = "*"
      },
      length(var.deletion_principal_arns) == 0 ? {} : {
        Condition = { ArnNotLike = { "aws:PrincipalArn" = var.deletion_principal_arns } }
      },
    ),
    {
      Sid       = "LogGroupsOfTheBroker"
      Effect    = "Allow"
      Principal = { Service = "logs.${local.region}.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      Resource  = "*"
      Condition = {
        ArnLike = {
          "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/${var.name}/*"
        }
      }
    },
    {
      # An alarm that reaches an encrypted topic is encrypted by CloudWatch itself.
      Sid       = "AlarmsReachTheEncryptedTopic"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-*" }
      }
    },
  ]
}
