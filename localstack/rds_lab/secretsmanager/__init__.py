"""LocalStack's Secrets Manager, corrected where it differs from AWS in ways that matter."""
