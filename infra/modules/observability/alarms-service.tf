# Alarms on what the load balancer and ECS see from outside.
locals {
  balancer = { LoadBalancer = var.broker.load_balancer }
  target   = { LoadBalancer = var.broker.load_balancer, TargetGroup = var.broker.target_group }
  service  = { ClusterName = var.broker.cluster, ServiceName = var.broker.service }
}

resource "aws_cloudwatch_metric_alarm" "not_ready" {
  alarm_name          = "${var.broker.name}-broker-not-ready"
  alarm_description   = "For five minutes fewer than ${var.broker.fewest_tasks} tasks have been ready. With none the platform gets no answer; databases are not affected. ${var.runbook}#broker-not-ready"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  dimensions          = local.target
  statistic           = "Minimum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "LessThanThreshold"
  threshold           = var.broker.fewest_tasks
  # Without targets there is no metric.
  treat_missing_data = "breaching"
  alarm_actions      = local.topics
  ok_actions         = local.topics
  tags               = var.tags
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.broker.name}-errors-5xx"
  alarm_description   = "For ten minutes more than 5 % of the platform's requests were answered 5xx, without 501 (not offered); the platform repeats them. ${var.runbook}#errors-5xx"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.topics
  ok_actions          = local.topics
  tags                = var.tags

  metric_query {
    id          = "percent"
    label       = "Answers 5xx in percent"
    expression  = "100 * (FILL(failed, 0) + FILL(unanswered, 0)) / requests"
    return_data = true
  }

  # The broker's own, which knows 501 from trouble; the load balancer's are those that reached no task.
  metric_query {
    id = "failed"

    metric {
      namespace   = local.namespace
      metric_name = "FailedRequests"
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "unanswered"

    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "HTTPCode_ELB_5XX_Count"
      dimensions  = local.balancer
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "RequestCount"
      dimensions  = local.balancer
      stat        = "Sum"
      period      = 300
    }
  }
}

# What the load balancer answers 4xx by itself is in no log of the broker.
resource "aws_cloudwatch_metric_alarm" "turned_away" {
  alarm_name          = "${var.broker.name}-requests-turned-away"
  alarm_description   = "For 15 minutes the load balancer has answered requests with 4xx itself: a GET of too many ids, or a caller that did not wait. ${var.runbook}#requests-turned-away"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_ELB_4XX_Count"
  dimensions          = local.balancer
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.topics
  ok_actions          = local.topics
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "slow" {
  alarm_name          = "${var.broker.name}-slow-answers"
  alarm_description   = "For 15 minutes one request in twenty has taken longer than 8 s; the platform gives up after 15. ${var.runbook}#slow-answers"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "TargetResponseTime"
  dimensions          = local.target
  extended_statistic  = "p95"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 8
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.topics
  ok_actions          = local.topics
  tags                = var.tags
}

# Before it gets slow, and before a task is killed.
resource "aws_cloudwatch_metric_alarm" "resources" {
  for_each = {
    cpu    = { metric = "CPUUtilization", says = "of CPU for 15 minutes: autoscaling has come to its end." }
    memory = { metric = "MemoryUtilization", says = "of memory for 15 minutes: at 100 % the task is killed and started again." }
  }

  alarm_name          = "${var.broker.name}-tasks-${each.key}"
  alarm_description   = "The tasks use more than 85 % ${each.value.says} ${var.runbook}#tasks-${each.key}"
  namespace           = "AWS/ECS"
  metric_name         = each.value.metric
  dimensions          = local.service
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.topics
  ok_actions          = local.topics
  tags                = var.tags
}
