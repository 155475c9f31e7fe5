# The broker in a VPC of its own, without any way to or from the internet.
module "network" {
  source = "../../modules/network"

  name               = var.name
  cidr               = var.vpc_cidr
  availability_zones = var.availability_zones
  kms_key_arn        = var.kms_key_arn
  transit_gateway    = var.transit_gateway
  peerings           = var.peerings
}

module "database_defaults" {
  source = "../../modules/database-defaults"

  name         = var.name
  vpc_id       = module.network.vpc_id
  subnets      = module.network.database_subnets
  client_cidrs = var.application_cidrs
}

module "broker" {
  source = "../../modules/broker"

  name                       = var.name
  image                      = var.image
  tasks                      = var.tasks
  rds_calls_per_second       = var.rds_calls_per_second
  db_instances_in_account    = var.db_instances_in_account
  kms_key_arn                = var.kms_key_arn
  initial_token              = var.initial_token
  permissions_boundary_arn   = var.permissions_boundary_arn
  monitoring_role_arn        = var.enhanced_monitoring ? module.database_defaults.monitoring_role_arn : null
  otlp_endpoint              = var.otlp_endpoint
  otlp_cidrs                 = var.otlp_cidrs
  vpc_id                     = module.network.vpc_id
  subnets                    = module.network.broker_subnets
  aws_apis                   = module.network.aws_apis
  control_plane_cidrs        = var.control_plane_cidrs
  hostname                   = var.hostname
  certificate_arn            = var.certificate_arn
  private_zone_id            = var.private_zone_id
  deletion_protection        = var.deletion_protection
  db_subnet_group            = module.database_defaults.subnet_group
  database_security_group_id = module.database_defaults.security_group_id
  client_security_group_id   = module.database_defaults.client_security_group_id
}

module "observability" {
  source = "../../modules/observability"

  broker          = module.broker.observed
  kms_key_arn     = var.kms_key_arn
  email_addresses = var.alarm_email_addresses
}
