mock_provider "aws" {
  source = "../../checks/mocks"
}

variables {
  runbook     = "https://wiki.example.com/operations"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
  broker = {
    name                 = "codesphere"
    log_group            = "/codesphere/broker"
    cluster              = "codesphere"
    service              = "codesphere"
    load_balancer        = "app/codesphere/0123456789abcdef"
    target_group         = "targetgroup/codesphere/0123456789abcdef"
    fewest_tasks         = 2
    most_tasks           = 4
    rds_calls_per_second = 2
  }
}

run "every_alarm_tells_someone_and_names_its_runbook" {
  variables {
    topic_arns = ["arn:aws:sns:eu-central-1:123456789012:on-call"]
  }

  assert {
    condition = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.log), values(aws_cloudwatch_metric_alarm.resources),
      [aws_cloudwatch_metric_alarm.not_ready, aws_cloudwatch_metric_alarm.errors, aws_cloudwatch_metric_alarm.slow, aws_cloudwatch_metric_alarm.turned_away]) :
      alarm.alarm_actions == toset([aws_sns_topic.alarms[0].arn, "arn:aws:sns:eu-central-1:123456789012:on-call"])
    && can(regex(" https://wiki\\.example\\.com/operations#[a-z0-9-]+$", alarm.alarm_description))])
    error_message = "Every alarm is sent to both topics and ends in a heading of the runbook."
  }

  assert {
    condition     = length(output.alarm_arns) == 14
    error_message = "Eight from the log, two of the tasks' resources, and four from the load balancer."
  }
}

run "too_few_ready_tasks_raise_an_alarm" {
  assert {
    condition = (aws_cloudwatch_metric_alarm.not_ready.threshold == 2 && aws_cloudwatch_metric_alarm.not_ready.comparison_operator == "LessThanThreshold"
    && aws_cloudwatch_metric_alarm.not_ready.treat_missing_data == "breaching")
    error_message = "Fewer than the fewest tasks, and no tasks at all, are an alarm."
  }
}

run "the_topic_is_encrypted_and_for_this_brokers_alarms" {
  assert {
    condition     = aws_sns_topic.alarms[0].kms_master_key_id == var.kms_key_arn
    error_message = "The topic is under the key."
  }

  assert {
    condition = jsondecode(aws_sns_topic_policy.alarms[0].policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:codesphere-*" }
    }
    error_message = "Only alarms of this broker are published."
  }
}

run "without_a_topic_nothing_is_sent" {
  variables {
    create_topic = false
  }

  assert {
    condition     = length(aws_sns_topic.alarms) == 0 && length(aws_cloudwatch_metric_alarm.slow.alarm_actions) == 0
    error_message = "The topic is optional."
  }
}

run "a_mail_address_without_a_topic_is_refused" {
  command         = plan
  expect_failures = [var.email_addresses]

  variables {
    create_topic    = false
    email_addresses = ["databases@example.com"]
  }
}

run "a_runbook_with_a_heading_is_refused" {
  command         = plan
  expect_failures = [var.runbook]

  variables {
    runbook = "https://wiki.example.com/operations#here"
  }
}

run "a_runbook_that_a_mail_cannot_link_to_is_refused" {
  command         = plan
  expect_failures = [var.runbook]

  variables {
    runbook = "docs/operations.md"
  }
}

run "what_is_no_topic_is_refused" {
  command         = plan
  expect_failures = [var.topic_arns]

  variables {
    topic_arns = ["on-call"]
  }
}
