# The documents of policies/, filled in. They are decoded and encoded again: without blanks, and a file that is no JSON
# fails here.
locals {
  policies_dir = coalesce(var.policies_dir, "${path.module}/../../../policies")

  values = {
    partition    = local.partition
    region       = local.region
    account      = local.account
    prefix       = var.name
    subnet_group = var.db_subnet_group
    # Those that are not given are named only by what is left out below.
    kms_key_arn         = var.kms_key_arn == null ? "" : var.kms_key_arn
    monitoring_role_arn = var.monitoring_role_arn == null ? "" : var.monitoring_role_arn
    token_secret_arn    = var.token_secret_arn == null ? "" : var.token_secret_arn
  }
  without_token_secret = ["ReadTheTokens", "ReplaceTheTokens"]

  purposes = toset(concat(
    ["read", "lifecycle", "secrets"],
    var.kms_key_arn == null ? [] : ["kms"],
    var.monitoring_role_arn == null ? [] : ["monitoring"],
    var.unencrypted_databases ? ["unencrypted"] : [],
  ))

  statements = {
    for purpose in local.purposes : purpose => [
      for each in jsondecode(templatefile("${local.policies_dir}/broker-${purpose}.json", local.values)).Statement : each
      if var.token_secret_arn != null || !contains(local.without_token_secret, each.Sid)
    ]
  }

  # Databases and secrets keep the key they were made with: beside the key of new ones are those of old ones.
  kms_keys = concat(compact([var.kms_key_arn]), var.former_kms_key_arns)

  policies = {
    for purpose, statements in local.statements : purpose => purpose == "kms" ? jsonencode({
      Version   = "2012-10-17"
      Statement = [for each in statements : merge(each, { Resource = local.kms_keys })]
    }) : jsonencode({ Version = "2012-10-17", Statement = statements })
  }

  operator_boundary = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for each in jsondecode(templatefile("${local.policies_dir}/operator-boundary.json", local.values)).Statement : each
      if var.token_secret_arn != null || !contains(local.without_token_secret, each.Sid)
    ]
  })
}
