data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  monitoring_role = "${var.name}-rds-monitoring-${data.aws_region.this.region}"
}

# RDS assumes it to write what Enhanced Monitoring measures. Making it costs nothing and switches nothing on.
resource "aws_iam_role" "monitoring" {
  count = var.create_monitoring_role ? 1 : 0

  name                 = local.monitoring_role
  description          = "RDS Enhanced Monitoring of databases of the broker ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "MonitoringOfThisBrokersInstances"
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id }
        StringLike = {
          "aws:SourceArn" = "arn:${data.aws_partition.this.partition}:rds:${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}:db:${var.name}-*"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  count = var.create_monitoring_role ? 1 : 0

  role       = aws_iam_role.monitoring[0].name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
