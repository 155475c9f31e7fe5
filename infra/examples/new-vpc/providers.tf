provider "aws" {
  region = var.region
  # A plan against another account than the one that is meant ends here.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = merge(var.tags, {
      Application = "rds-broker"
      Broker      = var.name
      ManagedBy   = "terraform"
    })
  }
}
