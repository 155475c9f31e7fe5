output "kms_key_arn" {
  description = "The key, for `kms_key_arn` of the stack."
  value       = module.key.arn
}
