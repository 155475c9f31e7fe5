data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  region    = data.aws_region.this.region

  port = 8080
  # While a task stops it finishes what is under way; ECS waits a little longer than the broker does.
  shutdown_seconds = 20

  # A new task before an old one, and half as many more at most. ECS rounds that down.
  most_percent = 150
  most_at_once = floor(var.tasks.max * local.most_percent / 100)
  # The quota is the account's, the setting is each task's: together they stay within it however many run, also while a
  # deployment runs new ones beside the old.
  calls_per_task = floor(var.rds_calls_per_second / local.most_at_once * 1000) / 1000
  burst_per_task = max(1, floor(var.rds_burst / local.most_at_once))
  # Before it is ready a task reads every instance, a hundred with one call, within its own share of the budget.
  first_look_seconds = ceil(ceil(var.db_instances_in_account / 100) / local.calls_per_task)
  grace_seconds      = 120 + 2 * local.first_look_seconds
  # Until an apply gives up: the old tasks go one after another, each only when a new one is ready.
  steady_minutes = 30 + ceil(var.tasks.max * local.grace_seconds / 60)
}
