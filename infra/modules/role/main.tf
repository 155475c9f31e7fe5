data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  region    = data.aws_region.this.region
}

# What the broker itself may do: the policies of policies/, of the repository, and nothing else.
resource "aws_iam_role" "this" {
  name                 = coalesce(var.role_name, "${var.name}-broker-${local.region}")
  description          = "The RDS broker ${var.name}: makes, changes and deletes its databases"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = local.trust_policy
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = var.kms_key_arn != null || length(var.former_kms_key_arns) == 0
      error_message = "former_kms_key_arns stand beside kms_key_arn, the key of new databases: give that, too."
    }
  }
}

resource "aws_iam_policy" "this" {
  for_each = local.purposes

  name        = "${var.name}-${each.key}-${local.region}"
  description = "policies/broker-${each.key}.json of the RDS broker ${var.name}"
  policy      = local.policies[each.key]
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = aws_iam_policy.this

  role       = aws_iam_role.this.name
  policy_arn = each.value.arn
}

# For people who operate the account: they keep their own permissions, less what the boundary does not hold. An
# administrator of the account attaches it.
resource "aws_iam_policy" "operator_boundary" {
  count = var.create_operator_boundary ? 1 : 0

  name        = "${var.name}-operator-boundary-${local.region}"
  description = "Permissions boundary for operators of the RDS broker ${var.name}"
  policy      = local.operator_boundary
  tags        = var.tags
}
