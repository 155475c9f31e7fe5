# The tokens that the control plane may send. The tasks read them again every 30 seconds, so a token is replaced in the
# secret, without Terraform and without a restart. Its name is not below <name>/, where the passwords of services are:
# the broker may read it, and write nothing there.
resource "aws_secretsmanager_secret" "tokens" {
  #checkov:skip=CKV2_AWS_57:A token is known to two ends. Rotation by a function would lock the control plane out; docs/operations.md#replacing-a-token replaces it without an outage.
  name_prefix             = "${var.name}-tokens-"
  description             = "Tokens of Codesphere's control plane for the RDS broker ${var.name}: a JSON array, or one per line"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = 30
  tags                    = var.tags
}

# Write-only: the value goes to Secrets Manager and is in no state and no plan. Terraform does not look at it again,
# so tokens that were replaced later stay. The provider demands the argument wherever its version is given, so what
# is not given is empty, not null; where it would have to be written Secrets Manager refuses that.
resource "aws_secretsmanager_secret_version" "token" {
  count = var.initial_token_version > 0 ? 1 : 0

  secret_id                = aws_secretsmanager_secret.tokens.id
  secret_string_wo         = var.initial_token == null ? "" : var.initial_token
  secret_string_wo_version = var.initial_token_version
}
