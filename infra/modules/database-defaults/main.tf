# What every database of the broker stands in. Both are named by instances that Terraform does not know, so neither
# may go while the stack that made them is destroyed: Terraform refuses at the plan, before it touches anything.
resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Databases of the RDS broker ${var.name}"
  subnet_ids  = values(var.subnets)
  tags        = var.tags

  lifecycle {
    prevent_destroy = true
  }
}

# Its rules stand inside it. As resources of their own they would be destroyed before the group, and AWS's refusal to
# delete a group in use would come too late: the databases would be there, and nobody could reach them.
resource "aws_security_group" "databases" {
  #checkov:skip=CKV2_AWS_5:The broker gives it to the databases it makes, which Terraform does not know.
  name                   = "${var.name}-databases"
  description            = "Databases of the RDS broker: PostgreSQL, MySQL and MariaDB from its clients"
  vpc_id                 = var.vpc_id
  revoke_rules_on_delete = false
  tags                   = merge(var.tags, { Name = "${var.name}-databases" })

  dynamic "ingress" {
    for_each = local.ports

    content {
      description     = "${ingress.key} from the broker and the applications"
      protocol        = "tcp"
      from_port       = ingress.value
      to_port         = ingress.value
      security_groups = concat([aws_security_group.clients.id], var.client_security_group_ids)
      cidr_blocks     = var.client_cidrs
    }
  }

  # A database calls nobody.
  egress = []

  lifecycle {
    prevent_destroy = true
  }
}

# Who bears it may call the databases. It has no rules of its own, and so needs nothing of the broker: the broker can
# be destroyed while the databases keep their group.
resource "aws_security_group" "clients" {
  #checkov:skip=CKV2_AWS_5:The tasks of the module broker bear it, and applications that are not deployed here.
  name        = "${var.name}-database-clients"
  description = "Members may call the databases of the RDS broker"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-database-clients" })

  ingress = []
  egress  = []

  lifecycle {
    prevent_destroy = true
  }
}

locals {
  ports = {
    PostgreSQL          = 5432
    "MySQL and MariaDB" = 3306
  }
}
