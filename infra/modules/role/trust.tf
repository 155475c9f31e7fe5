# Who may act as the broker.
locals {
  # Of the account and region where the service says for whom it asks. EC2 does not: who may start a machine with the
  # role is a matter of iam:PassRole.
  service_conditions = {
    "ecs-tasks.amazonaws.com" = {
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account}:*" }
      }
    }
    "ec2.amazonaws.com" = {}
  }

  service_trust = var.trust.service == null ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [merge({
      Sid       = "OneServiceOfAws"
      Effect    = "Allow"
      Principal = { Service = var.trust.service }
      Action    = "sts:AssumeRole"
    }, local.service_conditions[var.trust.service])]
  })

  issuer = var.trust.oidc == null ? null : element(split(":oidc-provider/", var.trust.oidc.provider_arn), 1)

  oidc_trust = var.trust.oidc == null ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OneServiceAccountOfOneCluster"
      Effect    = "Allow"
      Principal = { Federated = var.trust.oidc.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = "system:serviceaccount:${var.trust.oidc.namespace}:${var.trust.oidc.service_account}"
        }
      }
    }]
  })

  trust_policy = coalesce(local.service_trust, local.oidc_trust, var.trust.policy)
}
