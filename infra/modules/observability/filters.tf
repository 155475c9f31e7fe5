# Metrics out of the broker's log: one JSON object a line, whose fields are level, message and, by line, method, route,
# status, duration_ms, step, error (what is wrong), cause (why, where error is a sentence for the user) and problem.
# CloudWatch counts lines, so a task that logs the same trouble on and on counts it on and on.
locals {
  namespace = "RdsBroker/${var.broker.name}"

  # AWS's error codes as the broker tells them, "<operation> failed with <code>": src/aws/failure.rs sorts them.
  throttled_codes = ["Throttling", "RequestLimitExceeded", "TooManyRequestsException"]
  refused_codes = [
    "AccessDenied", "NotAuthorized", "UnauthorizedOperation", "InvalidClientTokenId", "UnrecognizedClientException",
    "SignatureDoesNotMatch", "ExpiredToken", "MissingAuthenticationToken", "AuthFailure", "OptInRequired", "DBSubnetGroupNotFound",
    "OptionGroupNotFound", "KMSKeyNotAccessible", "InvalidVPCNetworkState", "InvalidSubnet",
  ]

  # A pattern has at most 1,024 characters, so there is one for each field that may hold a code; they count together.
  code_filters = merge([
    for field in ["error", "cause", "problem"] : {
      "throttled-by-${field}" = { metric = "Throttled", codes = local.throttled_codes, field = field }
      "refused-by-${field}"   = { metric = "Refused", codes = local.refused_codes, field = field }
    }
  ]...)

  message_filters = {
    failed-requests = {
      metric  = "FailedRequests"
      pattern = "{ ($.status >= 500) && ($.status != 501) && ($.route != \"/health*\") && ($.route != \"/ready*\") && ($.route != \"/metrics*\") }"
    }
    unobserved = {
      metric  = "Unobserved"
      pattern = "{ $.message = \"Could not observe RDS*\" }"
    }
    services-in-error = {
      metric  = "ServicesInError"
      pattern = "{ ($.message = \"A DB instance needs help*\") || ($.message = \"The record of a service cannot be read*\") || ($.message = \"RDS gave up on *\") || ($.message = \"AWS refuses to change *\") }"
    }
    unknown-status = {
      metric  = "UnknownStatuses"
      pattern = "{ $.message = \"RDS reports a status this broker does not know*\" }"
    }
    databases-unreachable = {
      metric  = "DatabasesUnreachable"
      pattern = "{ $.message = \"The database could not be asked*\" }"
    }
    passwords-lost = {
      metric  = "PasswordsLost"
      pattern = "{ $.message = \"*password is gone from Secrets Manager*\" }"
    }
    changes-wait = {
      metric  = "ChangesWaited"
      pattern = "{ $.message = \"A change waited long for its turn to call AWS*\" }"
    }
    steps = {
      metric  = "Steps"
      pattern = "{ $.message = \"Took a step: *\" }"
    }
    failed-steps = {
      metric  = "FailedSteps"
      pattern = "{ $.message = \"A step failed: *\" }"
    }
  }

  filters = merge(local.message_filters, {
    for name, filter in local.code_filters : name => {
      metric  = filter.metric
      pattern = "{ ${join(" || ", [for code in filter.codes : "($.${filter.field} = \"*failed with ${code}*\")"])} }"
    }
  })
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = local.filters

  name           = "${var.broker.name}-${each.key}"
  log_group_name = var.broker.log_group
  pattern        = each.value.pattern

  metric_transformation {
    namespace     = local.namespace
    name          = each.value.metric
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }

  lifecycle {
    precondition {
      condition     = length(each.value.pattern) <= 1024
      error_message = "The pattern of ${each.key} is longer than the 1,024 characters that CloudWatch takes: split it."
    }
  }
}
