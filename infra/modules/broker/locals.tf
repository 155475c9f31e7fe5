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

  # The quota is the account's, the setting is each task's: together they stay within it however many run.
  calls_per_task = floor(var.rds_calls_per_second / var.tasks.max * 1000) / 1000
  burst_per_task = max(1, floor(var.rds_burst / var.tasks.max))
  # Before it is ready a task reads every instance, a hundred with one call, within its own share of the budget.
  first_look_seconds = ceil(ceil(var.db_instances_in_account / 100) / local.calls_per_task)
  grace_seconds      = 120 + 2 * local.first_look_seconds
  # Until an apply gives up: the old tasks go one after another, each only when a new one is ready.
  steady_minutes = 30 + ceil(var.tasks.max * local.grace_seconds / 60)
}
