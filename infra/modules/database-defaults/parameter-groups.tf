resource "aws_db_parameter_group" "this" {
  for_each = var.parameter_groups

  # Not below <name>-, where those are that the broker makes, fills and deletes.
  name        = "${replace(each.key, ".", "-")}-${var.name}"
  family      = each.key
  description = "For ${each.key} databases that an operator restores by hand beside the RDS broker"
  tags        = var.tags

  dynamic "parameter" {
    for_each = each.value

    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "pending-reboot"
    }
  }
}
