# The control plane reaches the load balancer, the load balancer reaches the tasks, and nobody else reaches either.
resource "aws_security_group" "load_balancer" {
  name        = "${var.name}-load-balancer"
  description = "Load balancer of the RDS broker: HTTPS from the control plane"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-load-balancer" })
}

resource "aws_vpc_security_group_ingress_rule" "control_plane" {
  for_each = toset(var.control_plane_cidrs)

  security_group_id = aws_security_group.load_balancer.id
  description       = "HTTPS from the control plane"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = var.tags
}

resource "aws_vpc_security_group_egress_rule" "to_tasks" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "Requests and health checks"
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = var.tags
}

resource "aws_security_group" "tasks" {
  name        = "${var.name}-tasks"
  description = "Tasks of the RDS broker: from the load balancer, to AWS and to the databases"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-tasks" })
}

resource "aws_vpc_security_group_ingress_rule" "from_load_balancer" {
  security_group_id            = aws_security_group.tasks.id
  description                  = "Requests and health checks"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = var.tags
}

resource "aws_vpc_security_group_egress_rule" "to_databases" {
  for_each = { PostgreSQL = 5432, "MySQL and MariaDB" = 3306 }

  security_group_id            = aws_security_group.tasks.id
  description                  = "${each.key} databases"
  referenced_security_group_id = var.database_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
  tags                         = var.tags
}

locals {
  # Ids may not be known before they are made, so they are counted, not named.
  aws_apis = concat(
    [for cidr in var.aws_apis.cidrs : { cidr = cidr, group = null, list = null }],
    [for group in var.aws_apis.security_group_ids : { cidr = null, group = group, list = null }],
    [for list in var.aws_apis.prefix_list_ids : { cidr = null, group = null, list = list }],
  )
}

resource "aws_vpc_security_group_egress_rule" "to_aws" {
  count = length(local.aws_apis)

  security_group_id            = aws_security_group.tasks.id
  description                  = "RDS, Secrets Manager, ECR and CloudWatch Logs"
  cidr_ipv4                    = local.aws_apis[count.index].cidr
  referenced_security_group_id = local.aws_apis[count.index].group
  prefix_list_id               = local.aws_apis[count.index].list
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = var.tags
}

locals {
  # The port stands in the URL, or follows from its scheme.
  otlp      = var.otlp_endpoint == null ? null : regex("^(?P<scheme>https?)://[^/:]+(?::(?P<port>[0-9]+))?", var.otlp_endpoint)
  otlp_port = local.otlp == null ? null : tonumber(coalesce(local.otlp.port, local.otlp.scheme == "https" ? "443" : "80"))
  # A range that is open at 443 for AWS already is no rule of its own: AWS takes no rule twice.
  otlp_cidrs = local.otlp_port == 443 ? setsubtract(var.otlp_cidrs, var.aws_apis.cidrs) : toset(var.otlp_cidrs)
}

resource "aws_vpc_security_group_egress_rule" "to_collector" {
  for_each = local.otlp_cidrs

  security_group_id = aws_security_group.tasks.id
  description       = "Traces to the collector"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = local.otlp_port
  to_port           = local.otlp_port
  tags              = var.tags
}
