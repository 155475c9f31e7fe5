# The broker's settings, by their names in .env.example. None of them is secret.
locals {
  settings = merge(var.settings, local.optional_settings, {
    AWS_REGION                  = local.region
    BROKER_NAME                 = var.name
    BROKER_LISTEN               = "0.0.0.0:${local.port}"
    BROKER_TOKENS_SECRET        = aws_secretsmanager_secret.tokens.arn
    BROKER_DB_SUBNET_GROUP      = var.db_subnet_group
    BROKER_SECURITY_GROUP_IDS   = var.database_security_group_id
    BROKER_KMS_KEY_ID           = var.kms_key_arn
    BROKER_RDS_CALLS_PER_SECOND = tostring(local.calls_per_task)
    BROKER_RDS_BURST            = tostring(local.burst_per_task)
    # The metric filters of the module observability read it.
    BROKER_LOG_FORMAT       = "json"
    BROKER_SHUTDOWN_SECONDS = tostring(local.shutdown_seconds)
  })

  optional_settings = { for name, value in {
    BROKER_MONITORING_ROLE_ARN         = var.monitoring_role_arn
    BROKER_MONITORING_INTERVAL_SECONDS = var.monitoring_role_arn == null ? null : tostring(var.monitoring_interval_seconds)
    OTEL_EXPORTER_OTLP_ENDPOINT        = var.otlp_endpoint
  } : name => value if value != null }
}
