variable "name" {
  description = "Name of the broker: its setting BROKER_NAME, the prefix of DB instances and secrets, and of the names of what is made here. It must never change: services are found by it."
  type        = string

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])*$", var.name)) && length(var.name) <= 26 && !can(regex("^(aws|rds)", var.name))
    error_message = "name must be 1 to 26 lower-case letters, digits and single hyphens, begin with a letter, not end with a hyphen, and not begin with aws or rds: DB instances are called <name>-<service id>."
  }

  validation {
    condition     = !startswith(var.name, "internal-")
    error_message = "name must not begin with internal-, which AWS keeps for names of its own load balancers: the broker's has this name."
  }
}

variable "image" {
  description = "The image by its digest: `REGISTRY/rds-broker@sha256:…`. From ECR in this account or another; from elsewhere without credentials."
  type        = string

  validation {
    condition     = can(regex("^[^@[:space:]]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image must end in the digest of an image (…/rds-broker@sha256:<64 hex digits>), not in a tag: a tag can come to mean another image. `docker push` and `aws ecr describe-images` print the digest."
  }
}

variable "architecture" {
  description = "What the image was built for: X86_64 or ARM64."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "architecture must be X86_64 or ARM64, as the image was built."
  }
}

variable "task_size" {
  description = "CPU units (1024 are one vCPU) and memory (MiB) of a task."
  type = object({
    cpu    = number
    memory = number
  })
  default = { cpu = 256, memory = 512 }

  validation {
    condition     = contains(lookup({ 256 = [512, 1024, 2048], 512 = [1024, 2048, 3072, 4096], 1024 = [2048, 3072, 4096, 5120, 6144, 7168, 8192] }, tostring(var.task_size.cpu), []), var.task_size.memory)
    error_message = "task_size must be a pair that Fargate has: cpu 256 with memory 512, 1024 or 2048; 512 with 1024 to 4096; 1024 with 2048 to 8192 (steps of 1024)."
  }
}

variable "tasks" {
  description = "The fewest and the most tasks autoscaling may run. A deployment runs up to half as many more beside them, and the budget of RDS calls is divided by all of these: with a max of 4 by 6."
  type = object({
    min = number
    max = number
  })
  default = { min = 2, max = 4 }

  validation {
    condition     = var.tasks.min >= 2 && var.tasks.max >= var.tasks.min && var.tasks.max <= 20 && floor(var.tasks.min) == var.tasks.min && floor(var.tasks.max) == var.tasks.max
    error_message = "tasks must have min of at least 2 (one for each of two zones) and max from min to 20, whole numbers."
  }
}

variable "settings" {
  description = "Further settings of the broker, by name, as in .env.example: `{ BROKER_LOG_LEVEL = \"debug\", OTEL_TRACES_SAMPLER = \"traceidratio\" }`. Not those that this module sets, and nothing secret."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^(BROKER|OTEL)_", name))])
    error_message = "settings must be names of .env.example, which begin with BROKER_ or OTEL_: anything else is no setting of the broker."
  }

  validation {
    condition = length(setintersection(keys(var.settings), [
      "BROKER_NAME", "BROKER_LISTEN", "BROKER_TOKENS", "BROKER_TOKENS_FILE", "BROKER_TOKENS_SECRET", "BROKER_DB_SUBNET_GROUP",
      "BROKER_SECURITY_GROUP_IDS", "BROKER_KMS_KEY_ID", "BROKER_MONITORING_ROLE_ARN", "BROKER_MONITORING_INTERVAL_SECONDS",
      "BROKER_RDS_CALLS_PER_SECOND", "BROKER_RDS_BURST", "BROKER_LOG_FORMAT", "BROKER_SHUTDOWN_SECONDS", "BROKER_TLS_CERTIFICATE",
      "BROKER_TLS_KEY", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS",
      "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    ])) == 0
    error_message = "settings must not hold what this module sets itself or what is secret: name, addresses, TLS, tokens, network, key, monitoring, collector, RDS budget, log format and shutdown have variables of their own, or follow from them."
  }
}

variable "initial_token" {
  description = "The first token of the control plane, 32 letters and digits or more (`openssl rand -hex 32`). Given once, as TF_VAR_initial_token at the first apply, which fails without it; it is written to Secrets Manager and is in no state and no plan. Later tokens are put into the secret itself: docs/operations.md#replacing-a-token."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = var.initial_token == null || can(regex("^[A-Za-z0-9._~+/=-]{32,256}$", var.initial_token))
    error_message = "initial_token must be 32 to 256 letters, digits and characters of . _ ~ + / = -, as `openssl rand -hex 32` makes them."
  }
}

variable "initial_token_version" {
  description = "0: the first token is put into the secret by hand, before anyone is answered. 1: it is `initial_token`. A higher number writes `initial_token` again, over what is there."
  type        = number
  default     = 1

  validation {
    condition     = var.initial_token_version >= 0 && floor(var.initial_token_version) == var.initial_token_version
    error_message = "initial_token_version must be 0 (by hand), 1, or one more than before to write initial_token again."
  }
}

variable "log_retention_in_days" {
  description = "How long the broker's log is kept: it says who asked for what, and what was done in AWS."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_in_days)
    error_message = "log_retention_in_days must be one of the values that CloudWatch Logs knows, from 30: 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "tags" {
  description = "Tags of everything that is made here, beside the provider's default_tags."
  type        = map(string)
  default     = {}
}
