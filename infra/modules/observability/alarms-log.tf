# Alarms on what the broker's log tells. The key is the heading of the runbook.
locals {
  log_alarms = {
    throttled-by-rds = {
      metric    = "Throttled"
      says      = "More than ten calls of the broker were throttled by AWS in ten minutes. Statuses get older and changes take longer; nothing is lost."
      period    = 600
      periods   = 1
      threshold = 11
    }
    services-in-error = {
      metric    = "ServicesInError"
      says      = "A DB instance needs a person, its record cannot be read, or RDS gave up on a change."
      period    = 900
      periods   = 1
      threshold = 1
    }
    aws-refuses-the-broker = {
      metric    = "Refused"
      says      = "For 15 minutes AWS has refused calls of the broker: its permissions, or a subnet group, key or security group it was configured with."
      period    = 300
      periods   = 3
      threshold = 1
    }
    snapshot-too-old = {
      metric    = "Unobserved"
      says      = "For five minutes a task could not observe RDS. What it knows gets older; beyond BROKER_STALE_LIMIT_SECONDS (600) it answers 503."
      period    = 60
      periods   = 5
      threshold = 1
    }
    unknown-status = {
      metric    = "UnknownStatuses"
      says      = "RDS reports a status that this version of the broker does not know. It counts as in progress."
      period    = 300
      periods   = 1
      threshold = 1
    }
    databases-unreachable = {
      metric    = "DatabasesUnreachable"
      says      = "For 15 minutes databases have not answered the broker. New users and passwords are not set there."
      period    = 300
      periods   = 3
      threshold = 1
    }
    passwords-lost = {
      metric    = "PasswordsLost"
      says      = "A password that a service needs is gone from Secrets Manager: someone has deleted the secret."
      period    = 300
      periods   = 1
      threshold = 1
    }
    changes-wait-for-the-budget = {
      metric    = "ChangesWaited"
      says      = "For 15 minutes changes have waited over ten seconds for their turn to call AWS: more is asked than the budget lets through."
      period    = 300
      periods   = 3
      threshold = 1
    }
  }

  # Their lines are written once for each instance and task, or once an hour: that no more come says nothing, so nobody
  # is told that the alarm is over.
  said_once = ["services-in-error", "unknown-status", "passwords-lost"]
}

resource "aws_cloudwatch_metric_alarm" "log" {
  for_each = local.log_alarms

  alarm_name          = "${var.broker.name}-${each.key}"
  alarm_description   = "${each.value.says} ${contains(local.said_once, each.key) ? "The alarm ends by itself while the trouble goes on. " : ""}${var.runbook}#${each.key}"
  namespace           = local.namespace
  metric_name         = each.value.metric
  statistic           = "Sum"
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  # No line is no trouble: tasks that are gone are broker-not-ready.
  treat_missing_data = "notBreaching"
  alarm_actions      = local.topics
  ok_actions         = contains(local.said_once, each.key) ? [] : local.topics
  tags               = var.tags

  depends_on = [aws_cloudwatch_log_metric_filter.this]
}
