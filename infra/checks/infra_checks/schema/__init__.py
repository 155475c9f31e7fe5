"""Schemas of the AWS provider, without the provider.

The package `cdktn-provider-aws` is generated from the real provider's schemas, one JavaScript file a resource.
They are read back out of it, for the types that are used below infra/, in the form of `terraform providers
schema -json`. Lost on the way: defaults, sensitive and deprecated marks, what forces a replacement, and the
provider's own validators (enumerations, conflicts); `min_items` is at most 1.
"""
