# What the broker itself may do: the policies of policies/, of the repository, and nothing else.
resource "aws_iam_role" "task" {
  name                 = "${var.name}-task-${local.region}"
  description          = "The RDS broker ${var.name}: makes, changes and deletes its databases"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = local.tasks_may_assume
  tags                 = var.tags
}

locals {
  policies_dir = coalesce(var.policies_dir, "${path.module}/../../../policies")

  policy_values = {
    partition        = local.partition
    region           = local.region
    account          = local.account
    prefix           = var.name
    subnet_group     = var.db_subnet_group
    kms_key_arn      = var.kms_key_arn
    token_secret_arn = aws_secretsmanager_secret.tokens.arn
    # Only policies/broker-monitoring.json names it.
    monitoring_role_arn = var.monitoring_role_arn
  }

  task_policies = toset(concat(["read", "lifecycle", "secrets", "kms"], var.monitoring_role_arn == null ? [] : ["monitoring"]))
}

resource "aws_iam_policy" "task" {
  for_each = local.task_policies

  name        = "${var.name}-${each.key}-${local.region}"
  description = "policies/broker-${each.key}.json of the RDS broker ${var.name}"
  # Decoded and encoded again: without blanks, and a file that is no JSON fails here.
  policy = jsonencode(jsondecode(templatefile("${local.policies_dir}/broker-${each.key}.json", local.policy_values)))
  tags   = var.tags
}

resource "aws_iam_role_policy_attachment" "task" {
  for_each = aws_iam_policy.task

  role       = aws_iam_role.task.name
  policy_arn = each.value.arn
}

# For people who operate the account: they keep their own permissions, less what would get around the broker. An
# administrator of the account attaches it as permissions boundary.
resource "aws_iam_policy" "operator_boundary" {
  count = var.create_operator_boundary ? 1 : 0

  name        = "${var.name}-operator-boundary-${local.region}"
  description = "Permissions boundary for operators of the RDS broker ${var.name}"
  policy      = jsonencode(jsondecode(templatefile("${local.policies_dir}/operator-boundary.json", local.policy_values)))
  tags        = var.tags
}
