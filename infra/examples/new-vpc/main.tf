# The broker in a VPC of its own, without any way to or from the internet.
module "network" {
  source = "../../modules/network"

  name                     = var.name
  cidr                     = var.vpc_cidr
  availability_zones       = var.availability_zones
  kms_key_arn              = var.kms_key_arn
  transit_gateway          = var.transit_gateway
  peerings                 = var.peerings
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "database_defaults" {
  source = "../../modules/database-defaults"

  name                     = var.name
  vpc_id                   = module.network.vpc_id
  subnets                  = module.network.database_subnets
  client_cidrs             = var.application_cidrs
  create_monitoring_role   = var.enhanced_monitoring || var.keep_monitoring_role
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "broker" {
  source = "../../modules/broker"

  name                       = var.name
  image                      = var.image
  settings                   = var.settings
  architecture               = var.architecture
  task_size                  = var.task_size
  tasks                      = var.tasks
  rds_calls_per_second       = var.rds_calls_per_second
  db_instances_in_account    = var.db_instances_in_account
  kms_key_arn                = var.kms_key_arn
  former_kms_key_arns        = var.former_kms_key_arns
  unencrypted_databases      = var.unencrypted_databases
  initial_token              = var.initial_token
  initial_token_version      = var.initial_token_version
  log_retention_in_days      = var.log_retention_in_days
  permissions_boundary_arn   = var.permissions_boundary_arn
  monitoring_role_arn        = var.enhanced_monitoring ? module.database_defaults.monitoring_role_arn : null
  otlp_endpoint              = var.otlp_endpoint
  otlp_cidrs                 = var.otlp_cidrs
  vpc_id                     = module.network.vpc_id
  subnets                    = module.network.broker_subnets
  aws_apis                   = module.network.aws_apis
  control_plane_cidrs        = var.control_plane_cidrs
  metrics_security_group_ids = var.metrics_security_group_ids
  hostname                   = var.hostname
  certificate_arn            = var.certificate_arn
  private_zone_id            = var.private_zone_id
  access_logs                = var.access_logs
  deletion_protection        = var.deletion_protection
  db_subnet_group            = module.database_defaults.subnet_group
  database_security_group_id = module.database_defaults.security_group_id
  client_security_group_id   = module.database_defaults.client_security_group_id
}

module "observability" {
  source = "../../modules/observability"

  broker          = module.broker.observed
  kms_key_arn     = var.kms_key_arn
  runbook         = var.runbook
  topic_arns      = var.topic_arns
  email_addresses = var.alarm_email_addresses
}
