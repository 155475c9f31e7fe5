"""What RDS and Secrets Manager know of the services beside them: EC2 and KMS."""
