# What the Helm chart needs in AWS, where the broker runs in a cluster beside Codesphere: what databases are made with,
# and the role of its service account (IRSA). Tokens are a Secret of the
# cluster, or a secret of AWS (`token_secret_arn`).
module "database_defaults" {
  source = "../../modules/database-defaults"

  name                      = var.name
  vpc_id                    = var.vpc_id
  subnets                   = var.database_subnets
  client_cidrs              = var.application_cidrs
  client_security_group_ids = var.client_security_group_ids
  create_monitoring_role    = var.enhanced_monitoring || var.keep_monitoring_role
  permissions_boundary_arn  = var.permissions_boundary_arn
}

module "role" {
  source = "../../modules/role"

  name                     = var.name
  trust                    = { oidc = var.service_account }
  db_subnet_group          = module.database_defaults.subnet_group
  kms_key_arn              = var.kms_key_arn
  former_kms_key_arns      = var.former_kms_key_arns
  unencrypted_databases    = var.unencrypted_databases
  token_secret_arn         = var.token_secret_arn
  monitoring_role_arn      = var.enhanced_monitoring ? module.database_defaults.monitoring_role_arn : null
  permissions_boundary_arn = var.permissions_boundary_arn
}
