# What the broker itself may do. The service waits for it: a task is not ready without.
module "role" {
  source = "../role"

  name                     = var.name
  role_name                = "${var.name}-task-${local.region}"
  trust                    = { service = "ecs-tasks.amazonaws.com" }
  db_subnet_group          = var.db_subnet_group
  kms_key_arn              = var.kms_key_arn
  former_kms_key_arns      = var.former_kms_key_arns
  token_secret_arn         = aws_secretsmanager_secret.tokens.arn
  monitoring_role_arn      = var.monitoring_role_arn
  unencrypted_databases    = var.unencrypted_databases
  policies_dir             = var.policies_dir
  permissions_boundary_arn = var.permissions_boundary_arn
  create_operator_boundary = var.create_operator_boundary
  tags                     = var.tags
}
