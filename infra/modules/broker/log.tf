# One line for each request and for each step taken in AWS, never a secret.
resource "aws_cloudwatch_log_group" "broker" {
  name              = "/${var.name}/broker"
  retention_in_days = var.log_retention_in_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}
