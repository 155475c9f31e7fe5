output "role_arn" {
  description = "The role the broker acts as: of a task, of a service account (`serviceAccount.roleArn` of the chart), for key policies of other accounts and for trails."
  value       = aws_iam_role.this.arn

  # Whoever waits for the role waits for what it may do.
  depends_on = [aws_iam_role_policy_attachment.this]
}

output "role_name" {
  description = "Its name, for an instance profile."
  value       = aws_iam_role.this.name

  depends_on = [aws_iam_role_policy_attachment.this]
}

output "policies" {
  description = "The rendered policies of the role, by purpose."
  value       = local.policies
}

output "operator_boundary_arn" {
  description = "Permissions boundary for operators, or null."
  value       = one(aws_iam_policy.operator_boundary[*].arn)
}
