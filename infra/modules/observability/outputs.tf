output "topic_arn" {
  description = "The topic that alarms are sent to, or null."
  value       = one(aws_sns_topic.alarms[*].arn)
}

output "alarm_arns" {
  description = "All alarms."
  value       = local.alarm_arns
}

output "dashboard" {
  description = "Name of the CloudWatch dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
