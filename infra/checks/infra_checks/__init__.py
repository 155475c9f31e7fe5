"""Checks of the Terraform below infra/: without an AWS account, and without a provider registry."""
