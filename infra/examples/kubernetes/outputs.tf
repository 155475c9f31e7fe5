output "helm_values" {
  description = "What the chart is told of all this, as YAML: `helm install -f`, beside image, tokens and network policy of yours."
  value = yamlencode(merge({
    region         = var.region
    serviceAccount = { name = var.service_account.service_account, roleArn = module.role.role_arn }
    settings = merge({
      BROKER_NAME               = var.name
      BROKER_DB_SUBNET_GROUP    = module.database_defaults.subnet_group
      BROKER_SECURITY_GROUP_IDS = module.database_defaults.security_group_id
      BROKER_KMS_KEY_ID         = var.kms_key_arn
      }, var.enhanced_monitoring ? {
      BROKER_MONITORING_ROLE_ARN = module.database_defaults.monitoring_role_arn
    } : {})
    },
    { for arn in var.token_secret_arn[*] : "tokens" => { secretsManager = arn } },
  ))
}

output "operator_boundary_arn" {
  description = "Permissions boundary for operators."
  value       = module.role.operator_boundary_arn
}
