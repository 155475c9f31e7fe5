output "arn" {
  description = "ARN of the key, for `kms_key_arn` of the other modules."
  value       = aws_kms_key.this.arn
}

output "alias" {
  description = "Alias of the key, for people. Settings take the ARN, which never changes what it means."
  value       = aws_kms_alias.this.name
}
