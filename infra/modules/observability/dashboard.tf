# What to look at first: from outside in.
locals {
  region = data.aws_region.this.region

  graphs = [
    {
      title = "Answers by status"
      stat  = "Sum"
      metrics = concat(
        [for code in ["2XX", "4XX", "5XX"] :
        ["AWS/ApplicationELB", "HTTPCode_Target_${code}_Count", "TargetGroup", var.broker.target_group, "LoadBalancer", var.broker.load_balancer]],
        [for code in ["4XX", "5XX"] : ["AWS/ApplicationELB", "HTTPCode_ELB_${code}_Count", "LoadBalancer", var.broker.load_balancer]],
      )
    },
    {
      title = "Seconds to answer, half and one in twenty"
      stat  = "p95"
      metrics = [for stat in ["p50", "p95"] :
      ["AWS/ApplicationELB", "TargetResponseTime", "TargetGroup", var.broker.target_group, "LoadBalancer", var.broker.load_balancer, { stat = stat, label = stat }]]
    },
    {
      title = "Tasks that are ready, and that are not"
      stat  = "Average"
      metrics = [for metric in ["HealthyHostCount", "UnHealthyHostCount"] :
      ["AWS/ApplicationELB", metric, "TargetGroup", var.broker.target_group, "LoadBalancer", var.broker.load_balancer]]
    },
    {
      title   = "Calls that AWS throttled, refused, or that left RDS unobserved"
      stat    = "Sum"
      metrics = [for metric in ["Throttled", "Refused", "Unobserved"] : [local.namespace, metric]]
    },
    {
      title   = "Steps taken in AWS, failed ones, and changes that waited long for their turn"
      stat    = "Sum"
      metrics = [for metric in ["Steps", "FailedSteps", "ChangesWaited"] : [local.namespace, metric]]
    },
    {
      title = "Services that need someone"
      stat  = "Sum"
      metrics = [for metric in ["ServicesInError", "UnknownStatuses", "DatabasesUnreachable", "PasswordsLost"] :
      [local.namespace, metric]]
    },
    {
      title = "CPU and memory of the tasks in percent"
      stat  = "Average"
      metrics = [for metric in ["CPUUtilization", "MemoryUtilization"] :
      ["AWS/ECS", metric, "ServiceName", var.broker.service, "ClusterName", var.broker.cluster]]
    },
    {
      title = "Tasks (${var.broker.fewest_tasks} to ${var.broker.most_tasks}; together ${var.broker.rds_calls_per_second} RDS calls per second at most)"
      stat  = "Average"
      metrics = [for metric in ["DesiredTaskCount", "RunningTaskCount"] :
      ["ECS/ContainerInsights", metric, "ServiceName", var.broker.service, "ClusterName", var.broker.cluster]]
    },
  ]

  alarm_arns = concat(
    [for alarm in aws_cloudwatch_metric_alarm.log : alarm.arn],
    [for alarm in aws_cloudwatch_metric_alarm.resources : alarm.arn],
    [aws_cloudwatch_metric_alarm.not_ready.arn, aws_cloudwatch_metric_alarm.errors.arn, aws_cloudwatch_metric_alarm.slow.arn, aws_cloudwatch_metric_alarm.turned_away.arn],
  )

  widgets = concat(
    [{
      type       = "alarm"
      x          = 0
      y          = 0
      width      = 24
      height     = 3
      properties = { title = "Alarms", alarms = local.alarm_arns }
    }],
    [for index, graph in local.graphs : {
      type   = "metric"
      x      = (index % 2) * 12
      y      = 3 + floor(index / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = graph.title
        region  = local.region
        view    = "timeSeries"
        period  = 60
        stat    = graph.stat
        metrics = graph.metrics
      }
    }],
    [{
      type   = "log"
      x      = 0
      y      = 3 + ceil(length(local.graphs) / 2) * 6
      width  = 24
      height = 8
      properties = {
        title  = "Warnings and errors"
        region = local.region
        view   = "table"
        query  = "SOURCE '${var.broker.log_group}' | fields @timestamp, level, message, error, cause, problem | filter level in ['WARN', 'ERROR'] | sort @timestamp desc | limit 100"
      }
    }],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.broker.name
  dashboard_body = jsonencode({ widgets = local.widgets })
}
